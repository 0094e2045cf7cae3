/**
 * Padding and subsampling of images as single operations that work in every precision.
 *
 * TensorFlow.js's `pad` brings a float32 constant of its own and its `avgPool` a cast; both would end
 * a bfloat16 network. Explicit padding inside a convolution is no way out: its gradients fall back to
 * kernels that took ten times as long.
 *
 * @module
 */

import { type Attribute, attributeKind, typeAttribute } from "./attributes.ts";
import { type Tensor, tf } from "./tfjs.ts";
import { runOperation } from "./operation.ts";

/** Zeros before and after a tensor, for each axis. */
export type Paddings = readonly (readonly [before: number, after: number])[];
type Attributes = { readonly paddings: Paddings; readonly shape: readonly number[] };

const integers = (values: readonly number[]): tf.Tensor1D => tf.tensor1d([...values], "int32");

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
  return runKernel("Padding", x, { paddings, shape: x.shape });
}

/**
 * Every second pixel of images, beginning with the first.
 *
 * @param x Images `[B, H, W, C]`.
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
export function everySecondPixel(x: Tensor): Tensor {
  return runKernel("EverySecondPixel", x, { paddings: [], shape: x.shape });
}

function runKernel(name: string, x: Tensor, attributes: Attributes): Tensor {
  return tf.engine().runKernel(name, { x }, attributes as unknown as tf.NamedAttrMap) as Tensor;
}

/** Makes the kernels and their gradients known to TensorFlow.js. */
export function registerSpatialKernels(): void {
  register("Padding", {
    forward: (x, { paddings }) => {
      const amounts = tf.tensor2d(paddings.flat(), [paddings.length, 2], "int32");
      return runOperation("Pad", types("Tpaddings"), [x, amounts])[0];
    },
    backward: (dy, { paddings, shape }) => {
      const begin = integers(paddings.map(([before]) => before));
      return runOperation("Slice", types("Index"), [dy, begin, integers(shape)])[0];
    },
  });
  const begin = [0, 0, 0, 0];
  const strides = [1, 2, 2, 1];
  register("EverySecondPixel", {
    forward: (x, { shape }) => {
      const limits = [begin, shape, strides].map(integers);
      return runOperation("StridedSlice", sliceAttributes, [x, ...limits])[0];
    },
    backward: (dy, { shape }) => {
      const limits = [shape, begin, shape, strides].map(integers);
      return runOperation("StridedSliceGrad", sliceAttributes, [...limits, dy])[0];
    },
  });
}

function register(
  kernelName: string,
  { forward, backward }: {
    readonly forward: (x: tf.TensorInfo, attributes: Attributes) => Tensor;
    readonly backward: (dy: Tensor, attributes: Attributes) => Tensor;
  },
): void {
  tf.registerKernel({
    kernelName,
    backendName: "tensorflow",
    kernelFunc: ({ inputs, attrs }) =>
      tf.tidy(() => forward(inputs.x as tf.TensorInfo, attrs as unknown as Attributes)),
  });
  tf.registerGradient({
    kernelName,
    gradFunc: (dy, _, attrs) => ({
      x: () => tf.tidy(() => backward(dy as Tensor, attrs as unknown as Attributes)),
    }),
  });
}

function types(index: string): Attribute[] {
  return [typeAttribute("T", "float32"), typeAttribute(index, "int32")];
}

const masks = ["begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask"];
const sliceAttributes: Attribute[] = [
  ...types("Index"),
  ...masks.map((name) => ({ name, type: attributeKind.int, value: 0 })),
];
