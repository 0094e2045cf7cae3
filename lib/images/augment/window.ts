/**
 * The window that a view shows of its image, by torchvision's `RandomResizedCrop`.
 *
 * @module
 */

import { type RandomStream, randomStream } from "../../data/random.ts";

/** Part of an image in pixels. */
export interface Window {
  /** Its first row. */
  readonly top: number;
  /** Its first column. */
  readonly left: number;
  /** Its rows. */
  readonly height: number;
  /** Its columns. */
  readonly width: number;
}

/** How windows are drawn. */
export interface CropLaw {
  /** Range of the window's share of the image's area; uniform. */
  readonly area: readonly [least: number, most: number];
  /** Range of width over height; its logarithm is uniform. */
  readonly ratio: readonly [least: number, most: number];
  /** How many windows that do not fit are drawn before the middle is taken. */
  readonly tries: number;
}

/** The law of torchvision, with which the official code trains on large images. */
export const officialCrop: CropLaw = { area: [0.08, 1], ratio: [3 / 4, 4 / 3], tries: 10 };

/** Size of an image in pixels. */
export type Size = Pick<Window, "height" | "width">;

/**
 * Draws a window: a share of the area and a ratio of the sides, until it fits into the image.
 *
 * Where none of the tries fits, it is the largest window in the middle whose ratio is allowed.
 *
 * @param random Where the numbers come from.
 * @param size Size of the image.
 * @param law Ranges and tries.
 * @returns The window.
 * @example A window lies within its image
 * ```ts
 * import { drawWindow } from "glmc/images/augment/window.ts";
 * import { randomStream } from "glmc";
 * import { assert } from "@std/assert";
 *
 * const window = drawWindow(randomStream(1, "windows"), { height: 375, width: 500 });
 *
 * assert(window.top + window.height <= 375 && window.left + window.width <= 500);
 * ```
 */
export function drawWindow(
  random: Pick<RandomStream, "uniform" | "integer">,
  { height, width }: Size,
  law: CropLaw = officialCrop,
): Window {
  const between = (least: number, most: number): number =>
    least + (most - least) * random.uniform();
  const [narrowest, widest] = law.ratio;
  for (let attempt = 0; attempt < law.tries; attempt++) {
    const area = height * width * between(...law.area);
    const ratio = Math.exp(between(Math.log(narrowest), Math.log(widest)));
    const window = {
      height: roundHalfToEven(Math.sqrt(area / ratio)),
      width: roundHalfToEven(Math.sqrt(area * ratio)),
    };
    if (window.width < 1 || window.width > width || window.height < 1 || window.height > height) {
      continue;
    }
    const top = random.integer(height - window.height + 1);
    return { top, left: random.integer(width - window.width + 1), ...window };
  }
  const ratio = width / height;
  return middle({ height, width }, {
    height: ratio < narrowest ? roundHalfToEven(width / narrowest) : height,
    width: ratio > widest ? roundHalfToEven(height * widest) : width,
  });
}

/**
 * The window of a view by the number that its plan holds.
 *
 * The plan of an epoch is drawn before any file is opened, so it cannot know the sizes of the images:
 * it holds a seed for each window. Takes about 10 µs.
 *
 * @param seed The number that was planned.
 * @param size Size of the image.
 * @param law Ranges and tries.
 * @returns The same window for the same seed and size.
 * @example Again
 * ```ts
 * import { plannedWindow } from "glmc/images/augment/window.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const size = { height: 375, width: 500 };
 *
 * assertEquals(plannedWindow(7, size), plannedWindow(7, size));
 * ```
 */
export function plannedWindow(seed: number, size: Size, law: CropLaw = officialCrop): Window {
  return drawWindow(randomStream(seed, "window"), size, law);
}

/** The window of a size in the middle of an image; torchvision rounds down. */
function middle(image: Size, { height, width }: Size): Window {
  const top = Math.floor((image.height - height) / 2);
  return { top, left: Math.floor((image.width - width) / 2), height, width };
}

/**
 * Rounds as Python does, which decides where torchvision cuts.
 *
 * @param value A number.
 * @returns The nearest whole number, of two the even one.
 */
export function roundHalfToEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
