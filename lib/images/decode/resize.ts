/**
 * Brings images to one size: the shorter side scaled, the middle cut out.
 *
 * @module
 */

import { tf } from "../../tensor/tfjs.ts";
import { uint8Tensor } from "../../ops/gather.ts";
import { frameMiddle } from "../augment/frame.ts";
import type { DecodedImage } from "./orientation.ts";

/**
 * Brings an image to a square: its shorter side is scaled to the side, then the middle is cut out.
 *
 * The scaling is bilinear with antialiasing, as Pillow's and torchvision's `Resize` and
 * `CenterCrop` do it; Pillow rounds once more in between, so that values differ by 1 now and then.
 * An image that is a square of this side is left as it is.
 *
 * @param image The image.
 * @param side Height and width wanted, in pixels.
 * @returns The square; its sides are `side`.
 * @example The middle of a row
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { startEngine } from "glmc";
 * import { squareImage } from "glmc/images/decode/resize.ts";
 *
 * await startEngine({ device: "cpu" });
 * const row = { pixels: Uint8Array.of(1, 1, 1, 2, 2, 2, 3, 3, 3), height: 1, width: 3 };
 * assertEquals([...squareImage(row, 1).pixels], [2, 2, 2]);
 * ```
 */
export function squareImage(image: DecodedImage, side: number): DecodedImage {
  const { pixels, height, width } = image;
  if (height === side && width === side) return image;
  const values = tf.tidy(() => {
    const whole = uint8Tensor(pixels, [1, height, width, 3]);
    return frameMiddle(whole, { side, resize: side, type: "uint8" }).dataSync();
  });
  // Clamps, and rounds to the nearest whole number.
  return {
    pixels: new Uint8Array(new Uint8ClampedArray(values).buffer),
    height: side,
    width: side,
  };
}
