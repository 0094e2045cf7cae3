/**
 * Ablations that have a name: what is taken away or varied of GLMC, and what it is compared with.
 *
 * @module
 */

import type { Settings, SettingValue } from "../settings/field.ts";
import { suggestion } from "../settings/check.ts";
import type { Study, Variant } from "./study.ts";

/** A comparison that has a name. */
export interface Ablation {
  /** Its name, of small letters and dashes. */
  readonly name: string;
  /** Its name for people. */
  readonly title: string;
  /** What it asks, in one sentence. */
  readonly summary: string;
  /** What is compared. */
  readonly variants: readonly Variant[];
  /** Name of the variant that the others are compared with. */
  readonly baseline: string;
}

/** A variant for each value of one setting. */
function through(
  setting: string,
  { name, values }: { readonly name: string; readonly values: readonly SettingValue[] },
): Variant[] {
  return values.map((value) => ({ name: `${name} ${value}`, settings: { [setting]: value } }));
}

function variantsOf(settings: Readonly<Record<string, Settings>>): Variant[] {
  return Object.entries(settings).map(([name, settings]) => ({ name, settings }));
}

/** GLMC with one classifier and no regard for rarity, neither in labels nor in the second sampler. */
const withoutRebalancing: Settings = {
  labelWeightExponent: 0,
  resampleExponent: 0,
  classifiers: "one",
};

/** All ablations. */
export const ablations: readonly Ablation[] = [
  {
    name: "components",
    title: "Components of GLMC",
    summary: "What the mixtures, the consistency and the rebalancing each bring, beside baselines",
    variants: variantsOf({
      "cross-entropy": { method: "cross_entropy" },
      "balanced softmax": { method: "balanced_softmax" },
      "mixup": { method: "mixup" },
      "mixtures alone": { method: "glmc", consistencyWeight: 0, ...withoutRebalancing },
      "GLMC without consistency": { method: "glmc", consistencyWeight: 0 },
      "GLMC without rebalancing": { method: "glmc", ...withoutRebalancing },
      "GLMC": { method: "glmc" },
    }),
    baseline: "GLMC",
  },
  {
    name: "gamma",
    title: "Weight of the consistency",
    summary:
      "The weight γ of the consistency loss, from none to twice the default of the public code",
    variants: through("consistencyWeight", {
      name: "gamma",
      values: [0, 1, 2, 4, 6, 8, 10, 15, 20],
    }),
    baseline: "gamma 0",
  },
  {
    name: "alpha",
    title: "From the plain to the rebalanced loss",
    summary: "The law by which the weight α of the plain loss falls (or rises) over the epochs",
    variants: through("cumulative", {
      name: "alpha",
      values: ["parabolic", "linear", "cosine", "constant", "increase", "step"],
    }),
    baseline: "alpha parabolic",
  },
  {
    name: "sampler",
    title: "The second sampler",
    summary: "The exponent q of the second sampler: uniform, between, class-balanced, reversed",
    variants: through("resampleExponent", { name: "q", values: [0, 0.2, 0.5, 1, 2] }),
    baseline: "q 0",
  },
  {
    name: "label-weight",
    title: "Weights of the labels",
    summary: "The exponent k of the class weights in the rebalanced loss",
    variants: through("labelWeightExponent", { name: "k", values: [0, 0.5, 1, 1.2, 1.5] }),
    baseline: "k 0",
  },
  {
    name: "mixture-law",
    title: "Law of the mix weight",
    summary: "The parameter b of Beta(b, b), which the mix weight is drawn from",
    variants: through("mixtureBeta", { name: "b", values: [0.2, 0.5, 1] }),
    baseline: "b 1",
  },
  {
    name: "views",
    title: "The two views",
    summary: "MixUp and CutMix, one of them twice, and a mix weight of its own for each",
    variants: variantsOf({
      "both": { pairViews: "both", mixWeights: "shared" },
      "MixUp only": { pairViews: "mixup", mixWeights: "shared" },
      "CutMix only": { pairViews: "cutmix", mixWeights: "shared" },
      "both, own mix weights": { pairViews: "both", mixWeights: "own" },
      "MixUp only, own mix weights": { pairViews: "mixup", mixWeights: "own" },
      "CutMix only, own mix weights": { pairViews: "cutmix", mixWeights: "own" },
    }),
    baseline: "both",
  },
  {
    name: "heads",
    title: "Heads",
    summary: "One classifier or two, which of them is tested, and the depth of the predictor",
    variants: variantsOf({
      "two, rebalanced tested": { classifiers: "two", testedClassifier: "rebalanced" },
      "two, plain tested": { classifiers: "two", testedClassifier: "plain" },
      "two, mean tested": { classifiers: "two", testedClassifier: "mean" },
      "one": { classifiers: "one" },
      "predictor of two layers": { classifiers: "two", predictor: "mlp" },
    }),
    baseline: "two, rebalanced tested",
  },
  {
    name: "width",
    title: "Width of the network",
    summary:
      "Channels of the first stage; of ResNet-32 16 is the classical width, 64 the official one",
    variants: through("width", { name: "width", values: [16, 32, 64] }),
    baseline: "width 16",
  },
  {
    name: "subset",
    title: "The long-tailed subset",
    summary: "Other draws of the subset, with replacement, and the rows of the field's code",
    variants: variantsOf({
      "draw 0": { splitGenerator: "kit", splitSeed: 0, replace: false },
      "draw 1": { splitGenerator: "kit", splitSeed: 1, replace: false },
      "draw 2": { splitGenerator: "kit", splitSeed: 2, replace: false },
      "draw 0 with replacement": { splitGenerator: "kit", splitSeed: 0, replace: true },
      "rows of the field": { splitGenerator: "numpy", splitSeed: 0, replace: false },
    }),
    baseline: "draw 0",
  },
  {
    name: "baselines",
    title: "Baselines of the field",
    summary: "GLMC beside losses, class weights and mixtures that tables of the field have",
    variants: variantsOf({
      "cross-entropy": { method: "cross_entropy" },
      "cross-entropy, deferred weights": { method: "ce_drw" },
      "class-balanced": { method: "cb" },
      "class-balanced focal": { method: "cb_focal" },
      "LDAM-DRW": { method: "ldam_drw" },
      "logit adjustment": { method: "logit_adjusted" },
      "balanced softmax": { method: "balanced_softmax" },
      "mixup": { method: "mixup" },
      "CutMix": { method: "cutmix" },
      "CMO": { method: "cmo" },
      "CMO with balanced softmax": { method: "cmo_bs" },
      "GLMC": { method: "glmc" },
      "GLMC with balanced softmax": { method: "glmc_bs" },
    }),
    baseline: "cross-entropy",
  },
];

