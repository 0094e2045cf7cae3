/**
 * Convolutions with the faster of two gradients by the filter.
 *
 * That gradient is a convolution itself: of the images, whose channels become the batch and whose batch
 * becomes the channels, with the gradient of the output as its filter. TensorFlow has an operation of
 * its own for it, which is the slowest part of a step in bfloat16 on CPUs; on small maps of many channels
 * the plain convolution takes 60 to 90 % of its time.
 *
 * @module
 */

import type { ComputeType } from "./precision.ts";
import { operationTarget } from "../tensor/operation.ts";
import { pad } from "./spatial_kernels.ts";
import { type Tensor, tf } from "../tensor/tfjs.ts";

/** Settings of {@linkcode convolution}. */
export interface ConvolutionOptions {
  /** Distance of the filter's positions. */
  readonly stride: number;
  /** Zeros around the images: `same` keeps their size at stride 1, `valid` has none. */
  readonly padding: "same" | "valid";
  /** Element type of images and filter. */
  readonly type: ComputeType;
}

/**
 * Convolves images with a filter.
 *
 * @param x Images `[B, H, W, C]`.
 * @param filter Filter `[K, K, C, D]`.
 * @param options Stride, padding and element type.
 * @returns `[B, H', W', D]`; the caller owns it. Carries gradients.
 * @example A filter of one pixel doubles an image
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { startEngine, tf } from "glmc";
 * import { convolution } from "glmc/ops/convolution.ts";
 *
 * await startEngine({ device: "cpu" });
 * const [image, filter] = [tf.ones([1, 2, 2, 1]), tf.fill([1, 1, 1, 1], 2)];
 * const options = { stride: 1, padding: "same", type: "float32" } as const;
 * assertEquals([...convolution(image, filter, options).dataSync()], [2, 2, 2, 2]);
 * ```
 */
export function convolution(
  x: Tensor,
  filter: Tensor,
  { stride, padding, type }: ConvolutionOptions,
): Tensor {
  const keepsSize = stride === 1 && padding === "same" && filter.shape[0]! % 2 === 1;
  return keepsSize && type === "bfloat16" && isSmallAndDeep(x) && operationTarget().device === "cpu"
    ? smallConvolution(x, filter)
    : tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, stride, padding);
}

/** Where the plain convolution was measured to be faster: maps of 2 to 8 pixels, 128 to 512 channels. */
function isSmallAndDeep(x: Tensor): boolean {
  const [, height, width, channels] = x.shape as [number, number, number, number];
  return height * width <= 64 && channels >= 128;
}

const smallConvolution = tf.customGrad((...args) => {
  const [x, filter, save] = args as unknown as [tf.Tensor4D, tf.Tensor4D, tf.GradSaveFunc];
  save([x, filter]);
  return {
    value: tf.conv2d(x, filter, 1, "same"),
    gradFunc(dy: Tensor, saved: Tensor[]) {
      const [x, filter] = saved as [tf.Tensor4D, tf.Tensor4D];
      return [
        tf.conv2dTranspose(dy as tf.Tensor4D, filter, x.shape, 1, "same"),
        filterGradient(x, dy, filter.shape),
      ];
    },
  };
});

function filterGradient(x: Tensor, dy: Tensor, shape: readonly number[]): Tensor {
  return tf.tidy(() => {
    const margins = shape.slice(0, 2).map((size) => [(size - 1) / 2, (size - 1) / 2] as const);
    const channelsFirst = tf.transpose(x, [3, 1, 2, 0]);
    const images = pad(channelsFirst, [[0, 0], ...margins, [0, 0]]);
    const filter = tf.transpose(dy, [1, 2, 0, 3]);
    // [C, K, K, D]
    const gradient = tf.conv2d(images as tf.Tensor4D, filter as tf.Tensor4D, 1, "valid");
    return tf.transpose(gradient, [1, 2, 0, 3]);
  });
}
