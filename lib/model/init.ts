/**
 * The official initial values of a network.
 *
 * @module
 */

import { disposeTensors } from "../tensor/named_tensors.ts";
import { type Tensor, tf } from "../tensor/tfjs.ts";
import { makeTensors } from "./make_tensors.ts";
import { parameterShapes, sizeOf, statisticShapes } from "./shapes.ts";
import { convolutions, hiddenLayers, type Structure } from "./structure.ts";

/** A source of random numbers. */
export interface RandomSource {
  /** A draw from the normal distribution with mean 0 and standard deviation 1. */
  normal(): number;
  /** A draw from the uniform distribution on `[0, 1)`. */
  uniform(): number;
}

/** Everything a network needs besides images, under its official names. */
export type Variables = {
  /** Trained tensors, in the order of the official `named_parameters()`. */
  readonly parameters: Record<string, Tensor>;
  /** Running statistics of batch norm: `...running_mean` and `...running_var`. */
  readonly statistics: Record<string, Tensor>;
};

/**
 * Draws the initial variables.
 *
 * Weights of convolutions and linear layers, with fan-in n: Kaiming normal N(0, 2 / n) for
 * resnet32, PyTorch's default U(−1/√n, 1/√n) for the other networks of small images. Those of large images have
 * Kaiming normal N(0, 2 / m) in convolutions, with fan-out m over all groups, and PyTorch's default in linear
 * layers. Biases of linear layers:
 * U(−1/√n, 1/√n). Batch norm: scale and running variance 1, offset and running mean 0. A classifier
 * by cosines: each row uniform on (−1, 1)ⁿ, then scaled to length 1, as in LDAM's public code. Scales
 * of outputs: 1.
 *
 * @param structure The network.
 * @param random Where the numbers come from, drawn in the order of the parameters.
 * @returns Variables; the caller owns them. If a draw fails, nothing is left on the device.
 * @example Batch norm starts as the identity
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createNetwork } from "glmc/model/network.ts";
 * import { initialVariables } from "glmc/model/init.ts";
 * import { startEngine } from "glmc/tensor/start.ts";
 *
 * await startEngine({ device: "cpu" });
 * const { structure } = createNetwork("resnet32", { classes: 10, width: 2 });
 * const { parameters } = initialVariables(structure, { normal: () => 0, uniform: () => 0 });
 * assertEquals([...(await parameters["bn1.weight"]?.data() ?? [])], [1, 1]);
 * ```
 */
export function initialVariables(structure: Structure, random: RandomSource): Variables {
  const laws = initialLaws(structure, random);
  const parameters = makeTensors(parameterShapes(structure), (name, shape) => {
    // Batch norm's are no draws: they start as the identity.
    const law = laws.get(name) ?? (() => name.endsWith(".weight") ? 1 : 0);
    const values = new Float32Array(sizeOf(shape));
    for (let i = 0; i < values.length; i++) values[i] = law();
    return tf.tensor(values, [...shape]);
  });
  try {
    const statistics = makeTensors(
      statisticShapes(structure),
      (name, shape) => name.endsWith(".running_var") ? tf.ones([...shape]) : tf.zeros([...shape]),
    );
    return { parameters, statistics };
  } catch (error) {
    disposeTensors(parameters);
    throw error;
  }
}

/** How each weight and bias of a convolution or linear layer is drawn, by official name. */
function initialLaws(structure: Structure, random: RandomSource): Map<string, () => number> {
  const uniform = (fanIn: number): () => number => {
    const bound = 1 / Math.sqrt(fanIn);
    return () => bound * (2 * random.uniform() - 1);
  };
  const normal = (fan: number): () => number => {
    const deviation = Math.sqrt(2 / fan);
    return () => deviation * random.normal();
  };
  const { initialWeights } = structure;
  const weight = initialWeights === "normal" ? normal : uniform;
  const laws = new Map<string, () => number>();
  for (const { name, kernel, inputs, outputs, groups = 1 } of convolutions(structure)) {
    const law = initialWeights === "fan_out"
      ? normal(kernel * kernel * outputs)
      : weight(kernel * kernel * inputs / groups);
    laws.set(`${name}.weight`, law);
  }
  for (const { name, inputs, isCosine, isScaled } of Object.values(structure.heads)) {
    if (isScaled) laws.set(`${name}.scale`, () => 1);
    if (isCosine) laws.set(`${name}.weight`, unitRows(inputs, random));
    else laws.set(`${name}.weight`, weight(inputs)).set(`${name}.bias`, uniform(inputs));
  }
  for (const { name, inputs } of hiddenLayers(structure)) {
    laws.set(`${name}.weight`, weight(inputs));
  }
  return laws;
}

/** Draws the numbers of one row after another, each row of length 1. */
function unitRows(size: number, random: RandomSource): () => number {
  const row = new Float64Array(size);
  let place = size;
  return () => {
    if (place === size) {
      for (let i = 0; i < size; i++) row[i] = 2 * random.uniform() - 1;
      const length = Math.hypot(...row);
      for (let i = 0; i < size; i++) row[i]! /= length;
      place = 0;
    }
    return row[place++]!;
  };
}
