/**
 * The loss of a GLMC step, L = α L_c + (1 − α) L_cb + γ L_sim: a plain and a rebalanced cross-entropy of both
 * mixtures, and the consistency between these.
 *
 * @module
 */

import { type Tensor, tf } from "../../tensor/tfjs.ts";
import { consistencyLoss, type HeadOutputs } from "../../loss/consistency.ts";
import { crossEntropy } from "../../loss/cross_entropy.ts";
import type { GlmcOptions } from "./fields.ts";

/** What the network says about one mixed view, and what it should say. */
export interface ViewOutputs extends HeadOutputs {
  /** Outputs of the plain classifier `[B, C]`. */
  readonly logits: Tensor;
  /** Outputs of the rebalanced classifier `[B, C]`. */
  readonly rebalancedLogits: Tensor;
  /** Soft labels `[B, C]`. */
  readonly labels: Tensor;
  /** Soft labels weighted by rarity `[B, C]`. */
  readonly weightedLabels: Tensor;
}

/** Weights of the terms. */
export interface LossOptions {
  /** Weight of the plain loss α `[]`; see {@linkcode cumulativeWeight}. */
  readonly plainWeight: Tensor;
  /** Weight of the consistency loss γ; `--contrast_weight`. */
  readonly consistencyWeight: number;
  /** `sum` adds the cross-entropies of the two views (official code), `mean` halves them (paper). */
  readonly lossScale?: GlmcOptions["lossScale"];
  /** The rebalanced loss of a view `[]`; cross-entropy with the weighted labels by default (official). */
  readonly rebalancedLoss?: (view: ViewOutputs) => Tensor;
}

/** The terms of the loss, each `[]`. */
export type LossTerms = {
  /** α L_c + (1 − α) L_cb + γ L_sim. */
  readonly total: Tensor;
  /** Plain cross-entropy L_c of the two views. */
  readonly balanced: Tensor;
  /** Rebalanced cross-entropy L_cb of the two views. */
  readonly rebalanced: Tensor;
  /** Consistency L_sim. */
  readonly consistency: Tensor;
};

/**
 * Total loss L = α L_c + (1 − α) L_cb + γ L_sim (Du et al. 2023).
 *
 * Differs from the paper by default: the official code adds the cross-entropies of the views where the
 * paper halves them, so γ means twice as much in the paper.
 *
 * @param global The MixUp view.
 * @param local The CutMix view.
 * @param options Weights of the terms.
 * @returns The terms; the caller owns them.
 */
export function glmcLoss(
  global: ViewOutputs,
  local: ViewOutputs,
  options: LossOptions,
): LossTerms {
  const { plainWeight, consistencyWeight, lossScale = "sum" } = options;
  const { rebalancedLoss = weightedCrossEntropy } = options;
  return tf.tidy(() => {
    const ofBoth = (ofView: (view: ViewOutputs) => Tensor): Tensor => {
      const sum = tf.add(ofView(global), ofView(local));
      return lossScale === "sum" ? sum : tf.mul(sum, tf.scalar(0.5));
    };
    const balanced = ofBoth(({ logits, labels }) => crossEntropy(logits, labels));
    const rebalanced = ofBoth(rebalancedLoss);
    const consistency = consistencyLoss(global, local);
    const classification = tf.add(
      tf.mul(plainWeight, balanced),
      tf.mul(tf.sub(tf.scalar(1), plainWeight), rebalanced),
    );
    const total = tf.add(classification, tf.mul(tf.scalar(consistencyWeight), consistency));
    return { total, balanced, rebalanced, consistency };
  });
}

function weightedCrossEntropy({ rebalancedLogits, weightedLabels }: ViewOutputs): Tensor {
  return crossEntropy(rebalancedLogits, weightedLabels);
}
