/**
 * The two mixed views of a GLMC step with their labels: x_g by MixUp and x_l by CutMix of the same pairs, with
 * one λ ~ Beta(b, b).
 *
 * @module
 */

import { type Tensor, tf } from "../../tensor/tfjs.ts";
import { cutMix, keptShare, mixUp, type RebalanceTarget, weightLabels } from "../../images/mix.ts";
import type { GlmcOptions } from "./fields.ts";

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
  /** λ of view 2 `[]`, where it has one of its own. */
  readonly view2MixWeight?: Tensor | undefined;
  /** CutMix box of view 2 int32 `[4]`, where it is cut. */
  readonly box?: Tensor | undefined;
  /** CutMix box of view 1 int32 `[4]`, where it is cut. */
  readonly view1Box?: Tensor | undefined;
  /** Weight of each class `[K]`; without it the weighted labels are the labels. */
  readonly classWeights?: Tensor | undefined;
}

/** Where paper and official code can be read differently; the official code is the default. */
export interface MixtureOptions {
  /** Label of the CutMix view by `lambda` (official code) or by the `area` really pasted. */
  readonly cutMixLabel?: GlmcOptions["cutMixLabel"];
  /** How rarity weighs a mixed label; see {@linkcode weightLabels}. */
  readonly rebalanceTarget?: RebalanceTarget;
  /** View 1 by MixUp and view 2 by CutMix (`both`, official code), or both views by the same. */
  readonly pairViews?: GlmcOptions["pairViews"];
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
 * Mixes view 1 globally (MixUp) and view 2 locally (CutMix), with one λ for both; or both views in the same
 * way, or each with a λ of its own.
 *
 * @param inputs Views, labels, λ, boxes of the views that are cut, and class weights.
 * @param options Which reading of the method.
 * @returns View 1 as `global` and view 2 as `local`, whatever mixes them; the caller owns their tensors.
 * @throws {TypeError} If a view is cut and has no box.
 */
export function glmcMixture(
  inputs: MixtureInputs,
  options: MixtureOptions = {},
): { readonly global: MixedView; readonly local: MixedView } {
  const { firstLabels, secondLabels, mixWeight, classWeights } = inputs;
  const { cutMixLabel = "lambda", rebalanceTarget = "component", pairViews = "both" } = options;
  const view = (images: Tensor, share: Tensor): MixedView => {
    const labels = mixUp(firstLabels, secondLabels, share);
    const weightedLabels = classWeights === undefined
      ? labels
      : weightLabels(labels, classWeights, rebalanceTarget);
    return { images, labels, weightedLabels };
  };
  const global = ({ first, second, mixWeight }: PairedView): MixedView =>
    view(mixUp(first, second, mixWeight), mixWeight);
  const local = ({ first, second, mixWeight, box }: PairedView): MixedView => {
    if (box === undefined) {
      throw new TypeError(
        "Cannot mix a view by CutMix: it has no box: pass the one that was drawn",
      );
    }
    const [, height, width] = first.shape as [number, number, number];
    const share = cutMixLabel === "area" ? keptShare(box, height * width) : mixWeight;
    return view(cutMix(first, second, box), share);
  };
  const [mixView1, mixView2] = {
    both: [global, local],
    mixup: [global, global],
    cutmix: [local, local],
  }[pairViews] as [typeof global, typeof local];
  const ofView1: PairedView = {
    first: inputs.firstView1,
    second: inputs.secondView1,
    mixWeight,
    box: inputs.view1Box,
  };
  const ofView2: PairedView = {
    first: inputs.firstView2,
    second: inputs.secondView2,
    mixWeight: inputs.view2MixWeight ?? mixWeight,
    box: inputs.box,
  };
  return tf.tidy(() => ({
    global: { ...mixView1(ofView1) },
    local: { ...mixView2(ofView2) },
  }));
}

/** One view of both images of each pair, and how it is mixed. */
interface PairedView {
  readonly first: Tensor;
  readonly second: Tensor;
  readonly mixWeight: Tensor;
  readonly box: Tensor | undefined;
}
