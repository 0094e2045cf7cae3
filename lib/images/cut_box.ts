/**
 * The box of CutMix, from which the mask M of GLMC's local view is made: sides W √(1 − λ) and H √(1 − λ).
 *
 * @module
 */

/** Settings of {@linkcode cutBox}. */
export interface CutBoxOptions {
  /** Height of the image in pixels H. */
  readonly height: number;
  /** Width of the image in pixels W. */
  readonly width: number;
  /** Share of the first image λ, in `[0, 1]`. */
  readonly mixWeight: number;
  /** Centre of the box in pixels. */
  readonly centre: readonly [row: number, column: number];
  /** How sides are rounded to whole pixels: `up` as in GLMC, the default, or `down` as in CutMix. */
  readonly sides?: "up" | "down";
}

/**
 * The CutMix box: sides H √(1 − λ) and W √(1 − λ) in whole pixels around a centre, clipped to the image.
 *
 * The official code of GLMC rounds the sides up, that of CutMix (clovaai/CutMix-PyTorch) down. Half sides
 * are whole numbers, so a box of odd side loses one pixel.
 *
 * @param options Size of the image, mix weight and centre.
 * @returns Top, left, bottom and right `[4]`; bottom and right are not inside.
 * @throws {RangeError} If the mix weight is not in `[0, 1]`.
 * @example A quarter of the image
 * ```ts
 * import { cutBox } from "glmc/images/cut_box.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const box = cutBox({ height: 32, width: 32, mixWeight: 0.75, centre: [16, 30] });
 *
 * assertEquals([...box], [8, 22, 24, 32]);
 * ```
 */
export function cutBox(options: CutBoxOptions): Int32Array {
  const { height, width, mixWeight, centre: [row, column], sides = "up" } = options;
  if (!(mixWeight >= 0 && mixWeight <= 1)) {
    throw new RangeError(
      `Cannot cut a box: the mix weight must be in [0, 1]: it is ${mixWeight}: check its law`,
    );
  }
  const round = sides === "up" ? Math.ceil : Math.floor;
  const side = (size: number, centre: number): [from: number, to: number] => {
    const half = Math.floor(round(size * Math.sqrt(1 - mixWeight)) / 2);
    const clip = (value: number): number => Math.min(Math.max(value, 0), size);
    return [clip(centre - half), clip(centre + half)];
  };
  const [top, bottom] = side(height, row);
  const [left, right] = side(width, column);
  return Int32Array.of(top, left, bottom, right);
}
