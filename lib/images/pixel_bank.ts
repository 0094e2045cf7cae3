/**
 * An image set on the device, from which cropped and flipped views are gathered in one operation.
 *
 * @module
 */

import { type Tensor, tf } from "../tensor/tfjs.ts";
import { gatherBytes, uint8Tensor } from "../ops/gather.ts";

/** Images on the device. */
export interface PixelBank {
  /** Pixels uint8 `[count·height·width + 1, channels]`; the last one is black and serves as padding. */
  readonly pixels: Tensor;
  /** Number of images. */
  readonly count: number;
  /** Height of an image in pixels. */
  readonly height: number;
  /** Width of an image in pixels. */
  readonly width: number;
}

/**
 * Copies images to the device.
 *
 * @param images Bytes `[count, height, width, channels]`.
 * @param size Height, width and channels of an image.
 * @returns The bank; the caller disposes its `pixels`.
 * @throws {RangeError} If the bytes are not a whole number of images.
 */
export function createPixelBank(
  images: Uint8Array,
  { height, width, channels }: {
    readonly height: number;
    readonly width: number;
    readonly channels: number;
  },
): PixelBank {
  const count = images.length / (height * width * channels);
  if (!Number.isInteger(count)) {
    throw new RangeError(
      `Cannot place ${images.length} bytes on the device: images of ${height}x${width}x${channels} ` +
        "need a multiple of that",
    );
  }
  const withBlack = new Uint8Array(images.length + channels);
  withBlack.set(images);
  const pixels = uint8Tensor(withBlack, [count * height * width + 1, channels]);
  return { pixels, count, height, width };
}

/** Which images to take, and how to cut them out of their padded frame. */
export interface ViewChoice {
  /** Rows of the bank int32 `[B]`. */
  readonly rows: Tensor;
  /** Top and left of each crop in the padded image int32 `[B, 2]`, 0 to twice the padding. */
  readonly crops: Tensor;
  /** 1 where the view is mirrored int32 `[B]`. */
  readonly flips: Tensor;
}

/**
 * Cuts views out of images padded with black, and mirrors some of them.
 *
 * Crop, padding, flip and gather are one index computation: no padded copy of an image is ever made.
 *
 * @param bank The images.
 * @param choice Which images, where to cut, which to mirror; B views.
 * @param options Pixels of padding on each side; 4 by default.
 * @returns float32 `[B, height, width, channels]`, 0 to 255; the caller owns it.
 */
export function cropViews(
  bank: PixelBank,
  { rows, crops, flips }: ViewChoice,
  { padding = 4 }: { readonly padding?: number } = {},
): Tensor {
  const { pixels, count, height, width } = bank;
  return tf.tidy(() => {
    const black = tf.scalar(count * height * width, "int32");
    const [tops, lefts] = tf.split(tf.sub(crops, tf.scalar(padding, "int32")), 2, 1);
    const down = tf.range(0, height, 1, "int32");
    const across = tf.range(0, width, 1, "int32");
    const mirrored = tf.sub(tf.scalar(width - 1, "int32"), across);
    const y = tf.add(tops, down);
    const x = tf.add(lefts, tf.where(tf.cast(flips.expandDims(1), "bool"), mirrored, across));
    const firstPixel = tf.mul(rows.expandDims(1), tf.scalar(height * width, "int32"));
    const ofRow = tf.add(firstPixel, tf.mul(y, tf.scalar(width, "int32")));
    // Out of the image on either axis, the sum reaches the black pixel's index and is held there.
    const rowIndex = tf.where(inside(y, height), ofRow, black);
    const columnIndex = tf.where(inside(x, width), x, black);
    const index = tf.minimum(tf.add(rowIndex.expandDims(2), columnIndex.expandDims(1)), black);
    return gatherBytes(pixels, index);
  });
}

function inside(position: Tensor, size: number): Tensor {
  const lower = tf.greaterEqual(position, tf.scalar(0, "int32"));
  return tf.logicalAnd(lower, tf.less(position, tf.scalar(size, "int32")));
}
