/**
 * Second stages: what is trained after the first one, with the defaults of the field; MaxNorm is that of
 * GLMC's table.
 *
 * @module
 */

import type { Method } from "../method/method.ts";
import { settingTitle, shown } from "../settings/check.ts";
import {
  choiceField,
  defaultsOf,
  type Fields,
  numberField,
  optionalNumberField,
  optionalTextField,
  type Settings,
} from "../settings/field.ts";
import type { StageConfig } from "./config.ts";

/** Name of a kind of second stage. */
export type SecondStage = "classifier" | "crt" | "lws" | "maxnorm";

/** What a kind of second stage is, and its defaults; null stands for those of the first stage. */
interface Kind {
  readonly trains: "classifier" | "scales";
  readonly method: string | null;
  readonly sampling: number | null;
  readonly learningRate: number | null;
  readonly weightDecay: number | null;
  readonly freshClassifier: boolean;
  readonly hasLimit: boolean;
}

const retraining: Kind = {
  trains: "classifier",
  method: "cross_entropy",
  sampling: 1,
  learningRate: 0.1,
  weightDecay: 5e-4,
  freshClassifier: false,
  hasLimit: false,
};

/** The kinds there are; numbers of the public codes of Kang et al. and Alshammari et al. */
const kinds: Readonly<Record<SecondStage, Kind>> = {
  classifier: {
    ...retraining,
    method: null,
    sampling: null,
    learningRate: null,
    weightDecay: null,
  },
  crt: { ...retraining, freshClassifier: true },
  lws: { ...retraining, trains: "scales" },
  maxnorm: {
    ...retraining,
    method: "cb",
    sampling: 0,
    learningRate: 0.01,
    weightDecay: 0.1,
    hasLimit: true,
  },
};

/** Names of the kinds. */
export const secondStages = Object.keys(kinds) as [SecondStage, ...SecondStage[]];

/** Epochs of a second stage for which none are given. */
const defaultEpochs = 10;

/** Settings of a second stage; what is not given follows from its kind. */
export const secondStageFields = {
  /** What is trained after the first stage. */
  secondStage: choiceField(["none", ...secondStages], {
    default: "none",
    flags: ["second_stage"],
    help: "then train the classifier alone: classifier: by the same method; crt: drawn anew, on " +
      "balanced classes; lws: only scales of its outputs, on balanced classes; maxnorm: with rows of " +
      "limited length",
  }),
  /** Epochs of the second stage; 10 where it is not given. */
  secondEpochs: optionalNumberField({
    whole: true,
    least: 1,
    most: 1_000_000,
    unit: "epochs",
    flags: ["second_epochs"],
    help: "length of the second stage",
    defaultText: `${defaultEpochs} epochs`,
  }),
  /** Learning rate of the second stage at its start. */
  secondLearningRate: optionalNumberField({
    most: 1000,
    flags: ["second_lr", "second_learning_rate"],
    help: "its learning rate",
    defaultText: "that of the first; 0.1 for crt and lws, 0.01 for maxnorm",
  }),
  /** Weight decay of the second stage. */
  secondWeightDecay: optionalNumberField({
    most: 1000,
    flags: ["second_wd", "second_weight_decay"],
    help: "its weight decay",
    defaultText: "that of the first; 5e-4 for crt and lws, 0.1 for maxnorm",
  }),
  /** Method of the second stage. */
  secondMethod: optionalTextField({
    pattern: /^[a-z][a-z0-9_]*$/,
    wanted: "the name of a method",
    flags: ["second_method"],
    help: "its method, with one classifier",
    defaultText: "that of the first; cross_entropy for crt and lws, cb for maxnorm",
  }),
  /** Exponent of the sampler of the second stage. */
  secondSampling: optionalNumberField({
    most: 10,
    flags: ["second_sampling"],
    help: "its sampler: 0 every image once, 1 class-balanced",
    defaultText: "that of its method; 1 for crt and lws, 0 for maxnorm",
  }),
  /** Whether the running statistics of batch norm move in the second stage. */
  secondStatistics: choiceField(["kept", "updated"], {
    default: "kept",
    flags: ["second_statistics"],
    help: "batch-norm statistics in the second stage; the official code of cRT updates them",
  }),
  /** The limit of MaxNorm. */
  maxNormShare: numberField({
    default: 0.1,
    most: 1,
    flags: ["maxnorm_share"],
    help: "limit of maxnorm, as a share of the way from the shortest row to the longest",
  }),
  /** When MaxNorm shortens rows. */
  maxNormEvery: choiceField(["step", "epoch"], {
    default: "step",
    flags: ["maxnorm_every"],
    help: "when maxnorm shortens rows: after every step (paper) or every epoch (public code)",
  }),
};

