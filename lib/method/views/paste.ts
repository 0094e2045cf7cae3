/**
 * Pasting a box of one image into another, with labels by area: what CutMix and CMO share.
 *
 * @module
 */

import type { NamedArrays } from "../../data/plan.ts";
import type { RandomStream } from "../../data/random.ts";
import { cutBox } from "../../images/cut_box.ts";
import { cutMix, keptShare } from "../../images/mix.ts";
import type { Tensor } from "../../tensor/tfjs.ts";
import type { ViewedBatch } from "./views.ts";

/** Settings of {@linkcode drawPaste}. */
export interface DrawPasteOptions {
  /** Parameter a of the law Beta(a, a) of the share that is left. */
  readonly alpha: number;
  /** Probability that anything is pasted. */
  readonly probability: number;
  /** Height of the images in pixels. */
  readonly height: number;
  /** Width of the images in pixels. */
  readonly width: number;
}

/**
 * Draws the box that a step pastes.
 *
 * @param random Stream to draw from; it moves on equally far whether something is pasted or not.
 * @param options Law, probability and size of the images.
 * @returns `box`: top, left, bottom, right int32 `[4]`; of no area where nothing is pasted.
 * @example Never
 * ```ts
 * import { drawPaste } from "glmc/method/views/paste.ts";
 * import { randomStream } from "glmc";
 * import { assertEquals } from "@std/assert";
 *
 * const options = { alpha: 1, probability: 0, height: 32, width: 32 };
 * const { box } = drawPaste(randomStream(42, "mix"), options);
 *
 * assertEquals([...box!.data], [0, 0, 0, 0]);
 * ```
 */
export function drawPaste(
  random: RandomStream,
  { alpha, probability, height, width }: DrawPasteOptions,
): NamedArrays {
  const isPasted = random.uniform() < probability;
  const mixWeight = random.beta(alpha, alpha);
  const centre = [random.integer(height), random.integer(width)] as const;
  const box = cutBox({ height, width, mixWeight, centre, sides: "down" });
  return { box: { shape: [4], data: isPasted ? box : new Int32Array(4) } };
}

/** Images with their one-hot labels. */
export interface LabelledImages {
  /** Images `[B, H, W, C]`. */
  readonly images: Tensor;
  /** One-hot labels `[B, C]`. */
  readonly labels: Tensor;
}

/**
 * Pastes a box, and shares the label by the area that is really pasted.
 *
 * @param parts Images to paste into and from, and the box int32 `[4]`.
 * @returns Images and both targets.
 */
export function paste(
  { into, from, box }: {
    readonly into: LabelledImages;
    readonly from: LabelledImages;
    readonly box: Tensor;
  },
): ViewedBatch {
  const [, height, width] = into.images.shape as [number, number, number, number];
  return {
    images: cutMix(into.images, from.images, box),
    labels: {
      first: into.labels,
      second: from.labels,
      share: keptShare(box, height * width),
    },
  };
}
