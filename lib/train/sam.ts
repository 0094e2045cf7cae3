/**
 * Sharpness-aware minimisation: the gradient is taken where the loss is nearly worst near the weights.
 *
 * @module
 */

import { type Tensor, tf } from "../tensor/tfjs.ts";

/** Keeps the division finite where the gradient vanishes. */
const smallest = 1e-12;

/**
 * The point above the weights: w + ρ g / ‖g‖, with one norm over all parameters (Foret et al. 2021).
 *
 * The step is then taken from w with the gradient at this point; weight decay is left to the optimiser.
 *
 * @param parameters Weights w by name.
 * @param gradients Gradients g under names of parameters; those without one stay out.
 * @param radius Radius ρ.
 * @returns The point, under the gradients' names; the caller owns its tensors.
 * @example Along a gradient of length 5
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { startEngine, tf } from "glmc";
 * import { ascend } from "glmc/train/sam.ts";
 *
 * await startEngine({ device: "cpu" });
 * const { a } = ascend({ a: tf.scalar(1), b: tf.scalar(1) }, { a: tf.scalar(3), b: tf.scalar(4) }, 0.5);
 * assertAlmostEquals(a!.dataSync()[0]!, 1.3, 1e-6);
 * ```
 */
export function ascend(
  parameters: Readonly<Record<string, Tensor>>,
  gradients: Readonly<Record<string, Tensor>>,
  radius: number,
): Record<string, Tensor> {
  return tf.tidy(() => {
    const squares = Object.values(gradients).map((gradient) => tf.sum(tf.square(gradient)));
    const norm = tf.sqrt(tf.addN(squares as tf.Scalar[]));
    const scale = tf.div(tf.scalar(radius), tf.add(norm, tf.scalar(smallest)));
    return Object.fromEntries(
      Object.entries(gradients).map(([name, gradient]) => [
        name,
        tf.add(parameters[name]!, tf.mul(gradient, scale)),
      ]),
    );
  });
}
