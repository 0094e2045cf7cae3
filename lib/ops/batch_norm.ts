/**
 * Batch normalisation in training: one TensorFlow.js kernel over the operations TensorFlow trains with.
 *
 * TensorFlow.js composes batch normalisation and the gradient of ReLU from a dozen small operations;
 * TensorFlow has one each. The kernel below runs normalisation, shortcut and ReLU together so that
 * what lies between them is freed at once. On CPUs oneDNN's kernel does normalisation and ReLU in one
 * go, with the same bits.
 *
 * @module
 */

import { type Attribute, attributeKind, typeAttribute } from "../tensor/attributes.ts";
import { stopGradient } from "../tensor/gradients.ts";
import { operationTarget, runOperation } from "../tensor/operation.ts";
import { whenStarted } from "../tensor/started.ts";
import { convert } from "./precision.ts";
import { type Tensor, tf } from "../tensor/tfjs.ts";

const kernelName = "TrainingBatchNorm";

/** By its own name: under the public one, `_FusedBatchNormEx`, a kernel without effect waits to be replaced. */
const fusedName = "_MklNativeFusedBatchNormEx";

const float = typeAttribute("T", "float32");

function batchNormAttributes(epsilon: number, momentum?: number): Attribute[] {
  return [
    float,
    typeAttribute("U", "float32"),
    { name: "epsilon", type: attributeKind.float, value: epsilon },
    { name: "data_format", type: attributeKind.string, value: "NHWC" },
    { name: "is_training", type: attributeKind.bool, value: true },
    ...(momentum === undefined
      ? []
      : [{ name: "exponential_avg_factor", type: attributeKind.float, value: momentum }]),
  ];
}

const fusedAttributes: readonly Attribute[] = [
  { name: "_kernel", type: attributeKind.string, value: "MklNameChangeOp" },
  { name: "activation_mode", type: attributeKind.string, value: "Relu" },
  { name: "num_side_inputs", type: attributeKind.int, value: 0 },
];

/** Inputs of {@linkcode trainingBatchNorm}. */
export interface BatchNormInputs {
  /** Images or features `[B, H, W, C]`. */
  readonly x: Tensor;
  /** Scale `[C]`. */
  readonly scale: Tensor;
  /** Offset `[C]`. */
  readonly offset: Tensor;
  /** Running mean `[C]`. */
  readonly mean: Tensor;
  /** Running variance `[C]`. */
  readonly variance: Tensor;
  /** Added before the ReLU `[B, H, W, C]`. */
  readonly shortcut?: Tensor;
}

/** Options of {@linkcode trainingBatchNorm}. */
export interface BatchNormOptions {
  /** Whether a ReLU follows. */
  readonly relu?: boolean;
  /** Added to the variance; default 1e-5, PyTorch's. */
  readonly epsilon?: number;
  /** Share of the batch in the new running statistics; default 0.1, PyTorch's. */
  readonly momentum?: number;
}

/**
 * Normalises by the batch's statistics, adds a shortcut, applies ReLU, and updates the running statistics.
 *
 * The running variance takes the unbiased variance, as PyTorch does. The caller owns the results.
 *
 * @param inputs Features, scale, offset, running statistics and the shortcut, if there is one.
 * @param options Whether a ReLU follows, and two constants.
 * @returns Output `[B, H, W, C]`, new running mean `[C]` and variance `[C]`; only the first one carries gradients.
 * @example Two values around their mean
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { startEngine, tf, trainingBatchNorm } from "glmc";
 *
 * await startEngine({ device: "cpu" });
 * const [x, zero, one] = [tf.tensor4d([3, 5], [2, 1, 1, 1]), tf.zeros([1]), tf.ones([1])];
 * const inputs = { x, scale: one, offset: zero, mean: zero, variance: one };
 * const { output } = trainingBatchNorm(inputs);
 * assertEquals([...output.dataSync()].map(Math.round), [-1, 1]);
 * ```
 */
export function trainingBatchNorm(
  { x, scale, offset, mean, variance, shortcut }: BatchNormInputs,
  { relu = false, epsilon = 1e-5, momentum = 0.1 }: BatchNormOptions = {},
): { readonly output: Tensor; readonly mean: Tensor; readonly variance: Tensor } {
  const [output, newMean, newVariance] = tf.engine().runKernel(
    kernelName,
    { x, scale, offset, mean, variance, ...(shortcut && { shortcut }) },
    { relu, epsilon, momentum, hasShortcut: shortcut !== undefined },
  ) as [Tensor, Tensor, Tensor, ...Tensor[]];
  return { output, mean: stopGradient(newMean), variance: stopGradient(newVariance) };
}

