/**
 * The pinned Python packages: part of the program, so that they are there wherever it was fetched from.
 *
 * @module
 */
import type { Device } from "./project.ts";
import cpu from "./requirements-cpu.txt" with { type: "text" };
import gpu from "./requirements-gpu.txt" with { type: "text" };
import lab from "./requirements-lab.txt" with { type: "text" };
import peer from "./requirements-peer.txt" with { type: "text" };
import tensorboard from "./requirements-tensorboard.txt" with { type: "text" };

/** What can be installed: TensorFlow for a device, or what some commands need besides. */
export type PythonPackages = Device | "lab" | "peer" | "tensorboard";

const texts: Readonly<Record<PythonPackages, string>> = { cpu, gpu, lab, peer, tensorboard };

/**
 * The packages as pip reads them, one a line.
 *
 * @param packages Which.
 * @returns The text of a requirements file.
 * @example JupyterLab among those of the notebooks
 * ```ts
 * import { requirements } from "glmc/setup/requirements.ts";
 * import { assertStringIncludes } from "@std/assert";
 *
 * assertStringIncludes(requirements("lab"), "jupyterlab==");
 * ```
 */
export function requirements(packages: PythonPackages): string {
  return texts[packages];
}
