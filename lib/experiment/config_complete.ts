/**
 * From settings as people give them to a complete configuration, and back.
 *
 * @module
 */

import { resolve } from "node:path";
import { largestLegacySeed } from "../data/legacy_random.ts";
import type { Method } from "../method/method.ts";
import { chooseMethod } from "../method/choose.ts";
import { methods as kitMethods } from "../method/methods.ts";
import { architectureEntry } from "../model/architectures.ts";
import { type Architecture, createNetwork } from "../model/network.ts";
import {
  checkedSetting,
  checkNoClash,
  settingTitle,
  suggestion,
  takenBy,
} from "../settings/check.ts";
import type { Fields, Settings, SettingsOf, SettingValue } from "../settings/field.ts";
import { checkOptions } from "./check_options.ts";
import type { RunConfig, StageConfig } from "./config.ts";
import { fileDefaults, misplacedFileField } from "./file_settings.ts";
import { refuseDrawing } from "./given_subset.ts";
import { checkSecondStage } from "./check_second_stage.ts";
import {
  secondOptions,
  secondSettingsOf,
  secondStageConfig,
  secondStageFields,
  secondStageSettings,
} from "./second_stage.ts";
import {
  methodFields,
  networkFields,
  partFields,
  seedFields,
  stageFields,
} from "./config_fields.ts";
import { type ConfiguredDataset, dataFields, knownDataset } from "./data_fields.ts";

/** What a configuration has to know of a method. */
export type MethodSettings =
  & Pick<Method, "name" | "aliases" | "parts" | "fields">
  & Partial<Pick<Method, "testedHead" | "testedHeads" | "heads" | "conflict">>;

/** Where a configuration finds its methods. */
export interface ConfigOptions {
  /** The methods there are. */
  readonly methods: readonly MethodSettings[];
}

/** The settings of every run, whatever its method, in the order of the help text. */
export const sharedFields:
  & typeof dataFields
  & typeof networkFields
  & typeof methodFields
  & typeof partFields
  & typeof stageFields
  & typeof secondStageFields
  & typeof seedFields = {
    ...dataFields,
    ...networkFields,
    ...methodFields,
    ...partFields,
    ...stageFields,
    ...secondStageFields,
    ...seedFields,
  };

/**
 * Checks settings and completes them to a configuration.
 *
 * What is not given has the default of its field, but for what follows from other settings: the
 * classes and the source from the data set, and the own width of a network that is named: the official 64, of resnet9 32.
 *
 * @param settings What differs from the defaults, by name.
 * @param options The methods there are; those of the kit by default.
 * @returns The configuration.
 * @throws {RangeError} If a setting is unknown, belongs to another method, is out of range, or
 * contradicts another; a `TypeError` if it is of another type.
 * @example Two settings, and the rest from the defaults
 * ```ts
 * import { assertEquals, assertThrows } from "@std/assert";
 * import { configure } from "glmc/experiment/config_complete.ts";
 *
 * const { data, stages: [stage] } = configure({ dataset: "cifar100", epochs: 200 });
 *
 * assertEquals([data.classes, data.source, stage.epochs], [100, "archive", 200]);
 * assertThrows(() => configure({ epoch: 3 }), RangeError, "did you mean epochs?");
 * ```
 */
export function configure(
  settings: Settings = {},
  { methods = kitMethods }: Partial<ConfigOptions> = {},
): RunConfig {
  const given = Object.fromEntries(
    Object.entries(settings).filter(([, value]) => value !== undefined),
  );
  const method = chosenMethod(given, methods);
  const fields: Fields = { ...sharedFields, ...method.fields };
  for (const [name, value] of Object.entries(given)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field === undefined) throw unknownSetting(name, { method, methods });
    checkedSetting(name, value, field);
  }
  const complete: Record<string, SettingValue> = {};
  for (const [name, field] of Object.entries(fields)) {
    const value = given[name] ?? field.default;
    complete[name] = field.kind === "path" && value !== null ? resolve(`${value}`) : value;
  }
  complete.method = method.name;
  const settled = withDependentDefaults(complete, given);
  const config = assemble(settled, Object.keys(method.fields));
  checkOptions(config.stages[0].options, method);
  return checkConfig(withSecondStage(config, settled, methods));
}