let canFuse = false;
whenStarted(() => canFuse = fusedKernelWorks());

tf.registerKernel({
  kernelName,
  backendName: "tensorflow",
  kernelFunc: ({ inputs, attrs }) => {
    const given = inputs as unknown as KernelInputs;
    const { relu, epsilon, momentum, hasShortcut } = attrs as unknown as KernelAttributes;
    if (relu && !hasShortcut && canFuseNow() && hasFusedBits(given.x)) {
      return normaliseAndRelu(listed(given), { epsilon, momentum });
    }
    const [normalised, newMean, newVariance, ...saved] = runOperation(
      "FusedBatchNormV3",
      batchNormAttributes(epsilon, momentum),
      listed(given),
      6,
    );
    const { shortcut } = given;
    const sum = shortcut === undefined
      ? normalised
      : consume(normalised, (t) => runOperation("AddV2", [float], [t, shortcut])[0]);
    const output = relu ? consume(sum, (t) => runOperation("Relu", [float], [t])[0]) : sum;
    return [output, newMean, newVariance, ...saved];
  },
});

tf.registerGradient({
  kernelName,
  inputsToSave: ["x", "scale"],
  outputsToSave: [true, false, false, true, true, true],
  gradFunc: (dy, saved, attrs) => {
    // The fused kernel saves no scratch, and the gradient reads none on CPUs.
    const [x, scale, output, batchMean, batchVariance, scratch = batchMean] = saved as Saved;
    const { relu, epsilon, hasShortcut } = attrs as unknown as KernelAttributes;
    const [dOutput] = dy as [Tensor, ...Tensor[]];
    const dSum = relu ? runOperation("ReluGrad", [float], [dOutput, output])[0] : dOutput;
    const [dx, dScale, dOffset] = runOperation(
      "FusedBatchNormGradV3",
      batchNormAttributes(epsilon),
      [dSum, x, scale, batchMean, batchVariance, scratch],
      5,
    );
    // Freed here and not at the end of the step, which lowers the peak of op-by-op training.
    if (relu && !hasShortcut) dSum.dispose();
    for (const tensor of saved) if (tensor !== scale) tensor.dispose();
    return { x: () => dx, scale: () => dScale, offset: () => dOffset, shortcut: () => dSum };
  },
});

type KernelInputs =
  & Readonly<Record<"x" | "scale" | "offset" | "mean" | "variance", tf.TensorInfo>>
  & { readonly shortcut?: tf.TensorInfo };

type Saved = [
  x: Tensor,
  scale: Tensor,
  output: Tensor,
  batchMean: Tensor,
  batchVariance: Tensor,
  scratch?: Tensor,
];

function listed({ x, scale, offset, mean, variance }: KernelInputs): tf.TensorInfo[] {
  return [x, scale, offset, mean, variance];
}

/** oneDNN's kernel is the CPU's, and no part of what XLA compiles. */
function canFuseNow(): boolean {
  const { device, xla } = operationTarget();
  return canFuse && device === "cpu" && !xla;
}

/** Output, new running statistics, and the batch's, as the kernel returns them but for the scratch. */
function normaliseAndRelu(
  inputs: readonly tf.TensorInfo[],
  { epsilon, momentum }: { readonly epsilon: number; readonly momentum: number },
): Tensor[] {
  const attributes = [...batchNormAttributes(epsilon, momentum), ...fusedAttributes];
  const [output, newMean, newVariance, batchMean, batchVariance, scratch] = runOperation(
    fusedName,
    attributes,
    inputs,
    6,
  );
  // A byte for each element, which only the kernel itself has use for.
  scratch.dispose();
  return [output, newMean, newVariance, batchMean, batchVariance];
}

/** For other numbers of channels oneDNN takes another kernel, whose last digits differ. */
function hasFusedBits({ shape }: tf.TensorInfo): boolean {
  return shape[shape.length - 1]! % 8 === 0;
}

/** Not every build of TensorFlow has the kernel, nor every processor bfloat16. */
function fusedKernelWorks(): boolean {
  return tf.tidy(() => {
    const [channels, image] = [tf.ones([1]), tf.ones([1, 1, 1, 1])];
    const short = convert(image, { from: "float32", to: "bfloat16" });
    const settings = { epsilon: 1e-5, momentum: 1 };
    try {
      for (const x of [image, short]) {
        normaliseAndRelu([x, channels, channels, channels, channels], settings);
      }
      return true;
    } catch {
      return false;
    }
  });
}

type KernelAttributes = Required<BatchNormOptions> & { readonly hasShortcut: boolean };

function consume(tensor: Tensor, f: (tensor: Tensor) => Tensor): Tensor {
  const result = f(tensor);
  tensor.dispose();
  return result;
}
