/**
 * Starts the engine with the TensorFlow that set-up installed, on a GPU where there is one that works.
 *
 * @module
 */

import { findCudaLibraries, findLibraryFolder } from "../setup/find.ts";
import { type GpuProblem, whyNoGpu } from "../setup/gpu_probe.ts";
import { checkPlatform } from "../setup/platform.ts";
import { type Engine, startTensorFlow } from "./engine.ts";
import type { EngineOptions } from "./engine_options.ts";

/** Whether `auto` has meant the CPU since the GPU did not start. */
let isOnCpuInstead = false;

/**
 * Starts TensorFlow from the project's virtual environment, or returns the engine that runs or starts
 * already.
 *
 * @param options Device and threads; the libraries are found. Where a GPU does not start, `auto` takes the
 * CPU; `whyNoGpu()` says why.
 * @returns The engine: there is one per process.
 * @throws {RangeError} If a number of threads is not a whole number of at least 1.
 * @throws {Deno.errors.NotSupported} If TensorFlow does not run on this machine.
 * @throws {Error} If TensorFlow is not installed, the engine runs already with other options, or a GPU is
 * asked for and none can be used; the message says why.
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { startEngine } from "glmc";
 *
 * const engine = await startEngine({ device: "cpu" });
 * assertEquals(engine.device, "cpu");
 * ```
 */
export async function startEngine(
  options: Omit<EngineOptions, "libraryFolder" | "preload" | "pretendedGpu"> = {},
): Promise<Engine> {
  checkPlatform();
  const { device = "auto" } = options;
  const isCpu = device === "cpu" || device === "auto" && isOnCpuInstead;
  const engine = await startSomewhere({
    ...options,
    device: isCpu ? "cpu" : device,
    libraryFolder: findLibraryFolder(),
    preload: isCpu ? [] : findCudaLibraries(),
  }, { start: startTensorFlow, why: whyNoGpu });
  if (device === "auto" && engine.settled === "cpu") isOnCpuInstead = true;
  return engine.engine;
}

/** How the engine is started, and who knows why a GPU is not used. */
export interface Starters {
  /** Starts the engine. */
  readonly start: (options: EngineOptions) => Promise<Engine>;
  /** Says why no GPU can be used; nothing where one can. */
  readonly why: () => Promise<GpuProblem | undefined>;
}

/**
 * Starts the engine; where a GPU fails, `auto` goes on with the CPU, and `gpu` fails with the reason.
 *
 * @param options How to start.
 * @param starters What starts it, and what knows the reason.
 * @returns The engine, and the device that `auto` has settled for if it was changed.
 * @throws {Error} If it cannot be started.
 * @example A GPU that is not there
 * ```ts
 * import { assertRejects } from "@std/assert";
 * import { startSomewhere } from "glmc/tensor/start.ts";
 *
 * const start = () => Promise.reject(new Error("TensorFlow lists none"));
 * const why = () => Promise.resolve({ reason: "no driver is there", mend: "install one" });
 *
 * await assertRejects(
 *   () => startSomewhere({ libraryFolder: "/opt", device: "gpu" }, { start, why }),
 *   Error,
 *   "Cannot use a GPU: no driver is there: install one",
 * );
 * ```
 */
export async function startSomewhere(
  options: EngineOptions,
  { start, why }: Starters,
): Promise<{ readonly engine: Engine; readonly settled?: "cpu" }> {
  const { device = "auto", preload = [] } = options;
  try {
    return { engine: await start(options) };
  } catch (error) {
    const mayBeGpu = device === "gpu" || device === "auto" && preload.length > 0;
    if (!mayBeGpu || error instanceof RangeError) throw error;
    const problem = await why();
    if (problem === undefined) throw error;
    if (device === "auto") {
      return { engine: await start({ ...options, device: "cpu", preload: [] }), settled: "cpu" };
    }
    throw new Error(
      `Cannot use a GPU: ${problem.reason}: ${problem.mend}, or use --device cpu`,
      { cause: error },
    );
  }
}
