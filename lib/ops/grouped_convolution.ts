/**
 * Convolutions whose channels come in groups that do not see each other, as in ResNeXt.
 *
 * TensorFlow's convolution takes them where its kernels do: on GPUs, under XLA, and on CPUs with oneDNN. CPUs
 * without it have no gradient; there the filter is written out, with zeros between the groups.
 *
 * What was tried, on two cores with AVX-512: milliseconds forward and back of the 3 × 3 convolutions of ResNeXt-50
 * 32x4d on 8 images, in each of its stages (least of 5, float32, beside other loads):
 *
 * | tried | 56 × 56 × 128 | 28 × 28 × 256 | 14 × 14 × 512 | 7 × 7 × 1024 | kept |
 * | --- | --- | --- | --- | --- | --- |
 * | one convolution of TensorFlow | 15.8 | 9.2 | 3.4 | 4.1 | yes |
 * | a convolution for each group | 19.6 | 9.6 | 6.5 | 8.5 | no |
 * | written out to parts of 32 channels | 15.4 | 13.2 | 7.3 | 8.2 | where there is no gradient |
 * | written out to parts of 64 channels | 22.2 | 11.5 | 11.2 | 8.5 | no |
 * | written out to parts of 128 channels | 40.5 | 19.7 | 18.8 | 12.3 | no |
 * | written out whole | 74.9 | 36.3 | 110.8 | 169.8 | no |
 * | nine shifted images and one matrix product for each group | 184.7 | 72.0 | 36.2 | 12.5 | no |
 *
 * In bfloat16 the first three take 17, 8, 4, 5; 36, 14, 7, 5; and 20, 11, 8, 6 ms of the processor.
 *
 * @module
 */

import { type Attribute, attributeKind, typeAttribute } from "../tensor/attributes.ts";
import { runOperation } from "../tensor/operation.ts";
import { whenStarted } from "../tensor/started.ts";
import { type Tensor, tf } from "../tensor/tfjs.ts";
import type { ConvolutionOptions } from "./convolution.ts";
import { convert } from "./precision.ts";

const kernelName = "GroupedConvolution";

/**
 * Convolves each group of channels with filters of its own.
 *
 * @param x Images `[B, H, W, C]`.
 * @param filter Filters `[K, K, C / groups, D]`; the first D / groups are those of the first group.
 * @param options Stride, padding and element type.
 * @returns `[B, H', W', D]`; the caller owns it. Carries gradients.
 * @example Two groups of one channel
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { startEngine, tf } from "glmc";
 * import { groupedConvolution } from "glmc/ops/grouped_convolution.ts";
 *
 * await startEngine({ device: "cpu" });
 * const [image, filter] = [tf.tensor4d([5, 7], [1, 1, 1, 2]), tf.tensor4d([1, 10], [1, 1, 1, 2])];
 * const options = { stride: 1, padding: "same", type: "float32" } as const;
 * assertEquals([...groupedConvolution(image, filter, options).dataSync()], [5, 70]);
 * ```
 */
export function groupedConvolution(x: Tensor, filter: Tensor, options: ConvolutionOptions): Tensor {
  return hasKernels
    ? oneConvolution(x, filter, options)
    : writtenOutConvolution(x, filter, options);
}

let hasKernels = true;
whenStarted(() => hasKernels = kernelsWork());

/** Whether this TensorFlow has the gradients, which its CPU kernels without oneDNN lack. */
function kernelsWork(): boolean {
  return tf.tidy(() => {
    const [x, filter] = [tf.ones([1, 1, 1, 2]), tf.ones([1, 1, 1, 2])];
    try {
      for (const type of ["float32", "bfloat16"] as const) {
        const [image, weights] = [x, filter].map((t) => convert(t, { from: "float32", to: type }));
        const attributes = attributesOf({ stride: 1, padding: "same" });
        runOperation("Conv2D", attributes, [image!, weights!]);
        gradients(image!, { x: image!, filter: weights!, attributes }).forEach((make) => make());
      }
      return true;
    } catch {
      return false;
    }
  });
}

function oneConvolution(
  x: Tensor,
  filter: Tensor,
  { stride, padding }: ConvolutionOptions,
): Tensor {
  const attributes = { stride, padding } as unknown as tf.NamedAttrMap;
  return tf.engine().runKernel(kernelName, { x, filter }, attributes) as Tensor;
}

