/**
 * Cross-entropy with class weights, divided by the weights of the batch.
 *
 * @module
 */

import { type Tensor, tf } from "../tensor/tfjs.ts";
import { crossEntropy } from "./cross_entropy.ts";

/** Class weights of a loss. */
export interface ClassWeights {
  /** Weight of each class w `[C]`; without them all count alike. */
  readonly weights?: Tensor | undefined;
}

/**
 * Weighted mean L = Σ_b Σ_c w_c y_bc (−log softmax(z_b)_c) / Σ_b Σ_c w_c y_bc.
 *
 * Source: PyTorch's `F.cross_entropy(z, y, weight=w)`, which divides by the weights of the batch's
 * labels and not by its size; with class weights of mean 1 the two differ 5 to 6 fold on a long
 * tail. This is how deferred re-weighting enters the losses of the field. Linear in the labels only
 * without weights; for mixed labels the public codes sum two calls, see {@linkcode pairLoss}.
 *
 * @param logits Outputs of a classifier z `[B, C]`.
 * @param labels One-hot labels, or label distributions, y `[B, C]`.
 * @param options Class weights.
 * @returns Loss `[]`; the caller owns it.
 * @example A batch of one is as heavy as any other
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { startEngine, tf, weightedCrossEntropy } from "glmc";
 *
 * await startEngine({ device: "cpu" });
 * const weights = tf.tensor1d([9, 1]);
 * const loss = weightedCrossEntropy(tf.tensor2d([[3, 3]]), tf.tensor2d([[1, 0]]), { weights });
 * assertAlmostEquals(loss.dataSync()[0]!, Math.log(2), 1e-6);
 * ```
 */
export function weightedCrossEntropy(
  logits: Tensor,
  labels: Tensor,
  { weights }: ClassWeights,
): Tensor {
  if (weights === undefined) return crossEntropy(logits, labels);
  return tf.tidy(() => {
    const weighted = tf.mul(labels, weights);
    // Of the mean over the batch, and of the mean weight of the batch, the size cancels.
    return tf.div(crossEntropy(logits, weighted), tf.mean(tf.sum(weighted, 1)));
  });
}
