/**
 * Where the project lies, and what the set-up is pinned to.
 *
 * @module
 */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** Absolute path of the project folder, without a closing slash, wherever the command was started. */
export const projectRoot: string = fileURLToPath(new URL("../..", import.meta.url)).replace(
  /\/$/,
  "",
);

/**
 * Folder of all runs: `$GLMC_RUNS`, else `data/runs` of the project.
 *
 * @param root The project folder.
 * @returns Absolute path.
 *
 * @example Its own folder
 * ```ts
 * import { runsFolder } from "glmc/setup/project.ts";
 * import { assertEquals } from "@std/assert";
 *
 * if (!Deno.env.get("GLMC_RUNS")) assertEquals(runsFolder("/kit"), "/kit/data/runs");
 * ```
 */
export function runsFolder(root: string = projectRoot): string {
  return resolve(Deno.env.get("GLMC_RUNS") || `${root}/data/runs`);
}

/** The Deno version the project is tested with. */
export const wantedDeno = "2.9.6";

/** Which build of TensorFlow is installed. */
export type Device = "cpu" | "gpu";

/**
 * Path of the file that pins the Python packages of a device, or those of JupyterLab and its like.
 *
 * @param root The project folder.
 * @param packages Which packages.
 * @returns Absolute path.
 *
 * @example The pinned file
 * ```ts
 * import { requirementsFile } from "glmc/setup/project.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(requirementsFile("/kit", "cpu"), "/kit/lib/setup/requirements-cpu.txt");
 * ```
 */
export function requirementsFile(
  root: string,
  packages: Device | "lab" | "peer" | "tensorboard",
): string {
  return `${root}/lib/setup/requirements-${packages}.txt`;
}

/**
 * Path of the virtual environment that holds TensorFlow.
 *
 * @param root The project folder.
 * @returns Absolute path.
 *
 * @example The folder
 * ```ts
 * import { venvFolder } from "glmc/setup/project.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(venvFolder("/kit"), "/kit/.venv");
 * ```
 */
export function venvFolder(root: string): string {
  return `${root}/.venv`;
}
