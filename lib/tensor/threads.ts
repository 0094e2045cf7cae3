/**
 * How many threads suit a way of running a step.
 *
 * @module
 */

import type { ExecutionMode } from "./engine.ts";

/**
 * Threads within an operation: op by op, nothing runs beside it and it gets all cores; compiled, the
 * engine's default shares them out among the operations, which `undefined` stands for.
 */
export function intraOpThreadsFor(mode: ExecutionMode): number | undefined {
  return mode === "eager" ? navigator.hardwareConcurrency : undefined;
}
