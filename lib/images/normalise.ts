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
    const channels = mean.length;
    const rowLength = channels * (pixels.rank > 1 ? pixels.shape.at(-2)! : 1);
    // Whole rows of an image at once: broadcasting single pixels takes five times as long.
    const alongRow = (value: (channel: number) => number): Tensor =>
      tf.tensor1d(Array.from({ length: rowLength }, (_, i) => value(i % channels)));
    const scale = alongRow((channel) => 1 / (255 * std[channel]));
    const offset = alongRow((channel) => -mean[channel] / std[channel]);
    const rows = tf.reshape(pixels, [-1, rowLength]);
    return tf.reshape(tf.add(tf.mul(rows, scale), offset), pixels.shape);
  });
}
