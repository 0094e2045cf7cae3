/**
 * Everything random about views of large images, drawn on the host.
 *
 * @module
 */

import type { HostArray } from "../../data/plan.ts";
import type { RandomStream } from "../../data/random.ts";
import { blurKernels } from "./blur_kernel.ts";
import type { AugmentRecipe } from "./recipe.ts";

/** What is drawn for n views; a type, not an interface, so that it is also a record of named arrays. */
export type AugmentPlan = {
  /** Seeds of the windows int32 `[n]`, for `plannedWindow`. */
  readonly windows: HostArray;
  /** 1 where the view is mirrored int32 `[n]`. */
  readonly flips: HostArray;
  /** Factors of brightness, contrast and saturation float32 `[n, 3]`. */
  readonly factors: HostArray;
  /** Which of the six orders the three have int32 `[n]`, as {@linkcode colourOrders} lists them. */
  readonly orders: HostArray;
  /** 1 where the view is grey int32 `[n]`. */
  readonly greys: HostArray;
  /** Standard deviation of the blur in pixels float32 `[n]`; 0 where the view is sharp. */
  readonly sigmas: HostArray;
};

/** Orders of brightness (0), contrast (1) and saturation (2). */
export const colourOrders = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
] as const;

/**
 * Draws the augmentation of some views: windows, mirrors, colours, blur.
 *
 * It depends on the stream alone, not on the images, so a plan can be drawn before any file is
 * opened, and a continued training draws what an uninterrupted one would: give it the stream of the
 * epoch, such as `randomStream(seed, "augment", epoch)`.
 *
 * @param random Where the numbers come from.
 * @param views Number of views n.
 * @param recipe Ranges and shares.
 * @returns One array for each choice; 28 bytes a view.
 * @example All of one epoch
 * ```ts
 * import { drawAugmentation } from "glmc/images/augment/draw.ts";
 * import { imageNetRecipe } from "glmc/images/augment/recipe.ts";
 * import { randomStream } from "glmc";
 * import { assertEquals } from "@std/assert";
 *
 * const draw = () => drawAugmentation(randomStream(1, "augment", 0), 100, imageNetRecipe);
 *
 * assertEquals(draw(), draw());
 * assertEquals(draw().factors.shape, [100, 3]);
 * ```
 */
export function drawAugmentation(
  random: RandomStream,
  views: number,
  recipe: AugmentRecipe,
): AugmentPlan {
  const { flipShare, jitter, greyShare, blur } = recipe;
  const plan = {
    windows: new Int32Array(views),
    flips: new Int32Array(views),
    factors: new Float32Array(3 * views),
    orders: new Int32Array(views),
    greys: new Int32Array(views),
    sigmas: new Float32Array(views),
  };
  const happens = (share: number): number => Number(random.uniform() < share);
  const between = (least: number, most: number): number =>
    least + (most - least) * random.uniform();
  const reaches = [jitter.brightness, jitter.contrast, jitter.saturation];
  // View by view, so that a shorter plan is the beginning of a longer one.
  for (let view = 0; view < views; view++) {
    plan.windows[view] = random.integer(2 ** 31);
    plan.flips[view] = happens(flipShare);
    plan.orders[view] = random.integer(colourOrders.length);
    reaches.forEach((reach, i) => {
      plan.factors[3 * view + i] = between(Math.max(0, 1 - reach), 1 + reach);
    });
    plan.greys[view] = happens(greyShare);
    const sigma = between(...blur.sigma);
    plan.sigmas[view] = happens(blur.share) * sigma;
  }
  const column = (data: HostArray["data"]): HostArray => ({ shape: [views], data });
  return {
    windows: column(plan.windows),
    flips: column(plan.flips),
    factors: { shape: [views, 3], data: plan.factors },
    orders: column(plan.orders),
    greys: column(plan.greys),
    sigmas: column(plan.sigmas),
  };
}

/** What the device needs of a plan, as arrays; the windows are cut before. */
export type AugmentArrays = {
  /** As planned int32 `[n]`. */
  readonly flips: HostArray;
  /** As planned float32 `[n, 3]`. */
  readonly factors: HostArray;
  /** As planned int32 `[n]`. */
  readonly orders: HostArray;
  /** As planned int32 `[n]`. */
  readonly greys: HostArray;
  /** Weights of the blur float32 `[n, taps]`. */
  readonly kernels: HostArray;
};

/**
 * Brings a plan into the form in which the device applies it.
 *
 * @param plan What was drawn.
 * @param recipe Its recipe: the widest blur decides the number of taps, so that shapes stay the same.
 * @returns Arrays for `deviceTensors`.
 * @example Thirteen taps reach as far as the widest blur
 * ```ts
 * import { augmentArrays, drawAugmentation } from "glmc/images/augment/draw.ts";
 * import { imageNetRecipe } from "glmc/images/augment/recipe.ts";
 * import { randomStream } from "glmc";
 * import { assertEquals } from "@std/assert";
 *
 * const plan = drawAugmentation(randomStream(1, "augment", 0), 2, imageNetRecipe);
 *
 * assertEquals(augmentArrays(plan, imageNetRecipe).kernels.shape, [2, 13]);
 * ```
 */
export function augmentArrays(plan: AugmentPlan, { blur }: AugmentRecipe): AugmentArrays {
  const { flips, factors, orders, greys, sigmas } = plan;
  return { flips, factors, orders, greys, kernels: blurKernels(sigmas.data, blur.sigma[1]) };
}