/**
 * Completes the settings of a second stage by its kind.
 *
 * @param complete Every setting, with the defaults of its field.
 * @param given Those that were given.
 * @returns The settings of the second stage.
 * @throws {RangeError} If there is none, and something is said of it.
 * @example Nothing to complete
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { secondStageSettings } from "glmc/experiment/second_stage.ts";
 *
 * assertEquals(secondStageSettings({ secondStage: "none" }, {}), {});
 * ```
 */
export function secondStageSettings(complete: Settings, given: Settings): Settings {
  if (complete.secondStage === "none") {
    refuseWithoutStage(given);
    return {};
  }
  const kind: Kind = kinds[complete.secondStage as SecondStage];
  return {
    secondEpochs: given.secondEpochs ?? defaultEpochs,
    secondLearningRate: given.secondLearningRate ?? kind.learningRate ?? complete.learningRate!,
    secondWeightDecay: given.secondWeightDecay ?? kind.weightDecay ?? complete.weightDecay!,
    secondMethod: given.secondMethod ?? kind.method ?? complete.method!,
    secondSampling: given.secondSampling ?? kind.sampling ?? complete.samplingExponent ?? 0,
  };
}

/** What is said of a second stage that there is not. */
function refuseWithoutStage(given: Settings): void {
  const { secondStage, ...others } = secondStageFields;
  for (const [name, field] of Object.entries(others)) {
    const value = given[name] ?? null;
    if (value === null || value === field.default) continue;
    throw new RangeError(
      `Cannot use ${settingTitle(name, field)} ${shown(value)}: there is no second stage: ` +
        `choose one with ${settingTitle("secondStage", secondStage)}, or leave it out`,
    );
  }
}

/**
 * The second stage that settings ask for.
 *
 * @param settings Every setting, complete.
 * @param first The first stage.
 * @param options Settings of the method of the second stage; see {@linkcode secondOptions}.
 * @returns The stage.
 */
export function secondStageConfig(
  settings: Settings,
  first: StageConfig,
  options: Settings,
): StageConfig {
  const name = settings.secondStage as SecondStage;
  const kind: Kind = kinds[name];
  return {
    ...first,
    name,
    method: settings.secondMethod as string,
    options,
    trains: kind.trains,
    statistics: settings.secondStatistics as StageConfig["statistics"],
    freshClassifier: kind.freshClassifier,
    maxNorm: kind.hasLimit
      ? {
        share: settings.maxNormShare as number,
        every: settings.maxNormEvery as "step" | "epoch",
      }
      : null,
    epochs: settings.secondEpochs as number,
    startEpoch: 0,
    learningRate: settings.secondLearningRate as number,
    weightDecay: settings.secondWeightDecay as number,
    // Warm-up, steps, sharpness and averages are those of a network's first training.
    decay: "cosine",
    warmUp: false,
    nesterov: false,
    samRadius: 0,
    averageDecay: 0,
  };
}

/**
 * Settings of the method of a second stage: those of the first stage, or the defaults of another method,
 * with the sampler of the stage.
 *
 * @param settings Every setting, complete.
 * @param method The method.
 * @param first The first stage.
 * @returns The settings.
 * @throws {RangeError} If the method has no sampler, and another one than its own is asked for.
 */
export function secondOptions(
  { secondStage, secondSampling }: Settings,
  method: Pick<Method, "name" | "fields">,
  first: StageConfig,
): Settings {
  const fields: Fields = method.fields;
  const goesOn = secondStage === "classifier" && method.name === first.method;
  const options = goesOn ? first.options : defaultsOf(fields);
  if ("samplingExponent" in fields) return { ...options, samplingExponent: secondSampling! };
  if (secondSampling === 0) return options;
  throw new RangeError(
    `Cannot use ${settingTitle("secondSampling", secondStageFields.secondSampling)} ${
      shown(secondSampling)
    }: the method ${method.name} has a sampler of its own: choose one of plain views with ` +
      `${settingTitle("secondMethod", secondStageFields.secondMethod)}, or 0`,
  );
}

/**
 * The settings that ask for a second stage, the inverse of {@linkcode secondStageConfig}.
 *
 * @param stages Stages of a configuration.
 * @returns The settings.
 */
export function secondSettingsOf(
  [, second]: readonly [StageConfig, ...StageConfig[]],
): Settings {
  if (second === undefined) return defaultsOf(secondStageFields);
  const { maxNormShare, maxNormEvery } = secondStageFields;
  return {
    secondStage: second.name,
    secondEpochs: second.epochs,
    secondLearningRate: second.learningRate,
    secondWeightDecay: second.weightDecay,
    secondMethod: second.method,
    secondSampling: second.options.samplingExponent ?? 0,
    secondStatistics: second.statistics,
    maxNormShare: second.maxNorm?.share ?? maxNormShare.default,
    maxNormEvery: second.maxNorm?.every ?? maxNormEvery.default,
  };
}
