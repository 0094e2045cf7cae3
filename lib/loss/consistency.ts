/**
 * Consistency between the global and the local mixture: GLMC's
 * L_sim = −cos(u_g, sg(h_l)) − cos(u_l, sg(h_g)), which needs no labels.
 *
 * @module
 */

import { type Tensor, tf } from "../tensor/tfjs.ts";
import { stopGradient } from "../tensor/gradients.ts";

/** Outputs of the two heads for one view. */
export interface HeadOutputs {
  /** Output of the projection head h `[B, D]`. */
  readonly projection: Tensor;
  /** Output of the prediction head u `[B, D]`. */
  readonly prediction: Tensor;
}

/**
 * Mean cosine similarity of rows, a·b / (|a| |b|), with |a||b| held above 1e-8 as in PyTorch.
 *
 * @param a Vectors `[B, D]`.
 * @param b Vectors `[B, D]`.
 * @returns Mean `[]`, in `[-1, 1]`; the caller owns it.
 * @example A vector and its double
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { cosineSimilarity, startEngine, tf } from "glmc";
 *
 * await startEngine({ device: "cpu" });
 * const similarity = cosineSimilarity(tf.tensor2d([[1, 2]]), tf.tensor2d([[2, 4]]));
 * assertAlmostEquals(similarity.dataSync()[0]!, 1, 1e-6);
 * ```
 */
export function cosineSimilarity(a: Tensor, b: Tensor): Tensor {
  return tf.tidy(() => {
    const squares = tf.mul(tf.sum(tf.square(a), 1), tf.sum(tf.square(b), 1));
    // Inside the root, so that a zero vector has a finite gradient.
    const norms = tf.sqrt(tf.maximum(squares, tf.scalar(1e-16)));
    return tf.mean(tf.div(tf.sum(tf.mul(a, b), 1), norms));
  });
}

/**
 * Mixture consistency L_sim = −cos(u_g, sg(h_l)) − cos(u_l, sg(h_g)), sg = stop-gradient (Du et al. 2023).
 *
 * @param global Heads of the MixUp view.
 * @param local Heads of the CutMix view.
 * @returns Loss `[]`, in `[-2, 2]`; the caller owns it. No gradient reaches the projections directly.
 * @example Views that agree
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { consistencyLoss, startEngine, tf } from "glmc";
 *
 * await startEngine({ device: "cpu" });
 * const heads = { projection: tf.tensor2d([[1, 1]]), prediction: tf.tensor2d([[3, 3]]) };
 * assertAlmostEquals(consistencyLoss(heads, heads).dataSync()[0]!, -2, 1e-6);
 * ```
 */
export function consistencyLoss(global: HeadOutputs, local: HeadOutputs): Tensor {
  return tf.tidy(() =>
    tf.neg(
      tf.add(
        cosineSimilarity(global.prediction, stopGradient(local.projection)),
        cosineSimilarity(local.prediction, stopGradient(global.projection)),
      ),
    )
  );
}
