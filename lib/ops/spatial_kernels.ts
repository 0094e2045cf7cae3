/**
 * Padding, cropping and subsampling of images as single operations that work in every precision.
 *
 * TensorFlow.js's `pad` brings a float32 constant of its own and its `avgPool` a cast; both would end
 * a bfloat16 network. Explicit padding inside a convolution is no way out: its gradients fall back to
 * kernels that took ten times as long.
 *
 * @module
 */

import { type Attribute, typeAttribute } from "../tensor/attributes.ts";
import { type Tensor, tf } from "../tensor/tfjs.ts";
import { operationTarget, runOperation } from "../tensor/operation.ts";
import type { ComputeType } from "./precision.ts";

/** Zeros before and after a tensor, for each axis. */
export type Paddings = readonly (readonly [before: number, after: number])[];

/**
 * Puts zeros around a tensor.
 *
 * @param x Any tensor.
 * @param paddings Zeros before and after, for each axis.
 * @returns The larger tensor; the caller owns it. Carries gradients.
 * @example One zero at the end
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { pad, startEngine, tf } from "glmc";
 *
 * await startEngine({ device: "cpu" });
 * assertEquals([...pad(tf.tensor1d([1, 2]), [[0, 1]]).dataSync()], [1, 2, 0]);
 * ```
 */
export function pad(x: Tensor, paddings: Paddings): Tensor {
  return runKernel("Padding", x, paddings);
}

/**
 * Takes the margins of a tensor away: the inverse of {@linkcode pad}, and its gradient.
 *
 * @param x Any tensor.
 * @param margins Elements to drop before and after, for each axis.
 * @returns The smaller tensor; the caller owns it. Carries gradients.
 * @example The last element gone
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { crop, startEngine, tf } from "glmc";
 *
 * await startEngine({ device: "cpu" });
 * assertEquals([...crop(tf.tensor1d([1, 2, 3]), [[0, 1]]).dataSync()], [1, 2]);
 * ```
 */
export function crop(x: Tensor, margins: Paddings): Tensor {
  return runKernel("Cropping", x, margins);
}

/** Options of {@linkcode everySecondPixel}. */
export interface SubsamplingOptions {
  /** Element type of the images; where it is told to be float32, GPUs take a shorter way. */
  readonly type?: ComputeType | undefined;
}

/**
 * Every second pixel of images, beginning with the first.
 *
 * @param x Images `[B, H, W, C]`.
 * @param options Their element type.
 * @returns `[B, ⌈H / 2⌉, ⌈W / 2⌉, C]`; the caller owns it. Carries gradients.
 * @example A row of four pixels
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { everySecondPixel, startEngine, tf } from "glmc";
 *
 * await startEngine({ device: "cpu" });
 * const images = tf.tensor4d([1, 2, 3, 4], [1, 1, 4, 1]);
 * assertEquals([...everySecondPixel(images).dataSync()], [1, 3]);
 * ```
 */
export function everySecondPixel(x: Tensor, { type }: SubsamplingOptions = {}): Tensor {
  const { device, xla } = operationTarget();
  // The mean of single pixels. TensorFlow turns it channels first on GPUs as it does convolutions; before
  // and after the slice it would transpose the images.
  if (type === "float32" && device === "gpu" && !xla) {
    return tf.avgPool(x as tf.Tensor4D, 1, 2, "valid");
  }
  return tf.tidy(() => {
    const [batch, height, width, channels] = x.shape as [number, number, number, number];
    const [rows, columns] = [Math.ceil(height / 2), Math.ceil(width / 2)];
    const [below, right] = [2 * rows - height, 2 * columns - width];
    const even = below + right > 0 ? pad(x, [[0, 0], [0, below], [0, right], [0, 0]]) : x;
    // A slice of pairs copies whole rows of channels, where StridedSlice takes ten times as long.
    const pairs = tf.reshape(even, [batch, rows, 2, columns, 2 * channels]);
    const first = crop(pairs, [[0, 0], [0, 0], [0, 1], [0, 0], [0, channels]]);
    return tf.reshape(first, [batch, rows, columns, channels]);
  });
}

type Amounts = { readonly paddings: Paddings };
type Kernel = (x: tf.TensorInfo, paddings: Paddings) => Tensor;

function runKernel(name: string, x: Tensor, paddings: Paddings): Tensor {
  const attributes: Amounts = { paddings };
  return tf.engine().runKernel(name, { x }, attributes as unknown as tf.NamedAttrMap) as Tensor;
}

register("Padding", { forward: padding, backward: cropping });
register("Cropping", { forward: cropping, backward: padding });

function register(
  kernelName: string,
  { forward, backward }: { readonly forward: Kernel; readonly backward: Kernel },
): void {
  const run = (kernel: Kernel, x: tf.TensorInfo, attributes: unknown): Tensor =>
    tf.tidy(() => kernel(x, (attributes as Amounts).paddings));
  tf.registerKernel({
    kernelName,
    backendName: "tensorflow",
    kernelFunc: ({ inputs, attrs }) => run(forward, inputs.x as tf.TensorInfo, attrs),
  });
  tf.registerGradient({
    kernelName,
    gradFunc: (dy, _, attrs) => ({ x: () => run(backward, dy as Tensor, attrs) }),
  });
}

function padding(x: tf.TensorInfo, paddings: Paddings): Tensor {
  const amounts = tf.tensor2d(paddings.flat(), [paddings.length, 2], "int32");
  return runOperation("Pad", types("Tpaddings"), [x, amounts])[0];
}

function cropping(x: tf.TensorInfo, margins: Paddings): Tensor {
  const begin = margins.map(([before]) => before);
  const size = margins.map(([before, after], axis) => x.shape[axis]! - before - after);
  return runOperation("Slice", types("Index"), [x, integers(begin), integers(size)])[0];
}

function integers(values: readonly number[]): tf.Tensor1D {
  return tf.tensor1d([...values], "int32");
}

function types(index: string): Attribute[] {
  return [typeAttribute("T", "float32"), typeAttribute(index, "int32")];
}
