/**
 * Stochastic gradient descent as PyTorch does it.
 *
 * @module
 */

import { type Tensor, tf } from "../tensor/tfjs.ts";

/** Settings of {@linkcode sgdStep}. */
export interface SgdOptions {
  /** Learning rate `[]`. */
  readonly learningRate: Tensor;
  /** Share of the former velocity; 0.9 by default. */
  readonly momentum?: number;
  /** Weight decay added to every gradient, batch norm and biases included; 0 by default. */
  readonly weightDecay?: number;
  /** Whether steps look ahead along the velocity (Nesterov); false by default. */
  readonly nesterov?: boolean;
}

/** Parameters and their velocities, under the same names. */
export type SgdState = {
  /** Trained tensors. */
  readonly parameters: Record<string, Tensor>;
  /** Velocities v, zero at the start. */
  readonly momentum: Record<string, Tensor>;
};

/**
 * One step: v ← μ v + (g + λ w), w ← w − η v; with Nesterov's momentum w ← w − η (g + λ w + μ v).
 *
 * @param state Parameters w and velocities v.
 * @param gradients Gradients g under the parameters' names.
 * @param options Learning rate η, momentum μ, weight decay λ.
 * @returns New parameters and velocities; the caller owns them.
 * @example First step
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { sgdStep, startEngine, tf } from "glmc";
 *
 * await startEngine({ device: "cpu" });
 * const state = { parameters: { w: tf.scalar(1) }, momentum: { w: tf.scalar(0) } };
 * const { parameters } = sgdStep(state, { w: tf.scalar(2) }, { learningRate: tf.scalar(0.1) });
 * assertAlmostEquals(parameters.w!.dataSync()[0]!, 0.8, 1e-6);
 * ```
 */
export function sgdStep(
  state: SgdState,
  gradients: Record<string, Tensor>,
  { learningRate, momentum = 0.9, weightDecay = 0, nesterov = false }: SgdOptions,
): SgdState {
  return tf.tidy(() => {
    const [friction, decay] = [tf.scalar(momentum), tf.scalar(weightDecay)];
    const next: SgdState = { parameters: {}, momentum: {} };
    for (const [name, weight] of Object.entries(state.parameters)) {
      const [gradient, decayed] = [gradients[name]!, tf.mul(weight, decay)];
      const kept = tf.mul(state.momentum[name]!, friction);
      const slope = nesterov ? tf.add(gradient, decayed) : undefined;
      // Three at once are a kernel less for each weight. TensorFlow adds to the first of them that nothing
      // else needs, so the bits are those of two sums only as long as that is the gradient or the decay.
      const velocity = slope ? tf.add(kept, slope) : tf.addN([gradient, decayed, kept]);
      const direction = slope ? tf.add(slope, tf.mul(velocity, friction)) : velocity;
      next.momentum[name] = velocity;
      next.parameters[name] = tf.sub(weight, tf.mul(direction, learningRate));
    }
    return next;
  });
}
