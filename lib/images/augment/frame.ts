/**
 * One image brought to the size of a view: the window of a training view, the middle of a test view.
 *
 * @module
 */

import type { Frame } from "../../ops/image_frames.ts";
import { cutImages, resizeImages } from "../../ops/image_resize.ts";
import { type Tensor, tf } from "../../tensor/tfjs.ts";
import { roundHalfToEven, type Size, type Window } from "./window.ts";

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

/**
 * How an image is scaled and shifted so that a view shows its middle, as {@linkcode frameMiddle} does.
 *
 * @param size Size of the image.
 * @param options Side of the view, and the length that the shorter side of the image is scaled to.
 * @returns The whole image, its scale, and the first row and column that are shown.
 * @throws {RangeError} If the view is larger than the scaled image.
 * @example A row of three pixels
 * ```ts
 * import { middleFrame } from "glmc/images/augment/frame.ts";
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
 * How a window is scaled to fill a view, as {@linkcode frameWindow} does.
 *
 * @param window Which part of the image.
 * @param side Height and width of the view.
 * @returns The window and its scale.
 * @example Two pixels for one
 * ```ts
 * import { windowFrame } from "glmc/images/augment/frame.ts";
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
