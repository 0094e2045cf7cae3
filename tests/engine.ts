/**
 * The engine the tests share; the suite runs after set-up, so a missing library is a failure.
 *
 * @module
 */
import { findCudaLibraries, findLibraryFolder } from "../lib/setup/find.ts";
import { type Engine, startTensorFlow } from "../lib/tensor/engine.ts";
import type { EngineOptions } from "../lib/tensor/engine_options.ts";
import { startEngine } from "../lib/tensor/start.ts";

let start = (): Promise<Engine> =>
  // Where results are the same every time; `GLMC_TEST_DEVICE=gpu` tries the golden values on a GPU.
  startEngine({ device: Deno.env.get("GLMC_TEST_DEVICE") === "gpu" ? "gpu" : "cpu" });

/** Starts the engine on the CPU, or where the tests have been told to. */
export function testEngine(): Promise<Engine> {
  return start();
}

/** Has the engine of this file of tests start otherwise; before it starts. */
export function testWith(options: Partial<EngineOptions>): void {
  start = () =>
    startTensorFlow({
      libraryFolder: findLibraryFolder(),
      preload: options.device === "gpu" ? findCudaLibraries() : [],
      device: "cpu",
      ...options,
    });
}
