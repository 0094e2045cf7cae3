/**
 * Many small pictures as one.
 *
 * @module
 */

import type { Picture } from "./summary.ts";

/** Pictures of one size. */
export interface Pictures {
  /** How many. */
  readonly count: number;
  /** Height of each in pixels. */
  readonly height: number;
  /** Width of each in pixels. */
  readonly width: number;
  /** Values of a pixel. */
  readonly channels: number;
  /** The values, 0 to 255 `[count, height, width, channels]`. */
  readonly data: Uint8Array;
}

/**
 * Puts pictures side by side, eight in a row, with two white pixels between them.
 *
 * @param pictures The pictures.
 * @returns One picture.
 * @example Two pixels
 * ```ts
 * import { pictureGrid } from "glmc/tensorboard/picture_grid.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const pixel = { height: 1, width: 1, channels: 1 };
 * const { data, width } = pictureGrid({ count: 2, ...pixel, data: Uint8Array.of(5, 6) });
 *
 * assertEquals([width, ...data], [4, 5, 255, 255, 6]);
 * ```
 */
export function pictureGrid({ count, height, width, channels, data }: Pictures): Picture {
  const [columns, gap] = [Math.min(count, 8), 2];
  const rows = Math.ceil(count / columns);
  const whole = {
    width: columns * (width + gap) - gap,
    height: rows * (height + gap) - gap,
    channels,
  };
  const pixels = new Uint8Array(whole.width * whole.height * channels).fill(255);
  for (let line = 0; line < count * height; line++) {
    const [picture, y] = [Math.floor(line / height), line % height];
    const top = Math.floor(picture / columns) * (height + gap) + y;
    const left = (picture % columns) * (width + gap);
    const length = width * channels;
    pixels.set(
      data.subarray(line * length, (line + 1) * length),
      (top * whole.width + left) * channels,
    );
  }
  return { ...whole, data: pixels };
}
