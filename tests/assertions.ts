/**
 * Assertions about tensors.
 *
 * @module
 */
import { AssertionError } from "node:assert";
import type { Engine } from "../lib/tensor/engine.ts";
import { tf } from "../lib/tensor/tfjs.ts";
import { noteParity } from "./parity.ts";

/**
 * Fails unless every pair of numbers differs by at most `tolerance`, absolute or relative to the larger; with
 * `what` it is noted how near they come.
 */
export function assertClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: { readonly absolute?: number; readonly relative?: number; readonly what?: string },
): void {
  const { absolute = 0, relative = 0, what } = tolerance;
  let share = 0;
  if (actual.length !== expected.length) {
    throw new AssertionError({ message: `${actual.length} numbers, not ${expected.length}` });
  }
  for (let i = 0; i < actual.length; i++) {
    const [a, e] = [actual[i]!, expected[i]!];
    const allowed = absolute + relative * Math.max(Math.abs(a), Math.abs(e));
    if (!(Math.abs(a - e) <= allowed)) {
      throw new AssertionError({ message: `Element ${i} is ${a}, not ${e} within ${allowed}` });
    }
    if (a !== e) share = Math.max(share, Math.abs(a - e) / allowed);
  }
  if (what === undefined) return;
  const unit = relative > 0 ? "relative" : "absolute";
  noteParity({ what, unit, tolerance: relative || absolute, share });
}

/** |actual − expected| / |expected|, as vectors. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let [difference, size] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    difference += (actual[i]! - expected[i]!) ** 2;
    size += expected[i]! ** 2;
  }
  return Math.sqrt(difference / size);
}

/** Fails if `f` leaves tensors behind, in TensorFlow.js or in TensorFlow. */
export async function assertNoLeak(engine: Engine, f: () => Promise<void> | void): Promise<void> {
  const before = [tf.memory().numTensors, engine.tensorCount()];
  await f();
  const after = [tf.memory().numTensors, engine.tensorCount()];
  if (after[0] !== before[0] || after[1] !== before[1]) {
    throw new AssertionError({ message: `Tensors went from ${before} to ${after}` });
  }
}
