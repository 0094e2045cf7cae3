/**
 * Focal loss in its softmax form (Lin et al., ICCV 2017, arXiv 1708.02002).
 *
 * @module
 */

import { type Tensor, tf } from "../tensor/tfjs.ts";
import type { ClassWeights } from "./weighted_cross_entropy.ts";

/** Settings of {@linkcode focalLoss}. */
export interface FocalConstants extends ClassWeights {
  /** Exponent γ: 0 is cross-entropy. */
  readonly gamma: number;
}

/** Below it a power with an exponent under 1 would have an infinite slope. */
const smallest = 1e-30;

/**
 * Focal loss L = (1/B) Σ_b Σ_c y_bc (1 − e^(−v_bc))^γ v_bc with v_bc = −w_c log softmax(z_b)_c.
 *
 * Without weights 1 − e^(−v) is 1 − p of the class. With weights they stand inside the exponential,
 * as in LDAM's public code (`FocalLoss` in `losses.py`), and the mean runs over the batch. Focal
 * losses over sigmoids are other losses. On a mixed label it is the expectation λ L(y₁) + (1 − λ)
 * L(y₂), and not the focal loss of the mixed cross-entropy.
 *
 * @param logits Outputs of a classifier z `[B, C]`.
 * @param labels One-hot labels, or label distributions, y `[B, C]`.
 * @param constants Exponent, and class weights if wanted.
 * @returns Loss `[]`; the caller owns it.
 * @example Half sure
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { focalLoss, startEngine, tf } from "glmc";
 *
 * await startEngine({ device: "cpu" });
 * const loss = focalLoss(tf.tensor2d([[3, 3]]), tf.tensor2d([[1, 0]]), { gamma: 2 });
 * assertAlmostEquals(loss.dataSync()[0]!, Math.log(2) / 4, 1e-6);
 * ```
 */
export function focalLoss(
  logits: Tensor,
  labels: Tensor,
  { gamma, weights }: FocalConstants,
): Tensor {
  return tf.tidy(() => {
    const plain = tf.neg(tf.logSoftmax(logits));
    const values = weights === undefined ? plain : tf.mul(plain, weights);
    // expm1, since 1 − p has few digits where p is near 1.
    const unsure = tf.maximum(tf.neg(tf.expm1(tf.neg(values))), tf.scalar(smallest));
    const focal = tf.mul(tf.pow(unsure, tf.scalar(gamma)), values);
    return tf.mean(tf.sum(tf.mul(labels, focal), 1));
  });
}
