/**
 * Which part of an image a view shows, and how it is scaled, as numbers.
 *
 * @module
 */

import { roundHalfToEven, type Size, type Window } from "./window.ts";

/** A part of an image, and how it is scaled to a view. */
export interface Frame {
  /** What is cut out before it is scaled. */
  readonly part: Window;
  /** Pixels of the view for one of the image, down and across. */
  readonly scale: readonly [down: number, across: number];
  /** First row and column of the scaled part that the view shows. */
  readonly start: readonly [top: number, left: number];
}

/**
 * How an image is scaled and shifted so that a view shows its middle, as `frameMiddle` does.
 *
 * @param size Size of the image.
 * @param options Side of the view, and the length that the shorter side of the image is scaled to.
 * @returns The whole image, its scale, and the first row and column that are shown.
 * @throws {RangeError} If the view is larger than the scaled image.
 * @example A row of three pixels
 * ```ts
 * import { middleFrame } from "glmc/images/augment/framing.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const { scale, start } = middleFrame({ height: 1, width: 3 }, { side: 1, resize: 1 });
 *
 * assertEquals([scale, start], [[1, 1], [0, 1]]);
 * ```
 */
export function middleFrame(
  { height, width }: Size,
  { side, resize }: { readonly side: number; readonly resize: number },
): Frame {
  if (side > resize) {
    throw new RangeError(
      `Cannot cut a test view of ${side} pixels: images are scaled to ${resize}: scale them to ` +
        `${side} or more`,
    );
  }
  const [rows, columns] = [height, width].map((length) =>
    Math.floor(resize * length / Math.min(height, width))
  ) as [number, number];
  return {
    part: { top: 0, left: 0, height, width },
    scale: [rows / height, columns / width],
    start: [roundHalfToEven((rows - side) / 2), roundHalfToEven((columns - side) / 2)],
  };
}

/**
 * How a window is scaled to fill a view, as `frameWindow` does.
 *
 * @param window Which part of the image.
 * @param side Height and width of the view.
 * @returns The window and its scale.
 * @example Two pixels for one
 * ```ts
 * import { windowFrame } from "glmc/images/augment/framing.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const window = { top: 0, left: 1, height: 1, width: 1 };
 *
 * assertEquals(windowFrame(window, 2), { part: window, scale: [2, 2], start: [0, 0] });
 * ```
 */
export function windowFrame(window: Window, side: number): Frame {
  return { part: window, scale: [side / window.height, side / window.width], start: [0, 0] };
}
