/**
 * Balanced softmax (Ren et al., NeurIPS 2020, arXiv 2007.10740).
 *
 * @module
 */

import { type Tensor, tf } from "../tensor/tfjs.ts";
import { checkCounts } from "./class_counts.ts";
import { type ClassWeights, weightedCrossEntropy } from "./weighted_cross_entropy.ts";

/**
 * Logarithms of class counts: log n_c.
 *
 * @param counts Images of each class n `[C]`.
 * @returns Logarithms `[C]`.
 * @throws {RangeError} If a class has no image.
 * @example A class of one image
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { logCounts } from "glmc/loss/balanced_softmax.ts";
 *
 * assertEquals(logCounts([1]), [0]);
 * ```
 */
export function logCounts(counts: readonly number[]): number[] {
  checkCounts(counts);
  return counts.map(Math.log);
}

/** Settings of {@linkcode balancedSoftmaxLoss}. */
export interface BalancedSoftmaxConstants extends ClassWeights {
  /** Logarithm of each class's count `[C]`; see {@linkcode logCounts}. */
  readonly logCounts: Tensor;
}

/**
 * Balanced softmax L = CE(z + log n, y): the logit adjustment with τ = 1, up to a constant in the
 * logits.
 *
 * Source: BALMS (`BalancedSoftmaxLoss.py`). In testing the plain logits decide. Without class
 * weights it is linear in the labels: on a mixed label it is the expectation λ L(y₁) + (1 − λ)
 * L(y₂).
 *
 * @param logits Outputs of a classifier z `[B, C]`.
 * @param labels One-hot labels, or label distributions, y `[B, C]`.
 * @param constants Logarithms of the counts, and class weights if wanted.
 * @returns Loss `[]`; the caller owns it.
 * @example A class three times as frequent
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { balancedSoftmaxLoss, startEngine, tf } from "glmc";
 *
 * await startEngine({ device: "cpu" });
 * const logCounts = tf.log(tf.tensor1d([3, 1]));
 * const loss = balancedSoftmaxLoss(tf.tensor2d([[2, 2]]), tf.tensor2d([[0, 1]]), { logCounts });
 * assertAlmostEquals(loss.dataSync()[0]!, Math.log(4), 1e-6);
 * ```
 */
export function balancedSoftmaxLoss(
  logits: Tensor,
  labels: Tensor,
  { logCounts, weights }: BalancedSoftmaxConstants,
): Tensor {
  return tf.tidy(() => weightedCrossEntropy(tf.add(logits, logCounts), labels, { weights }));
}
