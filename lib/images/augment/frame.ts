/**
 * One image brought to the size of a view: the window of a training view, the middle of a test view.
 *
 * @module
 */

import { cutImages, resizeImages } from "../../ops/image_resize.ts";
import { type Tensor, tf } from "../../tensor/tfjs.ts";
import { middleFrame } from "./framing.ts";
import type { Window } from "./window.ts";

/** What an image is made of. */
export interface FrameOptions {
  /** Height and width of the view. */
  readonly side: number;
  /** Element type: `uint8` for what `uint8Tensor` made; float32 by default. */
  readonly type?: "uint8" | "float32";
}

/**
 * Cuts a window out of an image and scales it to a view: torchvision's `resized_crop`, bilinear with
 * antialiasing. Pillow rounds on the way, which changes a value by less than one level.
 *
 * @param image `[1, H, W, C]`, 0 to 255.
 * @param window Which part.
 * @param options Side, and element type.
 * @returns float32 `[1, side, side, C]`, not rounded; the caller owns it.
 * @example The right one of two pixels
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { frameWindow } from "glmc/images/augment/frame.ts";
 * import { startEngine, tf } from "glmc";
 *
 * await startEngine({ device: "cpu" });
 * const window = { top: 0, left: 1, height: 1, width: 1 };
 * const view = frameWindow(tf.tensor4d([10, 20], [1, 1, 2, 1]), window, { side: 2 });
 *
 * assertEquals([...view.dataSync()], [20, 20, 20, 20]);
 * ```
 */
export function frameWindow(
  image: Tensor,
  window: Window,
  { side, type = "float32" }: FrameOptions,
): Tensor {
  return tf.tidy(() =>
    resizeImages(cutImages(image, { ...window, type }), { size: [side, side], type })
  );
}

/**
 * Scales an image so that its shorter side has a length, and cuts the middle out: torchvision's `Resize`
 * and `CenterCrop`, the view of a test image.
 *
 * @param image `[1, H, W, C]`, 0 to 255.
 * @param options Side, element type, and `resize`: the length of the shorter side, such as 256 for a
 * view of 224.
 * @returns float32 `[1, side, side, C]`, not rounded; the caller owns it.
 * @throws {RangeError} If the view is larger than the scaled image.
 * @example The middle of a row
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { frameMiddle } from "glmc/images/augment/frame.ts";
 * import { startEngine, tf } from "glmc";
 *
 * await startEngine({ device: "cpu" });
 * const row = tf.tensor4d([1, 2, 3], [1, 1, 3, 1]);
 *
 * assertEquals([...frameMiddle(row, { side: 1, resize: 1 }).dataSync()], [2]);
 * ```
 */
export function frameMiddle(
  image: Tensor,
  { side, resize, type = "float32" }: FrameOptions & { readonly resize: number },
): Tensor {
  const [, height, width] = image.shape as [number, number, number];
  const { scale, start } = middleFrame({ height, width }, { side, resize });
  return resizeImages(image, { size: [side, side], scale, start, type });
}