function withSecondStage(
  config: RunConfig,
  settings: Settings,
  methods: readonly MethodSettings[],
): RunConfig {
  if (settings.secondStage === "none") return config;
  const [first] = config.stages;
  const second = chooseMethod({ method: `${settings.secondMethod}` }, methods);
  checkSecondStage(settings, {
    first: chooseMethod({ method: first.method }, methods),
    second,
    options: first.options,
  });
  const options = secondOptions(settings, second, first);
  const stage = secondStageConfig({ ...settings, secondMethod: second.name }, first, options);
  return { ...config, stages: [first, stage] };
}

function chosenMethod(given: Settings, methods: readonly MethodSettings[]): MethodSettings {
  const choice: Record<string, string> = {};
  for (const [name, field] of Object.entries({ ...methodFields, ...partFields })) {
    const value = given[name] ?? null;
    if (value !== null) choice[name] = `${checkedSetting(name, value, field)}`;
  }
  const isOpen = Object.keys(choice).length === 0;
  const method = chooseMethod(isOpen ? { method: methodFields.method.default } : choice, methods);
  checkNoClash(method.fields, takenBy(sharedFields));
  return method;
}

function unknownSetting(
  name: string,
  { method, methods }: { readonly method: MethodSettings } & ConfigOptions,
): RangeError {
  for (const other of methods) {
    const field = Object.hasOwn(other.fields, name) ? other.fields[name] : undefined;
    if (field === undefined) continue;
    return new RangeError(
      `Cannot use ${settingTitle(name, field)} with the method ${method.name}: it belongs to ` +
        `${other.name}: leave it out, or choose the method ${other.name}`,
    );
  }
  const names = [...Object.keys(sharedFields), ...Object.keys(method.fields)];
  return new RangeError(
    `Cannot use the setting ${name}: there is none of that name: ${suggestion(name, names)}`,
  );
}

function withDependentDefaults(complete: Settings, given: Settings): Settings {
  const dataset = knownDataset(complete.dataset as ConfiguredDataset);
  if (complete.splitFile !== null) refuseDrawing(complete);
  return {
    ...complete,
    ...secondStageSettings(complete, given),
    classes: given.classes ?? dataset.classes ?? complete.classes!,
    source: given.source ?? dataset.sources[0],
    ...(dataset.lies === "in files" && fileDefaults(complete, given)),
    // Who names the network means it in its own width; the default is what a laptop can train.
    width: given.width ??
      (given.architecture === undefined
        ? complete.width!
        : architectureEntry(complete.architecture as Architecture).width),
  };
}

/**
 * Puts complete settings where they belong, but for those of a second stage; the inverse of
 * {@linkcode settingsOf}.
 *
 * @param settings Every setting, checked.
 * @param optionNames Names of those that are the method's own.
 * @returns The configuration.
 * @example There and back
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { assemble } from "glmc/experiment/config_complete.ts";
 * import { defaultConfig, settingsOf } from "glmc/experiment/config.ts";
 *
 * const optionNames = Object.keys(defaultConfig.stages[0].options);
 *
 * assertEquals(assemble(settingsOf(defaultConfig), optionNames), defaultConfig);
 * ```
 */
export function assemble(settings: Settings, optionNames: readonly string[]): RunConfig {
  const pick = <F extends Fields>(fields: F) =>
    only(settings, Object.keys(fields)) as unknown as SettingsOf<F>;
  const { method, seed } = settings;
  const first = {
    name: "train",
    method,
    options: only(settings, optionNames),
    trains: "all",
    statistics: "updated",
    startsFrom: "last",
    freshClassifier: false,
    maxNorm: null,
    ...pick(stageFields),
  } as unknown as StageConfig;
  return {
    version: 8,
    data: pick(dataFields),
    network: pick(networkFields),
    stages: [first],
    seed: seed as number,
  };
}