type Geometry = Pick<ConvolutionOptions, "stride" | "padding">;

tf.registerKernel({
  kernelName,
  backendName: "tensorflow",
  kernelFunc: ({ inputs: { x, filter }, attrs }) =>
    runOperation("Conv2D", attributesOf(attrs as unknown as Geometry), [x!, filter!])[0],
});

tf.registerGradient({
  kernelName,
  inputsToSave: ["x", "filter"],
  gradFunc: (dy, saved, attrs) => {
    const [x, filter] = saved as [Tensor, Tensor];
    const attributes = attributesOf(attrs as unknown as Geometry);
    const [dx, dFilter] = gradients(dy as Tensor, { x, filter, attributes });
    return { x: dx!, filter: dFilter! };
  },
});

function gradients(
  dy: Tensor,
  { x, filter, attributes }: {
    readonly x: Tensor;
    readonly filter: Tensor;
    readonly attributes: readonly Attribute[];
  },
): (() => Tensor)[] {
  const shapeOf = (tensor: Tensor): Tensor => tf.tensor1d([...tensor.shape], "int32");
  return [
    () =>
      tf.tidy(() => runOperation("Conv2DBackpropInput", attributes, [shapeOf(x), filter, dy])[0]),
    () =>
      tf.tidy(() => runOperation("Conv2DBackpropFilter", attributes, [x, shapeOf(filter), dy])[0]),
  ];
}

function attributesOf({ stride, padding }: Geometry): Attribute[] {
  return [
    typeAttribute("T", "float32"),
    { name: "strides", type: attributeKind.int, value: [1, stride, stride, 1] },
    { name: "padding", type: attributeKind.string, value: padding.toUpperCase() },
    { name: "data_format", type: attributeKind.string, value: "NHWC" },
    { name: "dilations", type: attributeKind.int, value: [1, 1, 1, 1] },
    { name: "use_cudnn_on_gpu", type: attributeKind.bool, value: true },
  ];
}

/** Channels of a part: fewer are too many operations, more are too many zeros. */
const channelsOfPart = 32;

/**
 * {@linkcode groupedConvolution} by ordinary convolutions of neighbouring groups, whose filters are zero where one
 * group would see another: what is left where TensorFlow has no gradient of its own.
 *
 * @param x Images `[B, H, W, C]`.
 * @param filter Filters `[K, K, C / groups, D]`; the first D / groups are those of the first group.
 * @param options Stride, padding and element type.
 * @returns `[B, H', W', D]`; the caller owns it. Carries gradients.
 */
export function writtenOutConvolution(
  x: Tensor,
  filter: Tensor,
  { stride, padding, type }: ConvolutionOptions,
): Tensor {
  const [height, width, inputs, outputs] = filter.shape as [number, number, number, number];
  const groups = x.shape[3]! / inputs;
  const together = largestDivisor(groups, Math.max(1, Math.floor(channelsOfPart / inputs)));
  const [parts, perGroup] = [groups / together, outputs / groups];
  return tf.tidy(() => {
    // In float32, whose products have gradients that are no casts.
    const long = convert(filter, { from: type, to: "float32" });
    const mask = tf.reshape(tf.eye(together), [1, 1, together, 1, together, 1]);
    const ownFilters = inParts(long, parts);
    const results = inParts(x, parts).map((part, i) => {
      const own = ownFilters[i]!;
      const apart = tf.reshape(own, [height, width, 1, inputs, together, perGroup]);
      const size = [height, width, together * inputs, together * perGroup];
      const full = convert(tf.reshape(tf.mul(apart, mask), size), { from: "float32", to: type });
      return tf.conv2d(part as tf.Tensor4D, full as tf.Tensor4D, stride, padding);
    });
    return parts === 1 ? results[0]! : tf.concat(results, 3);
  });
}

/** Equal parts along the channels; TensorFlow.js has no gradient of a split into one. */
function inParts(tensor: Tensor, parts: number): Tensor[] {
  return parts === 1 ? [tensor] : tf.split(tensor, parts, 3);
}

function largestDivisor(size: number, most: number): number {
  let divisor = Math.min(size, most);
  while (size % divisor !== 0) divisor--;
  return divisor;
}
