/**
 * The largest of neighbouring pixels, in every precision.
 *
 * @module
 */

import { type Tensor, tf } from "../tensor/tfjs.ts";
import { pad } from "./spatial_kernels.ts";

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

/**
 * Halves images whose values are not negative: around every second pixel the largest value of 3 × 3 pixels
 * stays, as PyTorch's `MaxPool2d(3, stride=2, padding=1)` does after a ReLU.
 *
 * Around the image lie zeros, where PyTorch has −∞, which no value here is below. TensorFlow's pooling with
 * explicit padding would take both, but its gradient takes ten times as long.
 *
 * @param x Images `[B, H, W, C]`, at least 0.
 * @returns `[B, ⌈H / 2⌉, ⌈W / 2⌉, C]`; the caller owns it. Carries gradients, to the first of equal
 * pixels.
 * @example Three pixels in a row
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { overlappingMaxPool } from "glmc/ops/max_pool.ts";
 * import { startEngine, tf } from "glmc";
 *
 * await startEngine({ device: "cpu" });
 * const pooled = overlappingMaxPool(tf.tensor4d([1, 5, 2], [1, 1, 3, 1]));
 *
 * assertEquals([pooled.shape, [...pooled.dataSync()]], [[1, 1, 2, 1], [5, 5]]);
 * ```
 */
export function overlappingMaxPool(x: Tensor): Tensor {
  const padded = pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]]);
  return tf.maxPool(padded as tf.Tensor4D, 3, 2, "valid");
}
