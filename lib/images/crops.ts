/**
 * The augmentation of small images: a crop out of a frame of black pixels, and a mirror.
 *
 * @module
 */

import type { HostArray } from "../data/plan.ts";
import type { RandomStream } from "../data/random.ts";
import { type Tensor, tf } from "../tensor/tfjs.ts";

/** How images are framed before they are cropped. */
export interface PaddedCrops {
  /** Black pixels added on each side; 4 by default. */
  readonly padding?: number;
}

/**
 * Draws where views are cut out of their frames, and which are mirrored.
 *
 * @param random Where the numbers come from.
 * @param views Number of views n.
 * @param options Padding.
 * @returns `crops`: top and left of each crop `[n, 2]`, 0 to twice the padding; `flips`: 1 where the view
 * is mirrored `[n]`.
 * @example One view
 * ```ts
 * import { drawCrops } from "glmc/images/crops.ts";
 * import { randomStream } from "glmc/data/random.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const { crops, flips } = drawCrops(randomStream(1, "augment"), 1, { padding: 0 });
 *
 * assertEquals([...crops.data], [0, 0]);
 * assertEquals(flips.shape, [1]);
 * ```
 */
export function drawCrops(
  random: RandomStream,
  views: number,
  { padding = 4 }: PaddedCrops = {},
): { readonly crops: HostArray; readonly flips: HostArray } {
  const crops = Int32Array.from({ length: 2 * views }, () => random.integer(2 * padding + 1));
  const flips = Int32Array.from({ length: views }, () => random.integer(2));
  return { crops: { shape: [views, 2], data: crops }, flips: { shape: [views], data: flips } };
}

/**
 * The cuts that leave images as they are: the middle of the frame, nothing mirrored.
 *
 * @param views Number of views n.
 * @param options Padding.
 * @returns Tensors int32 `[n, 2]` and `[n]`; the caller owns them.
 */
export function wholeImages(
  views: number,
  { padding = 4 }: PaddedCrops = {},
): { readonly crops: Tensor; readonly flips: Tensor } {
  return { crops: tf.fill([views, 2], padding, "int32"), flips: tf.zeros([views], "int32") };
}
