/**
 * Scaling of images as Pillow does it: bilinear, and antialiased where they become smaller.
 *
 * @module
 */

import { type Attribute, attributeKind, typeAttribute } from "../tensor/attributes.ts";
import { runOperation } from "../tensor/operation.ts";
import { type Tensor, tf } from "../tensor/tfjs.ts";

/** How {@linkcode resizeImages} scales. */
export interface ResizeOptions {
  /** Height and width of the result. */
  readonly size: readonly [height: number, width: number];
  /** Pixels of the result for one of the image; so that all of it fills the result by default. */
  readonly scale?: readonly [down: number, across: number];
  /** First pixel of the scaled image that is kept; 0 by default. */
  readonly start?: readonly [top: number, left: number];
  /** Element type of the images: `uint8` for what `uint8Tensor` made; float32 by default. */
  readonly type?: "uint8" | "float32";
}

/**
 * Scales images, and cuts a part out of the result.
 *
 * @param images `[n, H, W, C]`.
 * @param options Sizes and element type.
 * @returns float32 `[n, height, width, C]`, not rounded; the caller owns it. Carries no gradient.
 * @example Two pixels become one
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { resizeImages } from "glmc/ops/image_resize.ts";
 * import { startEngine, tf } from "glmc";
 *
 * await startEngine({ device: "cpu" });
 * const half = resizeImages(tf.tensor4d([10, 20], [1, 1, 2, 1]), { size: [1, 1] });
 *
 * assertEquals([...half.dataSync()], [15]);
 * ```
 */
export function resizeImages(images: Tensor, options: ResizeOptions): Tensor {
  return tf.tidy(() => {
    const [, height, width] = images.shape as [number, number, number];
    const { size, start: [top, left] = [0, 0], type = "float32" } = options;
    const { scale: [down, across] = [size[0] / height, size[1] / width] } = options;
    return runOperation("ScaleAndTranslate", scaleAttributes(type), [
      images,
      tf.tensor1d([...size], "int32"),
      tf.tensor1d([down, across]),
      tf.tensor1d([-top, -left]),
    ])[0];
  });
}

/**
 * What TensorFlow's `ScaleAndTranslate` is told so that it scales as Pillow does.
 *
 * @param type Element type of the images.
 * @returns Its attributes.
 */
export function scaleAttributes(type: "uint8" | "float32"): Attribute[] {
  return [
    typeAttribute("T", type),
    { name: "kernel_type", type: attributeKind.string, value: "triangle" },
    { name: "antialias", type: attributeKind.bool, value: true },
  ];
}

/** Which part {@linkcode cutImages} takes. */
export interface CutOptions {
  /** First row. */
  readonly top: number;
  /** First column. */
  readonly left: number;
  /** Rows. */
  readonly height: number;
  /** Columns. */
  readonly width: number;
  /** Element type of the images: `uint8` for what `uint8Tensor` made; float32 by default. */
  readonly type?: "uint8" | "float32";
}

/**
 * Cuts a part out of images.
 *
 * @param images `[n, H, W, C]`.
 * @param options Which part, and the element type.
 * @returns `[n, height, width, C]` of the same type; the caller owns it. Carries no gradient.
 * @example The second column
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { cutImages } from "glmc/ops/image_resize.ts";
 * import { startEngine, tf } from "glmc";
 *
 * await startEngine({ device: "cpu" });
 * const row = tf.tensor4d([10, 20], [1, 1, 2, 1]);
 *
 * assertEquals([...cutImages(row, { top: 0, left: 1, height: 1, width: 1 }).dataSync()], [20]);
 * ```
 */
export function cutImages(images: Tensor, options: CutOptions): Tensor {
  const { top, left, height, width, type = "float32" } = options;
  return tf.tidy(() => {
    const [n, , , channels] = images.shape as [number, number, number, number];
    const types = [typeAttribute("T", type), typeAttribute("Index", "int32")];
    const begin = tf.tensor1d([0, top, left, 0], "int32");
    const size = tf.tensor1d([n, height, width, channels], "int32");
    return runOperation("Slice", types, [images, begin, size])[0];
  });
}
