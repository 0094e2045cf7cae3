/**
 * Mean and standard deviation of the channels of an image set.
 *
 * @module
 */

import type { ImageSet } from "./image_set.ts";

/**
 * Mean and standard deviation of each channel over all pixels of a set, for pixels scaled to `[0,
 * 1]`.
 *
 * A channel that never changes gets the deviation 1, which makes it zero everywhere: pictures that
 * use fewer colours can be trained on.
 *
 * @param set The training images.
 * @returns Means and deviations `[channels]`; 150 MB take about 0.2 s.
 * @throws {RangeError} If there are no images, or all pixels of all images are equal.
 * @example Black and white
 * ```ts
 * import { channelStatistics } from "glmc";
 * import { assertEquals } from "@std/assert";
 *
 * const size = { height: 1, width: 1, channels: 1, classNames: ["a"] };
 * const set = { ...size, images: Uint8Array.of(0, 255), labels: Int32Array.of(0, 0) };
 *
 * assertEquals(channelStatistics(set), { mean: [0.5], std: [0.5] });
 * ```
 */
export function channelStatistics(
  set: ImageSet,
): { readonly mean: readonly number[]; readonly std: readonly number[] } {
  const { images, channels } = set;
  const pixels = images.length / channels;
  if (pixels === 0) {
    throw new RangeError(
      "Cannot measure the channels: there are no images: at least one is needed",
    );
  }
  // Counts of whole numbers are exact, however many pixels there are.
  const counts = new Float64Array(256 * channels);
  for (let at = 0; at < images.length;) {
    for (let channel = 0; channel < channels; channel++) counts[256 * channel + images[at++]!]!++;
  }
  const measured = Array.from({ length: channels }, (_, channel) => {
    const histogram = counts.subarray(256 * channel, 256 * (channel + 1));
    const average = (of: (value: number) => number): number =>
      histogram.reduce((sum, count, level) => sum + count * of(level / 255), 0) / pixels;
    const mean = average((value) => value);
    const isConstant = histogram.some((count) => count === pixels);
    return { mean, std: isConstant ? 0 : Math.sqrt(average((value) => (value - mean) ** 2)) };
  });
  if (measured.every(({ std }) => std === 0)) {
    const color = measured.map(({ mean }) => Math.round(255 * mean));
    throw new RangeError(
      `Cannot learn from the images: every pixel of all ${set.labels.length} is the same, (${
        color.join(", ")
      }): check that the files are what they should be`,
    );
  }
  return { mean: measured.map(({ mean }) => mean), std: measured.map(({ std }) => std || 1) };
}
