/**
 * The two mixed views of a GLMC step with their labels.
 *
 * @module
 */

import { type Tensor, tf } from "../../tensor/tfjs.ts";
import { cutMix, keptShare, mixUp, type RebalanceTarget, weightLabels } from "../../images/mix.ts";

/** Normalised views of both images of each pair, and their one-hot labels. */
export interface MixtureInputs {
  /** View 1 of images i `[B, H, W, C]`. */
  readonly firstView1: Tensor;
  /** View 1 of images j `[B, H, W, C]`. */
  readonly secondView1: Tensor;
  /** View 2 of images i `[B, H, W, C]`. */
  readonly firstView2: Tensor;
  /** View 2 of images j `[B, H, W, C]`. */
  readonly secondView2: Tensor;
  /** One-hot labels of images i `[B, K]`. */
  readonly firstLabels: Tensor;
  /** One-hot labels of images j `[B, K]`. */
  readonly secondLabels: Tensor;
  /** Share of image i λ `[]`. */
  readonly mixWeight: Tensor;
  /** CutMix box int32 `[4]`. */
  readonly box: Tensor;
  /** Weight of each class `[K]`; without it the weighted labels are the labels. */
  readonly classWeights?: Tensor | undefined;
}

/** Where paper and official code can be read differently; the official code is the default. */
export interface MixtureOptions {
  /** Label of the CutMix view by `lambda` (official code) or by the `area` really pasted. */
  readonly cutMixLabel?: "lambda" | "area";
  /** How rarity weighs a mixed label; see {@linkcode weightLabels}. */
  readonly rebalanceTarget?: RebalanceTarget;
}

/** One mixed view. */
export interface MixedView {
  /** Images `[B, H, W, C]`. */
  readonly images: Tensor;
  /** Soft labels `[B, K]`. */
  readonly labels: Tensor;
  /** Soft labels weighted by rarity `[B, K]`. */
  readonly weightedLabels: Tensor;
}

/**
 * Mixes view 1 globally (MixUp) and view 2 locally (CutMix), with one λ for both.
 *
 * @param inputs Views, labels, λ, box and class weights.
 * @param options Which reading of the method.
 * @returns Global and local view; the caller owns their tensors.
 */
export function glmcMixture(
  inputs: MixtureInputs,
  { cutMixLabel = "lambda", rebalanceTarget = "component" }: MixtureOptions = {},
): { readonly global: MixedView; readonly local: MixedView } {
  const { firstLabels, secondLabels, mixWeight, box, classWeights } = inputs;
  const view = (images: Tensor, share: Tensor): MixedView => {
    const labels = mixUp(firstLabels, secondLabels, share);
    const weightedLabels = classWeights === undefined
      ? labels
      : weightLabels(labels, classWeights, rebalanceTarget);
    return { images, labels, weightedLabels };
  };
  const [, height, width] = inputs.firstView2.shape as [number, number, number];
  const localShare = cutMixLabel === "area" ? keptShare(box, height * width) : mixWeight;
  return tf.tidy(() => ({
    global: { ...view(mixUp(inputs.firstView1, inputs.secondView1, mixWeight), mixWeight) },
    local: { ...view(cutMix(inputs.firstView2, inputs.secondView2, box), localShare) },
  }));
}
