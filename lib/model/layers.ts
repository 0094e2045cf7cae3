/**
 * The layers of a network as functions of tensors.
 *
 * @module
 */

import { type ComputeType, convert } from "../ops/precision.ts";
import { convolution } from "../ops/convolution.ts";
import { groupedConvolution } from "../ops/grouped_convolution.ts";
import { maxPool, overlappingMaxPool } from "../ops/max_pool.ts";
import { everySecondPixel, pad } from "../ops/spatial_kernels.ts";
import { type Tensor, tf } from "../tensor/tfjs.ts";
import { trainingBatchNorm } from "../ops/batch_norm.ts";
import { synchronisedBatchNorm, type WholeBatch } from "../ops/synchronised_batch_norm.ts";
import type { Block, Convolution, HiddenLayer, Linear } from "./structure.ts";

/** Whether batch norm uses the batch's statistics and updates the running ones, or uses the running ones. */
export type Mode = "train" | "evaluate";

/** One pass of images through a network. */
export interface Pass {
  /** Trained tensors by official name. */
  readonly parameters: Readonly<Record<string, Tensor>>;
  /** Running statistics by official name; a pass in mode `train` replaces them. */
  readonly statistics: Record<string, Tensor>;
  /** How batch norm works. */
  readonly mode: Mode;
  /** Element type of the convolutions and of what lies between them. */
  readonly computeType: ComputeType;
  /** The batch that the images are a part of, by whose statistics they are normalised in mode `train`. */
  readonly whole?: WholeBatch | undefined;
}

type ImageShape = [batch: number, height: number, width: number, channels: number];

/** PyTorch's default. */
const epsilon = 1e-5;

/** Settings of {@linkcode convolutionLayer}. */
export interface LayerOptions {
  /** Variables and mode; mode `train` replaces the pass's statistics. */
  readonly pass: Pass;
  /** Added to the normalised images `[B, H, W, C]`. */
  readonly shortcut?: Tensor;
  /** Whether a ReLU ends the layer. */
  readonly relu: boolean;
}

/**
 * Convolution, batch norm, shortcut if given, and ReLU if wanted.
 *
 * @param x Images `[B, H, W, inputs]`.
 * @param layer The convolution with its batch norm.
 * @param options Variables, mode, and what follows the normalisation.
 * @returns `[B, ⌈H / stride⌉, ⌈W / stride⌉, outputs]`.
 * @throws {TypeError} If a variable is missing.
 * @example A ReLU of a negative offset
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { convolutionLayer } from "glmc/model/layers.ts";
 * import { startEngine } from "glmc/tensor/start.ts";
 * import { tf } from "glmc/tensor/tfjs.ts";
 *
 * await startEngine({ device: "cpu" });
 * const [one, zero] = [tf.ones([1]), tf.zeros([1])];
 * const pass = {
 *   parameters: { "a.weight": tf.ones([1, 1, 1, 1]), "b.weight": one, "b.bias": tf.tensor1d([-9]) },
 *   statistics: { "b.running_mean": zero, "b.running_var": one },
 *   mode: "evaluate",
 *   computeType: "float32",
 * } as const;
 * const layer = { name: "a", batchNorm: "b", kernel: 1, stride: 1, inputs: 1, outputs: 1 } as const;
 * const y = convolutionLayer(tf.ones([1, 1, 1, 1]), layer, { pass, relu: true });
 * assertEquals([...await y.data()], [0]);
 * ```
 */
export function convolutionLayer(x: Tensor, layer: Convolution, options: LayerOptions): Tensor {
  const { pooling, batchNorm: norm } = layer;
  const convolved = convolve(x, layer, options.pass);
  // Before the batch norm, which then has a quarter of the numbers to see.
  const output = batchNorm(pooling === "2x2" ? maxPool(convolved) : convolved, norm, options);
  return pooling === "3x3" ? overlappingMaxPool(output) : output;
}

/**
 * A block of convolutions: ReLU(F(x) + shortcut(x)), or ReLU(F(x)) without a shortcut.
 *
 * @param x Images `[B, H, W, C]`.
 * @param block Its convolutions and shortcut.
 * @param pass Variables and mode; its statistics are replaced in mode `train`.
 * @returns `[B, ⌈H / stride⌉, ⌈W / stride⌉, outputs]`.
 * @throws {TypeError} If a variable is missing.
 * @example The first block of a network
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { blockLayers } from "glmc/model/layers.ts";
 * import { createNetwork } from "glmc/model/network.ts";
 * import { startEngine } from "glmc/tensor/start.ts";
 * import { tf } from "glmc/tensor/tfjs.ts";
 *
 * await startEngine({ device: "cpu" });
 * const { structure, init } = createNetwork("resnet32", { classes: 2, width: 2 });
 * const variables = init({ normal: () => 1, uniform: () => 0 });
 * const pass = { ...variables, mode: "evaluate", computeType: "float32" } as const;
 * const [block] = structure.blocks;
 * assertEquals(blockLayers(tf.ones([1, 4, 6, 2]), block!, pass).shape, [1, 4, 6, 2]);
 * ```
 */
