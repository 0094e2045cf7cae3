/**
 * The loss of the weight-balancing second stage (Alshammari et al., CVPR 2022, arXiv 2203.14197).
 *
 * @module
 */

import { stopGradient } from "../tensor/gradients.ts";
import { type Tensor, tf } from "../tensor/tfjs.ts";
import type { ClassBalancedConstants } from "./class_balanced.ts";

/** Far below every log-probability, and finite in float32. */
const far = 1e30;

/**
 * Binary cross-entropy of softmax outputs p, weighted by the class of the image:
 * L = (1 / BC) Σ_b w_y (−log p_by − Σ_{c ≠ y} log(1 − p_bc)).
 *
 * Source: LTR-weight-balancing, `utils/class_balanced_loss.py` with loss type "softmax", which is
 * not the class-balanced cross-entropy; hence losses of a few hundredths. The public code holds
 * logarithms above −100; here 1 − p keeps its digits where p is near 1, so nothing has to be held.
 * On a mixed label it is the expectation λ L(y₁) + (1 − λ) L(y₂), w with its class.
 *
 * @param logits Outputs of a classifier `[B, C]`.
 * @param labels One-hot labels, or label distributions, y `[B, C]`.
 * @param constants Class weights w; see {@linkcode effectiveNumberWeights}.
 * @returns Loss `[]`; the caller owns it.
 * @example Two equal classes
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { binaryClassBalancedLoss, startEngine, tf } from "glmc";
 *
 * await startEngine({ device: "cpu" });
 * const weights = tf.tensor1d([1, 1]);
 * const loss = binaryClassBalancedLoss(tf.tensor2d([[3, 3]]), tf.tensor2d([[1, 0]]), { weights });
 * assertAlmostEquals(loss.dataSync()[0]!, Math.log(2), 1e-6);
 * ```
 */
export function binaryClassBalancedLoss(
  logits: Tensor,
  labels: Tensor,
  { weights }: ClassBalancedConstants,
): Tensor {
  return tf.tidy(() => {
    const logs = tf.logSoftmax(logits);
    const ofTrue = tf.mul(labels, weights);
    // How much the images of other classes weigh; exactly 0 for the class of a one-hot label.
    const ofOthers = tf.sub(tf.sum(ofTrue, 1, true), ofTrue);
    const terms = tf.add(tf.mul(ofTrue, logs), tf.mul(ofOthers, logComplements(logs)));
    return tf.neg(tf.mean(terms));
  });
}

/** log(1 − p) from log p `[B, C]`, to full precision. */
function logComplements(logs: Tensor): Tensor {
  const highest = tf.cast(tf.argMax(stopGradient(logs), 1).expandDims(1), "float32");
  const isHighest = tf.cast(tf.equal(tf.range(0, logs.shape[1]!), highest), "float32");
  // At most 1/2 where it is not the highest, so that log1p loses nothing; the highest is left out.
  const others = tf.sub(logs, tf.mul(isHighest, tf.scalar(far)));
  const ofHighest = tf.mul(isHighest, tf.logSumExp(others, 1, true));
  return tf.add(tf.log1p(tf.neg(tf.exp(others))), ofHighest);
}
