/**
 * What the header of an image file tells before its pixels are decoded.
 *
 * @module
 */

/** Size of an image as its file says it, before it is turned upright. */
export interface ImageHeader {
  /** Height in pixels. */
  readonly height: number;
  /** Width in pixels. */
  readonly width: number;
  /** The Exif data: a TIFF header and its directories. */
  readonly exif?: Uint8Array;
}

/** As in Pillow: an image of more pixels is taken for an attack or a damaged header. */
export const MOST_PIXELS = 178_956_970;

/**
 * Refuses sizes that no image has.
 *
 * @param header The size.
 * @throws {RangeError} With a reason, if a side is 0 or there are more pixels than {@linkcode
 * MOST_PIXELS}.
 */
export function checkSize({ height, width }: ImageHeader): void {
  if (height >= 1 && width >= 1 && height * width <= MOST_PIXELS) return;
  throw new RangeError(
    `it says that it is ${width} x ${height} pixels, where 1 to ${MOST_PIXELS} can be read`,
  );
}