export function blockLayers(x: Tensor, { convolutions, shortcut }: Block, pass: Pass): Tensor {
  const last = convolutions.at(-1)!; // A block without convolutions is no block.
  const inner = convolutions.slice(0, -1).reduce(
    (y, layer) => convolutionLayer(y, layer, { pass, relu: true }),
    x,
  );
  if (shortcut === "none") return convolutionLayer(inner, last, { pass, relu: true });
  const added = shortcut === "identity"
    ? x
    : shortcut === "subsample"
    ? subsample(x, { channels: last.outputs, type: pass.computeType })
    : convolutionLayer(x, shortcut, { pass, relu: false });
  return convolutionLayer(inner, last, { pass, shortcut: added, relu: true });
}

/**
 * Mean over all pixels.
 *
 * @param x Images `[B, H, W, C]`.
 * @returns `[B, C]`.
 * @example Four pixels of one channel
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { globalAverage } from "glmc/model/layers.ts";
 * import { startEngine } from "glmc/tensor/start.ts";
 * import { tf } from "glmc/tensor/tfjs.ts";
 *
 * await startEngine({ device: "cpu" });
 * assertEquals([...await globalAverage(tf.tensor4d([1, 2, 3, 6], [1, 2, 2, 1])).data()], [3]);
 * ```
 */
export function globalAverage(x: Tensor): Tensor {
  const [batch, height, width, channels] = x.shape as ImageShape;
  // As a pooling it has one native operation for its gradient; tf.mean composes it from four.
  return tf.avgPool(x as tf.Tensor4D, [height, width], 1, "valid").reshape([batch, channels]);
}

/**
 * Fully connected layer x Wᵀ + b; with scales s ⊙ (x Wᵀ + b).
 *
 * @param x Features `[B, inputs]`.
 * @param layer Name and sizes.
 * @param pass Its parameters.
 * @returns `[B, outputs]`.
 * @throws {TypeError} If a parameter is missing.
 * @example One output
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { linear } from "glmc/model/layers.ts";
 * import { startEngine } from "glmc/tensor/start.ts";
 * import { tf } from "glmc/tensor/tfjs.ts";
 *
 * await startEngine({ device: "cpu" });
 * const parameters = { "fc.weight": tf.tensor2d([[2, 3]]), "fc.bias": tf.tensor1d([1]) };
 * const y = linear(tf.tensor2d([[10, 1]]), { name: "fc", inputs: 2, outputs: 1 }, { parameters });
 * assertEquals([...await y.data()], [24]);
 * ```
 */
export function linear(
  x: Tensor,
  { name, isScaled }: Linear,
  { parameters }: Pick<Pass, "parameters">,
): Tensor {
  const product = tf.matMul(x, variable(parameters, `${name}.weight`), false, true);
  const outputs = tf.add(product, variable(parameters, `${name}.bias`));
  return isScaled ? tf.mul(outputs, variable(parameters, `${name}.scale`)) : outputs;
}

/**
 * Fully connected layer without bias, batch norm and ReLU.
 *
 * @param x Features `[B, inputs]`.
 * @param layer Names and sizes.
 * @param pass Variables and mode; its statistics are replaced in mode `train`.
 * @returns `[B, outputs]`.
 * @throws {TypeError} If a variable is missing.
 * @example Two images around their mean
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { hiddenLayer } from "glmc/model/layers.ts";
 * import { startEngine } from "glmc/tensor/start.ts";
 * import { tf } from "glmc/tensor/tfjs.ts";
 *
 * await startEngine({ device: "cpu" });
 * const [one, zero] = [tf.ones([1]), tf.zeros([1])];
 * const pass = {
 *   parameters: { "a.weight": tf.ones([1, 1]), "b.weight": one, "b.bias": zero },
 *   statistics: { "b.running_mean": zero, "b.running_var": one },
 *   mode: "train",
 *   computeType: "float32",
 * } as const;
 * const y = hiddenLayer(tf.tensor2d([[3], [5]]), { name: "a", batchNorm: "b", outputs: 1 }, pass);
 * const [low, high] = await y.data();
 * assertAlmostEquals(low!, 0);
 * assertAlmostEquals(high!, 1, 1e-5);
 * ```
 */
export function hiddenLayer(
  x: Tensor,
  { name, batchNorm: norm, outputs }: Pick<HiddenLayer, "name" | "batchNorm" | "outputs">,
  pass: Pass,
): Tensor {
  const product = tf.matMul(x, variable(pass.parameters, `${name}.weight`), false, true);
  const [batch] = x.shape as [number, number];
  // An image of one pixel: batch norm has one kernel.
  const pixels = tf.reshape(product, [batch, 1, 1, outputs]);
  return tf.reshape(batchNorm(pixels, norm, { pass, relu: true }), [batch, outputs]);
}

