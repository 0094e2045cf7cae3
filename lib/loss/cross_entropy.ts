/**
 * Cross-entropy with soft targets: the plain loss L_c of GLMC, and the baseline of every table.
 *
 * @module
 */

import { type Tensor, tf } from "../tensor/tfjs.ts";

/**
 * Mean cross-entropy −(1/B) Σ p log softmax(o), where the targets p need not sum to one.
 *
 * With labels weighted by rarity this is the official rebalanced term: the mean runs over the batch
 * and is not divided by the sum of weights.
 *
 * @param logits Outputs of a classifier o `[B, C]`.
 * @param targets Soft labels p `[B, C]`; carry no gradient of interest.
 * @returns Loss `[]`; the caller owns it.
 * @example Two equal classes
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { crossEntropy, startEngine, tf } from "glmc";
 *
 * await startEngine({ device: "cpu" });
 * const loss = crossEntropy(tf.tensor2d([[3, 3]]), tf.tensor2d([[1, 0]]));
 * assertAlmostEquals(loss.dataSync()[0]!, Math.log(2), 1e-6);
 * ```
 */
export function crossEntropy(logits: Tensor, targets: Tensor): Tensor {
  return tf.tidy(() => tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits), targets), 1))));
}
