/**
 * Losses on mixtures of two images: λ times the loss of the one label and 1 − λ times that of the other.
 *
 * @module
 */

import { type Tensor, tf } from "../tensor/tfjs.ts";

/**
 * Loss of a mixture: λ L(y₁) + (1 − λ) L(y₂), the expectation over which of the two labels is
 * meant.
 *
 * This is what the public codes of mixup, CutMix and CMO compute, and it is defined for every loss.
 * Where a loss is linear in the labels it equals L(λ y₁ + (1 − λ) y₂). It is not for LDAM, whose
 * margin belongs to the true class, and for no loss that is divided by the class weights of the
 * batch.
 *
 * @param loss The loss L from labels `[B, C]` to `[]`.
 * @param labels One-hot labels of the first and of the second images, each `[B, C]`.
 * @param share Share of the first images λ `[]`.
 * @returns Loss `[]`; the caller owns it.
 * @example A third of one, two thirds of the other
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { crossEntropy, pairLoss, startEngine, tf } from "glmc";
 *
 * await startEngine({ device: "cpu" });
 * const logits = tf.tensor2d([[3, 3]]);
 * const labels = [tf.tensor2d([[1, 0]]), tf.tensor2d([[0, 1]])] as const;
 * const loss = pairLoss((y) => crossEntropy(logits, y), labels, tf.scalar(1 / 3));
 * assertAlmostEquals(loss.dataSync()[0]!, Math.log(2), 1e-6);
 * ```
 */
export function pairLoss(
  loss: (labels: Tensor) => Tensor,
  [first, second]: readonly [first: Tensor, second: Tensor],
  share: Tensor,
): Tensor {
  return tf.tidy(() =>
    tf.add(
      tf.mul(share, loss(first)),
      tf.mul(tf.sub(tf.scalar(1), share), loss(second)),
    )
  );
}