/** PyTorch's bound below the length of a vector that is to have length 1. */
const shortest = 1e-12;

/**
 * Cosines of features and rows of a weight: (x / |x|) · (W_c / |W_c|), the `NormedLinear` of LDAM's
 * public code; lengths are held above 1e-12, so that a vector of zeros has the cosine 0.
 *
 * @param x Features `[B, inputs]`.
 * @param layer Name and sizes; the weight is `[outputs, inputs]`, where `NormedLinear` has its
 * transpose.
 * @param pass Its parameters.
 * @returns `[B, outputs]`, in `[-1, 1]` up to rounding.
 * @throws {TypeError} If the weight is missing.
 * @example The length of neither matters
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { cosineLinear } from "glmc/model/layers.ts";
 * import { startEngine } from "glmc/tensor/start.ts";
 * import { tf } from "glmc/tensor/tfjs.ts";
 *
 * await startEngine({ device: "cpu" });
 * const layer = { name: "fc_cos", inputs: 2, outputs: 1 };
 * const parameters = { "fc_cos.weight": tf.tensor2d([[0, 7]]) };
 * const y = cosineLinear(tf.tensor2d([[3, 4]]), layer, { parameters });
 * assertAlmostEquals((await y.data())[0]!, 4 / 5, 1e-6);
 * ```
 */
export function cosineLinear(
  x: Tensor,
  { name }: Linear,
  { parameters }: Pick<Pass, "parameters">,
): Tensor {
  const weight = variable(parameters, `${name}.weight`);
  return tf.matMul(withUnitRows(x), withUnitRows(weight), false, true);
}

function withUnitRows(x: Tensor): Tensor {
  // The bound inside the root, so that a row of zeros has a finite gradient.
  const squares = tf.maximum(tf.sum(tf.square(x), 1, true), tf.scalar(shortest ** 2));
  return tf.div(x, tf.sqrt(squares));
}

function convolve(x: Tensor, layer: Convolution, pass: Pass): Tensor {
  const weight = convert(variable(pass.parameters, `${layer.name}.weight`), {
    from: "float32",
    to: pass.computeType,
  });
  const { stride, kernel, groups = 1 } = layer;
  const run = groups === 1 ? convolution : groupedConvolution;
  const options = { stride, type: pass.computeType };
  if (kernel === 1 || stride === 1) return run(x, weight, { ...options, padding: "same" });
  // With stride 2, "same" pads an even side at its end only, PyTorch's padding at both.
  const margin = [(kernel - 1) / 2, (kernel - 1) / 2] as const;
  const padded = pad(x, [[0, 0], margin, margin, [0, 0]]);
  return run(padded, weight, { ...options, padding: "valid" });
}

function batchNorm(
  x: Tensor,
  name: string,
  { pass, shortcut, relu }: LayerOptions,
): Tensor {
  const { parameters, statistics, mode, whole, computeType: type } = pass;
  const [meanName, varianceName] = [`${name}.running_mean`, `${name}.running_var`];
  const scale = variable(parameters, `${name}.weight`) as tf.Tensor1D;
  const offset = variable(parameters, `${name}.bias`) as tf.Tensor1D;
  const mean = variable(statistics, meanName) as tf.Tensor1D;
  const variance = variable(statistics, varianceName) as tf.Tensor1D;
  if (mode === "train") {
    const inputs = { x, scale, offset, mean, variance, ...(shortcut && { shortcut }) };
    const result = whole
      ? synchronisedBatchNorm(inputs, { relu, epsilon, whole, type })
      : trainingBatchNorm(inputs, { relu, epsilon });
    statistics[meanName] = result.mean;
    statistics[varianceName] = result.variance;
    return result.output;
  }
  const normalised = tf.batchNorm(x, mean, variance, offset, scale, epsilon);
  const sum = shortcut === undefined ? normalised : tf.add(normalised, shortcut);
  return relu ? tf.relu(sum) : sum;
}

function variable(tensors: Readonly<Record<string, Tensor>>, name: string): Tensor {
  const tensor = tensors[name];
  if (tensor === undefined) {
    throw new TypeError(
      `Cannot run the network: ${name} is missing: pass the variables that init or importWeights of ` +
        "the same network made",
    );
  }
  return tensor;
}

/** Option A: every second pixel, with as many channels of zero on both sides as are missing. */
function subsample(
  x: Tensor,
  { channels, type }: { readonly channels: number; readonly type: ComputeType },
): Tensor {
  const missing = channels - (x.shape as ImageShape)[3];
  const sides = [Math.floor(missing / 2), Math.ceil(missing / 2)] as const;
  return pad(everySecondPixel(x, { type }), [[0, 0], [0, 0], [0, 0], sides]);
}
