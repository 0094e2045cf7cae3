/**
 * Asks TensorFlow which GPUs it can use, and why not the others, in a process of its own.
 *
 * TensorFlow says why it leaves a GPU out only to those who ask for its notes on the libraries it opens, and
 * an engine that has started cannot be asked again.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { findCudaLibraries, findLibraryFolder, hasLibrary } from "./find.ts";
import { type GpuAnswer, type GpuProblem, readGpuAnswer } from "./gpu_messages.ts";
import { libraryNames, openForGood } from "./library_names.ts";
import { runProgram } from "./machine.ts";
import type { Platform } from "./platform.ts";
import { projectRoot } from "./project.ts";

export type { GpuAnswer, GpuProblem } from "./gpu_messages.ts";

/** What is asked. */
export interface GpuQuestion {
  /** Folder of libtensorflow. */
  readonly folder: string;
  /** CUDA's libraries, opened first. */
  readonly preload: readonly string[];
  /** Milliseconds after which a GPU counts as one that does not answer; a minute by default. */
  readonly patience?: number;
}

/**
 * Starts TensorFlow with the given libraries and reads what it says of GPUs.
 *
 * @param question The libraries.
 * @returns The GPUs, and a problem wherever there is none.
 * @example No library
 * ```ts
 * import { askForGpus } from "glmc/setup/gpu_probe.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals((await askForGpus({ folder: "/nowhere", preload: [] })).gpus, []);
 * ```
 */
export async function askForGpus(
  { folder, preload, patience = 60_000 }: GpuQuestion,
): Promise<GpuAnswer> {
  const signal = AbortSignal.timeout(patience);
  const script = fileURLToPath(import.meta.url);
  const result = await runProgram(
    Deno.execPath(),
    [...["run", "--quiet", "-A", "--no-config", "--no-check", script, folder], ...preload],
    {
      env: {
        NO_COLOR: "1",
        TF_CPP_MIN_LOG_LEVEL: "0",
        TF_CPP_VMODULE: "dso_loader=1,gpu_device=1",
        // Trainings that are at work on the GPU keep its memory.
        TF_FORCE_GPU_ALLOW_GROWTH: "true",
      },
      signal,
    },
  );
  if (signal.aborted) {
    const reason = `TensorFlow has not answered within ${patience / 1000} seconds`;
    return { gpus: [], problem: { reason, mend: "look at nvidia-smi; restart the machine" } };
  }
  return readGpuAnswer(result?.output ?? "", Deno.env.get("CUDA_VISIBLE_DEVICES"));
}

/**
 * Why TensorFlow runs on the CPU of this machine.
 *
 * @param root The project folder.
 * @param platform This machine.
 * @returns The reason; `undefined` where a GPU can be used.
 * @example Macs
 * ```ts
 * import { whyNoGpu } from "glmc/setup/gpu_probe.ts";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const problem = await whyNoGpu("/kit", { os: "darwin", arch: "aarch64" });
 * assertStringIncludes(problem!.reason, "no TensorFlow for the GPU");
 * ```
 */
export async function whyNoGpu(
  root: string = projectRoot,
  platform: Platform = Deno.build,
): Promise<GpuProblem | undefined> {
  const { os, arch } = platform;
  if (os !== "linux" || arch !== "x86_64") {
    return {
      reason: `there is no TensorFlow for the GPU on ${os} (${arch})`,
      mend: "use a Linux machine on x86_64",
    };
  }
  const preload = findCudaLibraries(root);
  if (preload.length === 0 && !Deno.env.get("GLMC_LIBTENSORFLOW") || !hasLibrary(root)) {
    return {
      reason: "TensorFlow is installed without CUDA",
      mend: "deno task setup --device gpu",
    };
  }
  const { gpus, problem } = await askForGpus({ folder: findLibraryFolder(root), preload });
  return gpus.length > 0 ? undefined : problem;
}

function startTensorFlow([folder, ...preload]: readonly string[]): void {
  const { framework, tensorflow } = libraryNames();
  openForGood(preload);
  openForGood([`${folder}/${framework}`]);
  const { symbols } = Deno.dlopen(`${folder}/${tensorflow}`, {
    TF_NewStatus: { parameters: [], result: "pointer" },
    TF_GetCode: { parameters: ["pointer"], result: "i32" },
    TF_Message: { parameters: ["pointer"], result: "pointer" },
    TFE_NewContextOptions: { parameters: [], result: "pointer" },
    TFE_NewContext: { parameters: ["pointer", "pointer"], result: "pointer" },
  });
  const status = symbols.TF_NewStatus();
  symbols.TFE_NewContext(symbols.TFE_NewContextOptions(), status);
  if (symbols.TF_GetCode(status) !== 0) {
    const message = symbols.TF_Message(status);
    console.log(`failed: ${message ? Deno.UnsafePointerView.getCString(message) : "unknown"}`);
  }
  // TensorFlow does not survive being unloaded at a normal end.
  Deno.exit(0);
}

if (import.meta.main) startTensorFlow(Deno.args);
