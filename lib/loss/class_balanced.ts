/**
 * Class-balanced loss by the effective number of images (Cui et al., CVPR 2019, arXiv 1901.05555).
 *
 * @module
 */

import { type Tensor, tf } from "../tensor/tfjs.ts";
import { checkCounts } from "./class_counts.ts";
import { crossEntropy } from "./cross_entropy.ts";
import { weightedCrossEntropy } from "./weighted_cross_entropy.ts";

/**
 * Weight of each class by its effective number: w_c ∝ (1 − β) / (1 − β^n_c), with Σ w = C.
 *
 * Source: `cifar_main.py` of the authors' code; LDAM's `Reweight`.
 *
 * @param counts Images of each class n `[C]`.
 * @param options `beta` is β: 0 gives ones, towards 1 it nears inverse frequency.
 * @returns Weights `[C]` with mean 1.
 * @throws {RangeError} If a class has no image, or β is not in `[0, 1)`.
 * @example Many images of one class add little
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { effectiveNumberWeights } from "glmc";
 *
 * assertAlmostEquals(effectiveNumberWeights([2, 1], { beta: 0.5 })[0]!, 0.8);
 * ```
 */
export function effectiveNumberWeights(
  counts: readonly number[],
  { beta }: { readonly beta: number },
): number[] {
  checkCounts(counts);
  if (!(beta >= 0 && beta < 1)) {
    throw new RangeError(
      `Cannot weight the classes: beta must be in [0, 1): it is ${beta}: the field uses 0.9999`,
    );
  }
  const shares = counts.map((count) => 1 / (1 - beta ** count));
  const sum = shares.reduce((total, share) => total + share, 0);
  return shares.map((share) => share * counts.length / sum);
}

/** The weights of a class-balanced loss. */
export interface ClassBalancedConstants {
  /** Weight of each class w `[C]`; see {@linkcode effectiveNumberWeights}. */
  readonly weights: Tensor;
}

/**
 * Class-balanced cross-entropy, divided by the weights of the batch: Σ_b w_y CE_b / Σ_b w_y.
 *
 * Source: LDAM-DRW and what copied it (`F.cross_entropy` with weights). Not linear in the labels;
 * for mixed ones see {@linkcode pairLoss}.
 *
 * @param logits Outputs of a classifier `[B, C]`.
 * @param labels One-hot labels y `[B, C]`.
 * @param constants Class weights.
 * @returns Loss `[]`; the caller owns it.
 * @example A batch of one class has its plain cross-entropy
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { classBalancedByWeights, startEngine, tf } from "glmc";
 *
 * await startEngine({ device: "cpu" });
 * const weights = tf.tensor1d([0.1, 1.9]);
 * const loss = classBalancedByWeights(tf.tensor2d([[3, 3]]), tf.tensor2d([[1, 0]]), { weights });
 * assertAlmostEquals(loss.dataSync()[0]!, Math.log(2), 1e-6);
 * ```
 */
export function classBalancedByWeights(
  logits: Tensor,
  labels: Tensor,
  { weights }: ClassBalancedConstants,
): Tensor {
  return weightedCrossEntropy(logits, labels, { weights });
}

/**
 * Class-balanced cross-entropy, divided by the size of the batch: (1/B) Σ_b Σ_c w_c y_bc (−log
 * p_bc).
 *
 * Source: the authors' TensorFlow code (`cifar_main.py`). Linear in the labels: on a mixed label it
 * is the expectation λ L(y₁) + (1 − λ) L(y₂).
 *
 * @param logits Outputs of a classifier `[B, C]`.
 * @param labels One-hot labels, or label distributions, y `[B, C]`.
 * @param constants Class weights.
 * @returns Loss `[]`; the caller owns it.
 * @example A batch of a heavy class has a large loss
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { classBalancedByBatch, startEngine, tf } from "glmc";
 *
 * await startEngine({ device: "cpu" });
 * const weights = tf.tensor1d([0.1, 1.9]);
 * const loss = classBalancedByBatch(tf.tensor2d([[3, 3]]), tf.tensor2d([[0, 1]]), { weights });
 * assertAlmostEquals(loss.dataSync()[0]!, 1.9 * Math.log(2), 1e-6);
 * ```
 */
export function classBalancedByBatch(
  logits: Tensor,
  labels: Tensor,
  { weights }: ClassBalancedConstants,
): Tensor {
  return tf.tidy(() => crossEntropy(logits, tf.mul(labels, weights)));
}