/**
 * Finds an ablation.
 *
 * @param name Its name.
 * @returns The ablation.
 * @throws {RangeError} If there is none of that name; says the nearest one.
 * @example A slip of the finger
 * ```ts
 * import { assertEquals, assertThrows } from "@std/assert";
 * import { findAblation } from "glmc/study/ablations.ts";
 *
 * assertEquals(findAblation("components").baseline, "GLMC");
 * assertThrows(() => findAblation("component"), RangeError, "did you mean components?");
 * ```
 */
export function findAblation(name: string): Ablation {
  const found = ablations.find((ablation) => ablation.name === name);
  if (found !== undefined) return found;
  throw new RangeError(
    `Cannot find the ablation ${name}: there is none of that name: ${
      suggestion(name, ablations.map(({ name }) => name))
    }`,
  );
}

/** Settings of {@linkcode ablationStudy}. */
export interface AblationStudyOptions {
  /** Settings of all its runs, such as those of the preset `quick`; the defaults by default. */
  readonly base?: Settings;
  /** Seeds; 1, 2 and 3 by default. */
  readonly seeds?: readonly number[];
}

/**
 * The study of an ablation, as `deno task ablate` runs it: by the settings that all runs share and the seeds.
 *
 * @param name Its name.
 * @param options Base and seeds.
 * @returns The study.
 * @throws {RangeError} If there is no ablation of that name; says the nearest one.
 * @example At the scale of minutes
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ablationStudy, methods, planStudy, resolvePreset } from "glmc";
 *
 * const study = ablationStudy("gamma", { base: resolvePreset("quick"), seeds: [1] });
 *
 * assertEquals(planStudy(study, { methods }).length, 9);
 * ```
 */
export function ablationStudy(
  name: string,
  { base = {}, seeds = [1, 2, 3] }: AblationStudyOptions = {},
): Study {
  const { title, variants, baseline } = findAblation(name);
  return { name, title, base, variants, seeds, baseline };
}
