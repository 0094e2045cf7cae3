/**
 * Starts the engine with the TensorFlow that set-up installed.
 *
 * @module
 */

import { findCudaLibraries, findLibraryFolder } from "../setup/find.ts";
import { type Engine, type EngineOptions, startTensorFlow } from "./engine.ts";

/**
 * Starts TensorFlow from the project's virtual environment, or returns the engine that runs already.
 *
 * @param options Device and threads; the libraries are found.
 * @throws {Error} If TensorFlow is not installed, or a GPU is asked for and none is listed.
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { startEngine } from "glmc";
 *
 * const engine = await startEngine({ device: "cpu" });
 * assertEquals(engine.device, "cpu");
 * ```
 */
export function startEngine(
  options: Omit<EngineOptions, "libraryFolder" | "preload"> = {},
): Promise<Engine> {
  return startTensorFlow({
    ...options,
    libraryFolder: findLibraryFolder(),
    preload: options.device === "cpu" ? [] : findCudaLibraries(),
  });
}
