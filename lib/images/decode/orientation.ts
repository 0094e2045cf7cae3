/**
 * Turns an image upright, as its Exif data ask for.
 *
 * @module
 */

import { begins } from "./kind.ts";

/** An image of three values a pixel. */
export interface DecodedImage {
  /** Red, green and blue `[height, width, 3]`, 0 to 255. */
  readonly pixels: Uint8Array<ArrayBuffer>;
  /** Height in pixels. */
  readonly height: number;
  /** Width in pixels. */
  readonly width: number;
}

const orientationTag = 0x0112;
const shortType = 3;

/**
 * Reads how an image is to be turned from its Exif data.
 *
 * @param exif A TIFF header and its first directory, with or without `Exif` before them.
 * @returns 1 (upright) to 8, as the standard numbers them; 1 if the data say nothing, or are
 * damaged.
 * @example Nothing said
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { readOrientation } from "glmc/images/decode/orientation.ts";
 *
 * assertEquals(readOrientation(new Uint8Array()), 1);
 * ```
 */
export function readOrientation(exif: Uint8Array): number {
  const tiff = begins(exif, "Exif\0\0") ? exif.subarray(6) : exif;
  const isLittle = begins(tiff, "II*\0");
  if (!isLittle && !begins(tiff, "MM\0*")) return 1;
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  if (tiff.length < 8) return 1;
  const directory = view.getUint32(4, isLittle);
  if (directory + 2 > tiff.length) return 1;
  const entries = view.getUint16(directory, isLittle);
  for (let entry = 0; entry < entries; entry++) {
    const at = directory + 2 + 12 * entry;
    if (at + 12 > tiff.length) return 1;
    if (view.getUint16(at, isLittle) !== orientationTag) continue;
    const isShort = view.getUint16(at + 2, isLittle) === shortType;
    const value = isShort ? view.getUint16(at + 8, isLittle) : view.getUint32(at + 8, isLittle);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

/**
 * Turns and mirrors an image by an Exif orientation.
 *
 * @param image The image as it is stored.
 * @param orientation 1 to 8: 1 upright, 2 mirrored, 3 upside down, 4 flipped, 5 transposed, 6 to be
 * turned clockwise, 7 transposed the other way, 8 to be turned counter-clockwise.
 * @returns The image as a person sees it; the same one for 1.
 * @example A column that lies on its side
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { turnUpright } from "glmc/images/decode/orientation.ts";
 *
 * const column = { pixels: Uint8Array.of(1, 1, 1, 2, 2, 2), height: 2, width: 1 };
 * const { pixels, height, width } = turnUpright(column, 6);
 * assertEquals([...pixels, height, width], [2, 2, 2, 1, 1, 1, 1, 2]);
 * ```
 */
export function turnUpright(image: DecodedImage, orientation: number): DecodedImage {
  if (orientation === 1) return image;
  const isTransposed = orientation >= 5;
  const fromBelow = [3, 4, 6, 7].includes(orientation);
  const fromRight = [2, 3, 7, 8].includes(orientation);
  const { pixels: stored } = image;
  const [height, width] = isTransposed ? [image.width, image.height] : [image.height, image.width];
  const pixels = new Uint8Array(stored.length);
  let target = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [row, column] = isTransposed ? [x, y] : [y, x];
      const source = 3 * (
        (fromBelow ? image.height - 1 - row : row) * image.width +
        (fromRight ? image.width - 1 - column : column)
      );
      pixels[target++] = stored[source]!;
      pixels[target++] = stored[source + 1]!;
      pixels[target++] = stored[source + 2]!;
    }
  }
  return { pixels, height, width };
}
