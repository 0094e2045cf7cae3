/**
 * The CIFAR rows of GLMC's table, each in three readings.
 *
 * The numbers of a row are those of the commands in the official README (ynu-yangpeng/GLMC, GLMC-2023, at
 * its newest commit). The readings differ in what the paper says and the code does not do, or does not do
 * as it says.
 *
 * @module
 */

import type { Settings } from "../../settings/field.ts";
import { fieldSubset, type Preset, type TailedDataset, tailedDatasets } from "./preset.ts";

/** How a row of the table is read. */
export type Reading = "official-code" | "paper" | "corrected";

/** The readings there are, the one that needs no word in the name of a preset first. */
export const readings: readonly [Reading, ...Reading[]] = ["official-code", "paper", "corrected"];

/** What the commands of the README differ in. */
export interface Row {
  /** Exponent q of the second sampler, `--resample_weighting`. */
  readonly resampleExponent: number;
  /** Exponent k of the class weights, `--label_weighting`. */
  readonly labelWeightExponent: number;
  /** Weight γ of the consistency, `--contrast_weight`. */
  readonly consistencyWeight: number;
}

/** The rows, in the order of {@linkcode tailedDatasets}: q, k, γ. */
const rows: readonly Row[] = [
  [0, 1.2, 1],
  [0, 1.2, 1],
  [0.2, 1, 2],
  [0, 1.2, 4],
  [0.2, 1.2, 6],
  [0.2, 1.2, 4],
].map(([resampleExponent, labelWeightExponent, consistencyWeight]) => ({
  resampleExponent: resampleExponent!,
  labelWeightExponent: labelWeightExponent!,
  consistencyWeight: consistencyWeight!,
}));

/** Seed of the official commands. */
export const officialSeed = 3407;

/** What all commands of the README have in common. */
const common: Settings = {
  method: "glmc",
  architecture: "resnet32",
  width: 64,
  learningRate: 0.01,
  epochs: 200,
  batchSize: 64,
  momentum: 0.9,
  weightDecay: 5e-3,
  decay: "cosine",
  officialBeta: 0.5,
  seed: officialSeed,
};

/**
 * A row as the official code runs it.
 *
 * `--beta 0.5` is read and not used: the mix weight is uniform, Beta(1, 1). The label of the CutMix view is
 * the mix weight, whatever area the box has. The cross-entropies of both views are added; each class keeps
 * its own weight; each loss has its own classifier. The subset is drawn with the seed of the training,
 * without replacement (as since May 2023). With other seeds of the training the subset stays this one, so
 * that what seeds differ by is the training alone.
 *
 * @param row The numbers of the row.
 * @returns Settings.
 */
function asCoded(row: Row): Settings {
  return {
    ...common,
    ...row,
    mixtureBeta: 1,
    cutMixLabel: "lambda",
    lossScale: "sum",
    rebalanceTarget: "component",
    classifiers: "two",
    splitGenerator: "numpy",
    splitSeed: officialSeed,
  };
}

/**
 * A row as the equations of the paper are told. The body of the paper was not at hand: a reading note of it
 * and the README are what this rests on.
 *
 * The mix weight follows Beta(b, b) (reading note), b = 0.5 as the README passes it. The cross-entropies of
 * the views are halved (reading note), which makes the loss half that of the code, so γ is half the
 * README's as well. One weight counts for a mixed pair (reading note; that it is mixed like the
 * labels is unverified). One classifier learns both losses, and the second sampler reverses the
 * frequencies, q = 2 (both reading note). The form of the class weights and of α are unverified and those
 * of the code. The subset is drawn with replacement: the numbers of arXiv come from such a one (README).
 *
 * @param row The numbers of the row.
 * @returns Settings.
 */
function asWritten(row: Row): Settings {
  return {
    ...asCoded(row),
    consistencyWeight: row.consistencyWeight / 2,
    resampleExponent: 2,
    mixtureBeta: 0.5,
    lossScale: "mean",
    rebalanceTarget: "pair",
    classifiers: "one",
    replace: true,
  };
}

/**
 * A row as the code runs it, without what in it is a defect.
 *
 * The `--beta 0.5` of the command is obeyed. The label of the CutMix view is the area that is really pasted:
 * the box is clipped at the border, and the official label gives the pasted image 0.18 too much on average.
 * The subset is that of the field (LDAM-DRW, seed 0) and has a seed of its own. What is a choice and no
 * defect stays: added cross-entropies, weights by class, two classifiers, q. The best epoch is still chosen
 * on the test set unless `--validation` is given; tables report the last one beside it.
 *
 * @param row The numbers of the row.
 * @returns Settings.
 */
