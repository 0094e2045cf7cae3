/**
 * Starts the engine with the TensorFlow that set-up installed.
 *
 * @module
 */

import { findCudaLibraries, findLibraryFolder } from "../setup/find.ts";
import { type Engine, startTensorFlow } from "./engine.ts";
import type { EngineOptions } from "./engine_options.ts";

/**
 * Starts TensorFlow from the project's virtual environment, or returns the engine that runs or starts
 * already.
 *
 * @param options Device and threads; the libraries are found.
 * @returns The engine: there is one per process.
 * @throws {RangeError} If a number of threads is not a whole number of at least 1.
 * @throws {Error} If TensorFlow is not installed, the engine runs already with other options, or a GPU is asked for and none is listed.
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
  return await startTensorFlow({
    ...options,
    libraryFolder: findLibraryFolder(),
    preload: options.device === "cpu" ? [] : findCudaLibraries(),
  });
}
