/**
 * What waits for the engine to start.
 *
 * @module
 */

const waiting: (() => void)[] = [];
let running = false;

/**
 * Runs an action when the engine starts, or at once if it runs already.
 *
 * Modules above this room find out here what the engine can do, whatever the order in which they are
 * loaded and the engine starts. Kernels need not wait: TensorFlow.js takes them at any time.
 *
 * @param action What to do; it may run operations, and never runs while a function is being recorded.
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { startEngine, tf } from "glmc";
 * import { whenStarted } from "glmc/tensor/started.ts";
 *
 * let sum = 0;
 * whenStarted(() => sum = tf.tidy(() => tf.sum([1, 2, 3]).dataSync()[0]!));
 * await startEngine({ device: "cpu" });
 * assertEquals(sum, 6);
 * ```
 */
export function whenStarted(action: () => void): void {
  if (running) action();
  else waiting.push(action);
}

/** Runs what waits; the engine calls it once it can run operations. */
export function announceStart(): void {
  for (const action of waiting) action();
  waiting.length = 0;
  running = true;
}
