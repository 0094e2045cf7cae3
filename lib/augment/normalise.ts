/**
 * Channel statistics of a data set applied to its images.
 *
 * @module
 */

import { type Tensor, tf } from "../tensor/tfjs.ts";

/** Mean and standard deviation of each channel, for pixels in `[0, 1]`. */
export interface ChannelStatistics {
  /** Means `[C]`. */
  readonly mean: readonly number[];
  /** Standard deviations `[C]`. */
  readonly std: readonly number[];
}

/**
 * Scales pixels to `[0, 1]`, subtracts the mean and divides by the standard deviation.
 *
 * @param pixels float32 `[..., C]`, 0 to 255.
 * @param statistics Of each channel.
 * @returns float32 of the same shape; the caller owns it.
 * @example The mean becomes zero
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { normalise, startEngine, tf } from "glmc";
 *
 * await startEngine({ device: "cpu" });
 * const [value] = normalise(tf.tensor2d([[51]]), { mean: [0.2], std: [0.5] }).dataSync();
 * assertAlmostEquals(value, 0, 1e-6);
 * ```
 */
export function normalise(pixels: Tensor, { mean, std }: ChannelStatistics): Tensor {
  return tf.tidy(() => {
    const scale = tf.tensor1d(std.map((value) => 1 / (255 * value)));
    const offset = tf.tensor1d(mean.map((value, channel) => -value / std[channel]));
    return tf.add(tf.mul(pixels, scale), offset);
  });
}
