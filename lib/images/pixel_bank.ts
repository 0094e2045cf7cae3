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
 * @param images Bytes `[count, height, width, channels]`; none at all are a bank of no images.
 * @param size Height, width and channels of an image.
 * @returns The bank; the caller disposes its `pixels`.
 * @throws {RangeError} If the bytes are not a whole number of images, or are more than a bank can hold.
 * @example Two grey images of one row
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createPixelBank, startEngine } from "glmc";
 *
 * await startEngine({ device: "cpu" });
 * const bank = createPixelBank(Uint8Array.of(1, 2, 3, 4), { height: 1, width: 2, channels: 1 });
 * assertEquals(bank.count, 2);
 * bank.pixels.dispose();
 * ```
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
      `Cannot place the images on the device: ${images.length} bytes are not a whole number of images ` +
        `of ${height}x${width} pixels with ${channels} values each: check height, width and channels`,
    );
  }
  checkBankSize({ count, height, width });
  const withBlack = new Uint8Array(images.length + channels);
  withBlack.set(images);
  const pixels = uint8Tensor(withBlack, [count * height * width + 1, channels]);
  return { pixels, count, height, width };
}

/** Pixels that a bank holds at most: the index of the black one, twice, is still an int32. */
export const mostBankPixels = 2 ** 30 - 1;

/**
 * Refuses image sets whose pixels cannot be counted in 32 bits, which would come out black or mixed up.
 *
 * Costs nothing, so it can be asked before any image is read.
 *
 * @param size Number of images, and height and width of one in pixels.
 * @throws {RangeError} If there are more than {@linkcode mostBankPixels} pixels.
 * @example A million images of 32x32, and of 33x33
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { checkBankSize } from "glmc/images/pixel_bank.ts";
 *
 * checkBankSize({ count: 1_000_000, height: 32, width: 32 });
 * assertThrows(() => checkBankSize({ count: 1_000_000, height: 33, width: 33 }), RangeError);
 * ```
 */
export function checkBankSize({ count, height, width }: Omit<PixelBank, "pixels">): void {
  if (count * height * width > mostBankPixels) {
    const most = Math.floor(mostBankPixels / (height * width));
    throw new RangeError(
      `Cannot place the images on the device: ${count} of ${height}x${width} pixels are more than the ` +
        `${mostBankPixels} pixels of one set: take at most ${most} images, or smaller ones`,
    );
  }
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
 * @example The centre crop, mirrored
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createPixelBank, cropViews, startEngine, tf } from "glmc";
 *
 * await startEngine({ device: "cpu" });
 * const bank = createPixelBank(Uint8Array.of(1, 2), { height: 1, width: 2, channels: 1 });
 * const choice = {
 *   rows: tf.tensor1d([0], "int32"),
 *   crops: tf.tensor2d([[4, 4]], [1, 2], "int32"),
 *   flips: tf.tensor1d([1], "int32"),
 * };
 * assertEquals([...cropViews(bank, choice).dataSync()], [2, 1]);
 * ```
 */
export function cropViews(
  bank: PixelBank,
  { rows, crops, flips }: ViewChoice,
  { padding = 4 }: { readonly padding?: number } = {},
): Tensor {
  const { pixels, count, height, width } = bank;
  return tf.tidy(() => {
    const black = tf.scalar(count * height * width, "int32");
    const corners = tf.sub(crops, tf.scalar(padding, "int32"));
    const [tops, lefts] = tf.split(corners, 2, 1) as [Tensor, Tensor];
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
