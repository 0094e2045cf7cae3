/**
 * Blur with weights of its own for each image.
 *
 * @module
 */

import { type Tensor, tf } from "../../tensor/tfjs.ts";

/**
 * Blurs images along columns, then along rows; beyond an edge its pixel goes on.
 *
 * @param images float32 `[n, H, W, C]`.
 * @param kernels Weights of each image, such as those of `blurKernels`: `[n, taps]`, taps odd.
 * @returns float32 `[n, H, W, C]`; the caller owns it.
 * @example A point is spread
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { blurImages } from "glmc/images/augment/blur.ts";
 * import { startEngine, tf } from "glmc";
 *
 * await startEngine({ device: "cpu" });
 * const point = tf.tensor4d([0, 0, 16, 0, 0], [1, 1, 5, 1]);
 * const blurred = blurImages(point, tf.tensor2d([[0.25, 0.5, 0.25]]));
 *
 * assertEquals([...blurred.dataSync()], [0, 4, 8, 4, 0]);
 * ```
 */
export function blurImages(images: Tensor, kernels: Tensor): Tensor {
  return tf.tidy(() => {
    const [n, height, width, channels] = images.shape as [number, number, number, number];
    const taps = kernels.shape[1]!;
    // One image whose channels are those of all: the fewer channels, the slower is the convolution.
    const depth = n * channels;
    const together = tf.reshape(tf.transpose(images, [1, 2, 0, 3]), [1, height, width, depth]);
    const weights = tf.tile(tf.reshape(tf.transpose(kernels), [taps, n, 1]), [1, 1, channels]);
    const across = tf.depthwiseConv2d(
      withEdges(together as tf.Tensor4D, { axis: 1, reach: (taps - 1) / 2 }),
      tf.reshape(weights, [taps, 1, depth, 1]) as tf.Tensor4D,
      1,
      "valid",
    );
    const blurred = tf.depthwiseConv2d(
      withEdges(across, { axis: 2, reach: (taps - 1) / 2 }),
      tf.reshape(weights, [1, taps, depth, 1]) as tf.Tensor4D,
      1,
      "valid",
    );
    return tf.transpose(tf.reshape(blurred, [height, width, n, channels]), [2, 0, 1, 3]);
  });
}

function withEdges(
  x: tf.Tensor4D,
  { axis, reach }: { readonly axis: 1 | 2; readonly reach: number },
): tf.Tensor4D {
  const size: [number, number, number, number] = [...x.shape];
  const repeats: [number, number, number, number] = [1, 1, 1, 1];
  const begin: [number, number, number, number] = [0, 0, 0, 0];
  const last: [number, number, number, number] = [0, 0, 0, 0];
  [size[axis], repeats[axis], last[axis]] = [1, reach, x.shape[axis] - 1];
  const edge = (from: typeof begin): tf.Tensor4D => tf.tile(tf.slice(x, from, size), repeats);
  return tf.concat([edge(begin), x, edge(last)], axis);
}
