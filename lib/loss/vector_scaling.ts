/**
 * Losses that scale and shift the logits of each class: vector scaling (VS) and its special cases
 * logit adjustment and class-dependent temperatures (CDT).
 *
 * @module
 */

import { type Tensor, tf } from "../tensor/tfjs.ts";
import { type ClassWeights, weightedCrossEntropy } from "./weighted_cross_entropy.ts";

/** Settings of {@linkcode logitAdjustedLoss}. */
export interface LogitAdjustedConstants extends ClassWeights {
  /** Log prior of each class log π `[C]`; see {@linkcode logPriors}. */
  readonly logPriors: Tensor;
  /** Strength τ: 0 is cross-entropy, 1 is consistent with the balanced error. */
  readonly tau: number;
}

/** Settings of {@linkcode cdtLoss}. */
export interface CdtConstants extends ClassWeights {
  /** Temperature of each class D `[C]`; see {@linkcode classTemperatures}. */
  readonly temperatures: Tensor;
}

/** Settings of {@linkcode vsLoss}. */
export type VsConstants = LogitAdjustedConstants & CdtConstants;

/**
 * Logit-adjusted loss L = CE(z + τ log π, y) (Menon et al., ICLR 2021, arXiv 2007.07314).
 *
 * Source: `logit_adjustment`, `utils.py`, which adds log(π^τ + 1e-12), the same to seven digits for
 * priors down to 1e-5. In testing the plain logits decide. Without class weights it is linear in
 * the labels: on a mixed label it is the expectation λ L(y₁) + (1 − λ) L(y₂).
 *
 * @param logits Outputs of a classifier z `[B, C]`.
 * @param labels One-hot labels, or label distributions, y `[B, C]`.
 * @param constants Log priors, their strength, and class weights if wanted.
 * @returns Loss `[]`; the caller owns it.
 * @example A class of a quarter of the images
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { logitAdjustedLoss, startEngine, tf } from "glmc";
 *
 * await startEngine({ device: "cpu" });
 * const constants = { logPriors: tf.log(tf.tensor1d([0.75, 0.25])), tau: 1 };
 * const loss = logitAdjustedLoss(tf.tensor2d([[2, 2]]), tf.tensor2d([[0, 1]]), constants);
 * assertAlmostEquals(loss.dataSync()[0]!, Math.log(4), 1e-6);
 * ```
 */
export function logitAdjustedLoss(
  logits: Tensor,
  labels: Tensor,
  { logPriors, tau, weights }: LogitAdjustedConstants,
): Tensor {
  return tf.tidy(() => {
    const adjusted = tf.add(logits, tf.mul(logPriors, tf.scalar(tau)));
    return weightedCrossEntropy(adjusted, labels, { weights });
  });
}

/**
 * Class-dependent temperatures L = CE(z / D, y) (CDT, Ye et al., arXiv 2001.01385).
 *
 * Source: BagofTricks-LT, `loss_impl`. In testing the plain logits decide. Without class weights it
 * is linear in the labels: on a mixed label it is the expectation λ L(y₁) + (1 − λ) L(y₂).
 *
 * @param logits Outputs of a classifier z `[B, C]`.
 * @param labels One-hot labels, or label distributions, y `[B, C]`.
 * @param constants Temperatures, and class weights if wanted.
 * @returns Loss `[]`; the caller owns it.
 * @example A rare class must speak up
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { cdtLoss, startEngine, tf } from "glmc";
 *
 * await startEngine({ device: "cpu" });
 * const temperatures = tf.tensor1d([1, 2]);
 * const loss = cdtLoss(tf.tensor2d([[1, 2]]), tf.tensor2d([[0, 1]]), { temperatures });
 * assertAlmostEquals(loss.dataSync()[0]!, Math.log(2), 1e-6);
 * ```
 */
export function cdtLoss(
  logits: Tensor,
  labels: Tensor,
  { temperatures, weights }: CdtConstants,
): Tensor {
  return tf.tidy(() => weightedCrossEntropy(tf.div(logits, temperatures), labels, { weights }));
}

/**
 * Vector-scaling loss L = CE(z / D + τ log π, y) (Kini et al., NeurIPS 2021, arXiv 2103.01550).
 *
 * Source: VS-Loss, `class_imbalance/losses.py`. With γ = 0 the temperatures D are ones, and it is
 * the logit-adjusted loss. In testing the plain logits decide. Without class weights it is linear
 * in the labels: on a mixed label it is the expectation λ L(y₁) + (1 − λ) L(y₂).
 *
 * @param logits Outputs of a classifier z `[B, C]`.
 * @param labels One-hot labels, or label distributions, y `[B, C]`.
 * @param constants Temperatures, log priors and their strength, and class weights if wanted.
 * @returns Loss `[]`; the caller owns it.
 * @example Temperature and prior
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { startEngine, tf, vsLoss } from "glmc";
 *
 * await startEngine({ device: "cpu" });
 * const logPriors = tf.log(tf.tensor1d([0.75, 0.25]));
 * const constants = { temperatures: tf.tensor1d([1, 2]), logPriors, tau: 1 };
 * const loss = vsLoss(tf.tensor2d([[1, 2]]), tf.tensor2d([[0, 1]]), constants);
 * assertAlmostEquals(loss.dataSync()[0]!, Math.log(4), 1e-6);
 * ```
 */
export function vsLoss(
  logits: Tensor,
  labels: Tensor,
  { temperatures, ...adjustment }: VsConstants,
): Tensor {
  return tf.tidy(() => logitAdjustedLoss(tf.div(logits, temperatures), labels, adjustment));
}
