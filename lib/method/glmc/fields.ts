/**
 * The settings that GLMC has beyond those of every training.
 *
 * @module
 */

import { betaRange } from "../../data/random.ts";
import type { RebalanceTarget } from "../../images/mix.ts";
import type { PredictorKind } from "../../model/heads.ts";
import { choiceField, type FieldsOf, numberField } from "../../settings/field.ts";
import { type CumulativeLaw, cumulativeLaws } from "./cumulative.ts";

/** Values of the settings of GLMC. */
export interface GlmcOptions {
  /** Exponent q of the second sampler. */
  readonly resampleExponent: number;
  /** Exponent k of the class weights. */
  readonly labelWeightExponent: number;
  /** Weight of the consistency loss γ. */
  readonly consistencyWeight: number;
  /** Read by the official code and never used; see `mixtureBeta`. */
  readonly officialBeta: number;
  /** Parameter b of the law Beta(b, b) of λ; 1 is what the official code runs. */
  readonly mixtureBeta: number;
  /** Label of the CutMix view. */
  readonly cutMixLabel: "lambda" | "area";
  /** How the losses of the two views are put together. */
  readonly lossScale: "sum" | "mean";
  /** How rarity weighs a mixed label. */
  readonly rebalanceTarget: RebalanceTarget;
  /** Classifiers that are trained. */
  readonly classifiers: "two" | "one";
  /** Which classifier is tested. */
  readonly testedClassifier: "rebalanced" | "plain" | "mean";
  /** How the weight of the plain loss α goes over the epochs. */
  readonly cumulative: CumulativeLaw;
  /** Which mixture each of the two views is. */
  readonly pairViews: "both" | "mixup" | "cutmix";
  /** Whether the two views have one mix weight λ. */
  readonly mixWeights: "shared" | "own";
  /** What predicts the projection of the other view. */
  readonly predictor: PredictorKind;
}

/** The settings of GLMC: the official ones under their official flags, and readings of the paper. */
export const glmcFields: FieldsOf<GlmcOptions> = {
  resampleExponent: numberField({
    default: 0,
    most: 10,
    flags: ["resample_weighting", "resample_exponent"],
    help: "q of the second sampler: 0 uniform, 1 class-balanced, 2 reversed",
  }),
  labelWeightExponent: numberField({
    default: 1.2,
    most: 10,
    flags: ["label_weighting", "label_weight_exponent"],
    help: "k of the class weights in the rebalanced loss",
  }),
  consistencyWeight: numberField({
    default: 4,
    most: 1000,
    flags: ["contrast_weight", "consistency_weight"],
    help: "weight of the consistency loss",
  }),
  officialBeta: numberField({
    default: 0.5,
    most: 1000,
    flags: ["beta"],
    help: "read and not used, as in the official code; see --mixture-beta",
  }),
  mixtureBeta: numberField({
    default: 1,
    ...betaRange,
    flags: ["mixture-beta"],
    help: "b of the law Beta(b, b) of the mix weight; the official code runs 1",
  }),
  cutMixLabel: choiceField(["lambda", "area"], {
    default: "lambda",
    flags: ["cutmix-label"],
    help: "label of the CutMix view: the mix weight (official) or the area really pasted",
  }),
  lossScale: choiceField(["sum", "mean"], {
    default: "sum",
    flags: ["loss-scale"],
    help: "cross-entropies of the two views: added (official) or halved (paper)",
  }),
  rebalanceTarget: choiceField(["component", "pair"], {
    default: "component",
    flags: ["rebalance-target"],
    help: "class weights: one for each class (official) or one for the pair (paper)",
    earlier: "component",
  }),
  classifiers: choiceField(["two", "one"], {
    default: "two",
    flags: ["classifiers"],
    help: "one for each loss (official), or one for both",
    earlier: "two",
  }),
  testedClassifier: choiceField(["rebalanced", "plain", "mean"], {
    default: "rebalanced",
    flags: ["tested"],
    help: "classifier that is tested: rebalanced (official), plain, or both by mean probability",
    earlier: "rebalanced",
    since: 4,
  }),
  cumulative: choiceField(cumulativeLaws, {
    default: "parabolic",
    flags: ["alpha", "cumulative"],
    help: "weight of the plain loss in epoch t of T: 1 - (t/T)^2 (official), 1 - t/T, " +
      "(cos(pi t/T) + 1)/2, 1/2, (t/T)^2, or 1 and after 80 % of the epochs 0",
    earlier: "parabolic",
    since: 4,
  }),
  pairViews: choiceField(["both", "mixup", "cutmix"], {
    default: "both",
    flags: ["pair-views"],
    help: "mixtures of the two views: MixUp and CutMix (official), or twice the same",
    earlier: "both",
    since: 4,
  }),
  mixWeights: choiceField(["shared", "own"], {
    default: "shared",
    flags: ["mix-weights"],
    help: "mix weight of the two views: one (official), or a draw for each",
    earlier: "shared",
    since: 4,
  }),
  predictor: choiceField(["linear", "mlp"], {
    default: "linear",
    flags: ["predictor"],
    help: "prediction head: one layer (official), or a hidden one with batch norm and ReLU first",
    earlier: "linear",
    since: 4,
  }),
};

const { labelWeightExponent: _, rebalanceTarget: __, ...others } = glmcFields;

/** Values of the settings that GLMC has whatever its rebalanced loss. */
export type PairOptions = Omit<GlmcOptions, "labelWeightExponent" | "rebalanceTarget">;

/** The settings of GLMC with a rebalanced loss that needs no weights in its labels. */
export const pairFields: FieldsOf<PairOptions> = others;
