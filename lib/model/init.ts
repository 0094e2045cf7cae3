/**
 * The official initial values of a network.
 *
 * @module
 */

import { type Tensor, tf } from "../tensor/tfjs.ts";
import { parameterShapes, sizeOf, statisticShapes } from "./shapes.ts";
import { convolutions, type Structure } from "./structure.ts";

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
 * Weights of convolutions and linear layers, with fan-in n: Kaiming normal N(0, 2 / n) for resnet32,
 * PyTorch's default U(−1/√n, 1/√n) for the other networks. Biases of linear layers: U(−1/√n, 1/√n).
 * Batch norm: scale and running variance 1, offset and running mean 0.
 *
 * @param structure The network.
 * @param random Where the numbers come from, drawn in the order of the parameters.
 * @returns Variables; the caller owns them.
 */
export function initialVariables(structure: Structure, random: RandomSource): Variables {
  const shapes = parameterShapes(structure);
  const parameters: Record<string, Tensor> = {};
  const draw = (name: string, law: () => number): void => {
    const values = new Float32Array(sizeOf(shapes[name]));
    for (let i = 0; i < values.length; i++) values[i] = law();
    parameters[name] = tf.tensor(values, [...shapes[name]]);
  };
  const uniform = (fanIn: number): () => number => {
    const bound = 1 / Math.sqrt(fanIn);
    return () => bound * (2 * random.uniform() - 1);
  };
  const weight = (fanIn: number): () => number => {
    if (structure.initialWeights === "uniform") return uniform(fanIn);
    const deviation = Math.sqrt(2 / fanIn);
    return () => deviation * random.normal();
  };
  for (const { name, batchNorm, kernel, inputs } of convolutions(structure)) {
    draw(`${name}.weight`, weight(kernel * kernel * inputs));
    draw(`${batchNorm}.weight`, () => 1);
    draw(`${batchNorm}.bias`, () => 0);
  }
  for (const { name, inputs } of Object.values(structure.heads)) {
    draw(`${name}.weight`, weight(inputs));
    draw(`${name}.bias`, uniform(inputs));
  }
  const statistics = Object.fromEntries(
    Object.entries(statisticShapes(structure)).map(([name, shape]) => [
      name,
      name.endsWith("running_var") ? tf.ones([...shape]) : tf.zeros([...shape]),
    ]),
  );
  return { parameters, statistics };
}
