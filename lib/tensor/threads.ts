/**
 * How many threads suit a way of running a step.
 *
 * @module
 */

import type { ExecutionMode } from "./engine.ts";

/** What decides how many threads an operation gets. */
export interface ThreadsOptions {
  /** One native call, or op by op. */
  readonly mode: ExecutionMode;
  /** How often a step runs the network; passes that do not wait for each other run side by side. */
  readonly passes: number;
}

/**
 * Threads within an operation: where nothing runs beside it, it gets all cores.
 *
 * @param options How the step runs.
 * @returns The number of threads; `undefined` stands for the engine's default, which shares the cores
 * out among the operations that run at a time.
 * @example Two passes side by side
 * ```ts
 * import { intraOpThreadsFor } from "glmc/tensor/threads.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(intraOpThreadsFor({ mode: "compiled", passes: 2 }), undefined);
 * ```
 */
export function intraOpThreadsFor({ mode, passes }: ThreadsOptions): number | undefined {
  return mode === "eager" || passes < 2 ? navigator.hardwareConcurrency : undefined;
}
