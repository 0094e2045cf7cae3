/**
 * The engine the tests share; the suite runs after set-up, so a missing library is a failure.
 *
 * @module
 */
import type { Engine } from "../lib/tensor/engine.ts";
import { startEngine } from "../lib/tensor/start.ts";

/** Starts the engine on the CPU, where results are deterministic; `GLMC_TEST_DEVICE=gpu` takes a GPU. */
export function testEngine(): Promise<Engine> {
  return startEngine({ device: Deno.env.get("GLMC_TEST_DEVICE") === "gpu" ? "gpu" : "cpu" });
}
