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
 * @param statistics Mean and deviation of each of the C channels, however many.
 * @returns float32 of the same shape; the caller owns it.
 * @throws {RangeError} If there is not one mean and one positive deviation for each channel.
 * @example The mean becomes zero
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { normalise, startEngine, tf } from "glmc";
 *
 * await startEngine({ device: "cpu" });
 * const [value] = normalise(tf.tensor2d([[51]]), { mean: [0.2], std: [0.5] }).dataSync();
 * assertAlmostEquals(value!, 0, 1e-6);
 * ```
 */
export function normalise(pixels: Tensor, { mean, std }: ChannelStatistics): Tensor {
  return tf.tidy(() => {
    const [rowPixels, channels] = [1, ...pixels.shape].slice(-2) as [number, number];
    checkStatistics({ mean, std }, channels);
    const rowLength = channels * rowPixels;
    // Whole rows of an image at once: broadcasting single pixels takes five times as long.
    const alongRow = (values: readonly number[]): Tensor =>
      tf.tensor1d(Array.from({ length: rowPixels }, () => values).flat());
    const scale = alongRow(std.map((deviation) => 1 / (255 * deviation)));
    const offset = alongRow(std.map((deviation, channel) => -mean[channel]! / deviation));
    const rows = tf.reshape(pixels, [-1, rowLength]);
    return tf.reshape(tf.add(tf.mul(rows, scale), offset), pixels.shape);
  });
}

function checkStatistics({ mean, std }: ChannelStatistics, channels: number): void {
  if (mean.length !== channels || std.length !== channels) {
    throw new RangeError(
      `Cannot normalise images of ${channels} channels: there are ${mean.length} means and ` +
        `${std.length} deviations: give one of each for every channel`,
    );
  }
  const wrong = std.findIndex((deviation, channel) =>
    !(deviation > 0 && Number.isFinite(deviation) && Number.isFinite(mean[channel]))
  );
  if (wrong >= 0) {
    throw new RangeError(
      `Cannot normalise images: channel ${wrong} has mean ${mean[wrong]} and deviation ${
        std[wrong]
      }: ` +
        "give a finite mean and a deviation above 0, such as 1 for a channel that never changes",
    );
  }
}