function asCorrected(row: Row): Settings {
  return { ...asCoded(row), mixtureBeta: 0.5, cutMixLabel: "area", ...fieldSubset };
}

/**
 * The settings of a row under a reading, CIFAR's subset among them.
 *
 * @param row The numbers of the row.
 * @param reading How it is read.
 * @returns Settings.
 * @example The paper halves the loss
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { readingSettings } from "glmc/study/presets/glmc_rows.ts";
 *
 * const row = { resampleExponent: 0, labelWeightExponent: 1, consistencyWeight: 10 };
 *
 * assertEquals(readingSettings(row, "paper").consistencyWeight, 5);
 * ```
 */
export function readingSettings(row: Row, reading: Reading): Settings {
  return rules[reading].settings(row);
}

/**
 * What a reading is, in words.
 *
 * @param reading The reading.
 * @returns The end of a sentence.
 * @example Of the official code
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { readingSummary } from "glmc/study/presets/glmc_rows.ts";
 *
 * assertStringIncludes(readingSummary("official-code"), "README");
 * ```
 */
export function readingSummary(reading: Reading): string {
  return rules[reading].summary;
}

interface ReadingRule {
  readonly settings: (row: Row) => Settings;
  readonly summary: string;
  readonly target: "glmc-g1" | "glmc-g2";
}

const rules: Readonly<Record<Reading, ReadingRule>> = {
  "official-code": {
    settings: asCoded,
    summary: "what the command of the official README runs",
    target: "glmc-g2",
  },
  paper: {
    settings: asWritten,
    summary: "as the paper's equations are told, where the code differs from them",
    target: "glmc-g1",
  },
  corrected: {
    settings: asCorrected,
    summary: "the official command without its defects, on the field's subset",
    target: "glmc-g2",
  },
};

/**
 * The name of the preset of a row.
 *
 * @param row Name of the row, such as `cifar10-lt-100`.
 * @param reading How it is read.
 * @returns The name.
 * @example The official code needs no word
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { rowPresetName } from "glmc/study/presets/glmc_rows.ts";
 *
 * assertEquals(rowPresetName("cifar10-lt-100", "official-code"), "cifar10-lt-100");
 * assertEquals(rowPresetName("cifar10-lt-100", "paper"), "cifar10-lt-100-paper");
 * ```
 */
export function rowPresetName(row: string, reading: Reading): string {
  return reading === "official-code" ? row : `${row}-${reading}`;
}

function rowPreset(dataset: TailedDataset, row: Row, reading: Reading): Preset {
  const { settings, summary, target } = rules[reading];
  return {
    name: rowPresetName(dataset.name, reading),
    title: `GLMC, ${dataset.title} (${reading})`,
    summary: `GLMC of width 64, 200 epochs: ${summary}`,
    settings: { ...dataset.settings, ...settings(row) },
    seeds: [officialSeed, 1, 2],
    target,
  };
}

/** Every CIFAR row in every reading. */
export const glmcPresets: readonly Preset[] = tailedDatasets.flatMap((dataset, index) =>
  readings.map((reading) => rowPreset(dataset, rows[index]!, reading))
);

/**
 * The second stage behind the rows `+ MaxNorm`, which the authors of GLMC do not describe: they point to
 * LTR-weight-balancing, whose second stage this is (10 epochs, rate 0.01, weight decay 0.1, effective
 * numbers with β = 0.9999, rows limited to a tenth of the way from the shortest to the longest).
 *
 * `official-code` does as that code does: binary cross-entropy of softmax outputs, rows shortened once an
 * epoch. The other readings do as its paper says: class-balanced cross-entropy, rows shortened every step.
 *
 * @param reading How the row is read.
 * @returns Settings beside those of the row.
 * @example Once an epoch in the official code
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { maxNormStage } from "glmc/study/presets/glmc_rows.ts";
 *
 * assertEquals(maxNormStage("official-code").maxNormEvery, "epoch");
 * ```
 */
export function maxNormStage(reading: Reading): Settings {
  const isCode = reading === "official-code";
  return {
    secondStage: "maxnorm",
    secondEpochs: 10,
    secondLearningRate: 0.01,
    secondWeightDecay: 0.1,
    secondMethod: isCode ? "binary_class_balanced" : "cb",
    maxNormShare: 0.1,
    maxNormEvery: isCode ? "epoch" : "step",
  };
}