function only(settings: Settings, names: readonly string[]): Settings {
  return Object.fromEntries(names.map((name) => [name, settings[name]!]));
}

/**
 * The settings of a configuration, flat, under the names that people give them.
 *
 * @param config A configuration.
 * @returns Every setting of every run, and those of the method of the first stage.
 * @example There and back
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { configure, defaultConfig, settingsOf } from "glmc/experiment/config.ts";
 *
 * assertEquals(settingsOf(defaultConfig).learningRate, 0.01);
 * assertEquals(configure(settingsOf(defaultConfig)), defaultConfig);
 * ```
 */
export function settingsOf({ data, network, stages, seed }: RunConfig): Settings {
  const [first] = stages;
  const { method, options } = first;
  const names = Object.keys(stageFields);
  return {
    ...options,
    ...data,
    ...network,
    method,
    ...only(first as unknown as Settings, names),
    ...secondSettingsOf(stages),
    seed,
  };
}

/**
 * Checks what the settings of a configuration must be to each other.
 *
 * @param config A configuration whose values are each in range.
 * @returns The same configuration.
 * @throws {RangeError} Names the setting, its value and what it must be.
 * @example More classes than the data set has
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { checkConfig, defaultConfig } from "glmc/experiment/config.ts";
 *
 * const data = { ...defaultConfig.data, classes: 100 };
 *
 * assertThrows(() => checkConfig({ ...defaultConfig, data }), RangeError, "10 for cifar10");
 * ```
 */
export function checkConfig(config: RunConfig): RunConfig {
  const { data, network, stages: [{ epochs, startEpoch, batchSize, accumulate, decay, warmUp }] } =
    config;
  const dataset = knownDataset(data.dataset);
  const rule = (holds: boolean, name: keyof typeof sharedFields, wanted: string): void => {
    if (holds) return;
    const title = settingTitle(name, sharedFields[name]);
    throw new RangeError(
      `Cannot use ${title} ${settingsOf(config)[name]}: it must be ${wanted}`,
    );
  };
  const hasClasses = dataset.classes === undefined || data.classes === dataset.classes;
  rule(hasClasses, "classes", `${dataset.classes} for ${dataset.name}`);
  const hasSource = data.dataFolder !== null || dataset.sources.includes(data.source);
  rule(hasSource, "source", `${dataset.sources.join(" or ")} for ${dataset.name}`);
  const hasImages = data.imagesHash === null || dataset.lies === "in memory";
  rule(hasImages, "imagesHash", `left out for ${dataset.name}: its lists have hashes of their own`);
  const hasRows = data.splitHash === null || data.splitFile !== null;
  rule(hasRows, "splitHash", `that of given rows: name their file with --split_file`);
  const hasWeights = network.pretrainedHash === null || network.pretrained !== null;
  rule(hasWeights, "pretrainedHash", "that of given weights: name their file with --pretrained");
  const takesSeed = data.splitGenerator === "kit" || data.splitSeed <= largestLegacySeed;
  const misplaced = misplacedFileField(config.data);
  rule(
    misplaced === undefined,
    misplaced!,
    `left out for ${dataset.name}: it is for a --dataset in files`,
  );
  rule(takesSeed, "splitSeed", `a whole number in [0, ${largestLegacySeed}] for numpy`);
  rule(decay === "cosine" || !warmUp, "decay", "cosine with the warm-up of --warm_up");
  rule(accumulate <= batchSize / 2, "accumulate", "at most half the batch size, for batch norm");
  const isWhole = accumulate === 1 || !network.syncBatchNorm;
  rule(isWhole, "accumulate", "1 with --sync_batch_norm, which needs the whole batch at once");
  rule(startEpoch < epochs, "startEpoch", `a whole number in [0, ${epochs})`);
  createNetwork(network.architecture, { classes: data.classes, width: network.width });
  return config;
}
