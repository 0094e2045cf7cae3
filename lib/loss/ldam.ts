/**
 * LDAM: label-distribution-aware margins (Cao et al., NeurIPS 2019, arXiv 1906.07413).
 *
 * @module
 */

import { type Tensor, tf } from "../tensor/tfjs.ts";
import { checkCounts } from "./class_counts.ts";
import { type ClassWeights, weightedCrossEntropy } from "./weighted_cross_entropy.ts";

/**
 * Margin of each class: m_c = max · n_c^(−1/4) / max_k n_k^(−1/4), the largest for the rarest
 * class.
 *
 * Source: LDAM's public code (`LDAMLoss` in `losses.py`).
 *
 * @param counts Images of each class n `[C]`.
 * @param options `max` is the margin of the rarest class, in cosines.
 * @returns Margins `[C]`.
 * @throws {RangeError} If a class has no image, or the largest margin is no number of at least 0.
 * @example Sixteen times as many images, half the margin
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ldamMargins } from "glmc";
 *
 * assertEquals(ldamMargins([16, 1], { max: 0.5 }), [0.25, 0.5]);
 * ```
 */
export function ldamMargins(
  counts: readonly number[],
  { max }: { readonly max: number },
): number[] {
  checkCounts(counts);
  if (!(max >= 0 && Number.isFinite(max))) {
    throw new RangeError(
      `Cannot set the loss up: the largest margin must be at least 0: it is ${max}: ` +
        "the field uses 0.5",
    );
  }
  const smallest = counts.reduce((least, count) => Math.min(least, count), Infinity);
  return counts.map((count) => max * (smallest / count) ** (1 / 4));
}

/** Settings of {@linkcode ldamLoss}. */
export interface LdamConstants extends ClassWeights {
  /** Margin of each class m `[C]`; see {@linkcode ldamMargins}. */
  readonly margins: Tensor;
  /** What the cosines are multiplied by s. */
  readonly scale: number;
}

/**
 * LDAM L = CE(s (z − m_y e_y), y) over cosines z, with class weights if wanted.
 *
 * Source: LDAM's public code (`LDAMLoss`); with weights it is `F.cross_entropy(s * z_m, y,
 * weight=w)`, which divides by the weights of the batch. That is its deferred re-weighting (DRW).
 * In testing the plain cosines decide. The margin belongs to the true class, so labels must be
 * one-hot; for mixed ones see {@linkcode pairLoss}.
 *
 * @param cosines Outputs of a classifier by cosines z `[B, C]`, in `[-1, 1]`.
 * @param labels One-hot labels y `[B, C]`.
 * @param constants Margins, scale, and class weights if wanted.
 * @returns Loss `[]`; the caller owns it.
 * @example A margin makes up for a cosine
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { ldamLoss, startEngine, tf } from "glmc";
 *
 * await startEngine({ device: "cpu" });
 * const constants = { margins: tf.tensor1d([0.5, 0.5]), scale: 30 };
 * const loss = ldamLoss(tf.tensor2d([[0.5, 0]]), tf.tensor2d([[1, 0]]), constants);
 * assertAlmostEquals(loss.dataSync()[0]!, Math.log(2), 1e-6);
 * ```
 */
export function ldamLoss(
  cosines: Tensor,
  labels: Tensor,
  { margins, scale, weights }: LdamConstants,
): Tensor {
  return tf.tidy(() => {
    const behind = tf.sub(cosines, tf.mul(labels, margins));
    return weightedCrossEntropy(tf.mul(behind, tf.scalar(scale)), labels, { weights });
  });
}
