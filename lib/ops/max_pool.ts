/**
 * The largest of neighbouring pixels, in every precision.
 *
 * @module
 */

import { type Tensor, tf } from "../tensor/tfjs.ts";

/**
 * Halves images: of each 2 × 2 pixels the largest value of each channel stays. Where a side is odd, its last
 * pixels have a square of their own.
 *
 * @param x Images `[B, H, W, C]`.
 * @returns `[B, ⌈H / 2⌉, ⌈W / 2⌉, C]`; the caller owns it. Carries gradients, to the first of equal
 * pixels.
 * @example Three pixels in a row
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { maxPool } from "glmc/ops/max_pool.ts";
 * import { startEngine, tf } from "glmc";
 *
 * await startEngine({ device: "cpu" });
 * const pooled = maxPool(tf.tensor4d([1, 5, -2], [1, 1, 3, 1]));
 *
 * assertEquals([pooled.shape, [...pooled.dataSync()]], [[1, 1, 2, 1], [5, -2]]);
 * ```
 */
export function maxPool(x: Tensor): Tensor {
  return tf.maxPool(x as tf.Tensor4D, 2, 2, "same");
}
