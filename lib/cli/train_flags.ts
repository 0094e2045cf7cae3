/**
 * The flags of `train`: the official ones by their official names, readable aliases, and our own.
 *
 * Those that decide the result follow from the fields of the configuration and of the methods.
 *
 * @module
 */

import { type ConfigOptions, type RunConfig, settingsOf } from "../experiment/config.ts";
import { type MethodSettings, sharedFields } from "../experiment/config_complete.ts";
import { networkFields } from "../experiment/config_fields.ts";
import { dataFields } from "../experiment/data_fields.ts";
import type { Fields, Settings } from "../settings/field.ts";
import { settingsOver } from "../study/presets.ts";
import { type Flag, flagOf, type FlagValues } from "./flags.ts";
import { idleFlags, withoutNames } from "./idle_flags.ts";
import { companyFlags } from "./company_flags.ts";
import { machineFlags, runFlags } from "./run_flags.ts";
import { asUsage, UsageError } from "./shell.ts";
import { usableConfig } from "./usable_config.ts";

/** A flag that sets a field of the configuration. */
export interface ConfigFlag extends Flag {
  /** The setting. */
  readonly setting: string;
}

/** What decides which flags there are. */
export interface TrainFlagsOptions extends ConfigOptions {
  /** The method whose flags come first; the first of all by default. */
  readonly method?: MethodSettings;
  /** Settings of a preset, which flags change; none by default. */
  readonly base?: Settings;
}

/**
 * The flags of settings.
 *
 * @param fields The settings.
 * @returns A flag for each, which says what it sets.
 * @example One
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { flagsOf } from "glmc/cli/train_flags.ts";
 * import { switchField } from "glmc/settings/field.ts";
 *
 * const [flag] = flagsOf({ replace: switchField({ flags: ["again"], help: "with replacement" }) });
 *
 * assertEquals([flag?.names, flag?.setting], [["again"], "replace"]);
 * ```
 */
export function flagsOf(fields: Fields): ConfigFlag[] {
  return Object.entries(fields).map(([setting, field]) => ({ ...flagOf(field), setting }));
}

/** Flags of the subset and of the images that it is drawn from. */
export const subsetFlags: readonly ConfigFlag[] = flagsOf(dataFields).filter(
  ({ setting }) => setting !== "validation",
);

const notTested = [
  ...["splitSeed", "splitGenerator", "validation"],
  ...["precision", "pretrained", "pretrainedHash"],
];

/** Flags of the data and the network, as far as a test needs them. */
export const testFlags: readonly ConfigFlag[] = flagsOf({ ...dataFields, ...networkFields }).filter(
  ({ setting }) => !notTested.includes(setting),
);

/**
 * Flags that decide the result of a run.
 *
 * @param options The methods; the flags of the chosen one stand before those of the others.
 * @returns The flags of every run, then those of all methods.
 * @example A flag of every run and one of a method
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { configFlags } from "glmc/cli/train_flags.ts";
 * import { glmcFields } from "glmc/method/glmc/fields.ts";
 *
 * const flags = configFlags({ methods: [{ name: "glmc", fields: glmcFields }] });
 * const settings = flags.map(({ setting }) => setting);
 *
 * assertEquals([settings.includes("epochs"), settings.includes("mixtureBeta")], [true, true]);
 * ```
 */
export function configFlags({ methods, method }: TrainFlagsOptions): ConfigFlag[] {
  const inOrder = method === undefined ? methods : [method, ...methods];
  const all = [...flagsOf(sharedFields), ...inOrder.flatMap(({ fields }) => flagsOf(fields))];
  const taken = new Set<string>();
  return all.filter(({ names: [first] }) => !taken.has(first) && taken.add(first));
}

/**
 * All flags of `train`.
 *
 * @param options The methods, and the chosen one.
 * @returns The flags, to parse with.
 * @example The official line of the paper
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseFlags } from "glmc/cli/flags.ts";
 * import { trainFlags } from "glmc/cli/train_flags.ts";
 *
 * const flags = trainFlags({ methods: [] });
 *
 * assertEquals(parseFlags(["-a", "resnet32", "-p=50"], flags), { a: "resnet32", p: 50 });
 * ```
 */
export function trainFlags(options: TrainFlagsOptions): Flag[] {
  const flags = configFlags(options);
  return [
    ...flags,
    ...runFlags,
    ...machineFlags,
    ...companyFlags,
    ...withoutNames(idleFlags, [...flags, ...companyFlags]),
  ];
}

/**
 * The settings that flags give.
 *
 * @param values Parsed flags.
 * @param flags The flags that set something.
 * @returns Settings by name, those that were given.
 * @example One of two
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { type ConfigFlag, settingsIn } from "glmc/cli/train_flags.ts";
 *
 * const flag = { kind: "number", help: "" } as const;
 * const flags: ConfigFlag[] = [
 *   { ...flag, names: ["lr"], setting: "learningRate" },
 *   { ...flag, names: ["b"], setting: "batchSize" },
 * ];
 *
 * assertEquals(settingsIn({ lr: 0.1 }, flags), { learningRate: 0.1 });
 * ```
 */
export function settingsIn(values: FlagValues, flags: readonly ConfigFlag[]): Settings {
  return Object.fromEntries(
    flags.flatMap(({ setting, names: [first] }) => {
      const value = values[first];
      return value === undefined ? [] : [[setting, value]];
    }),
  );
}

/**
 * The configuration that flags ask for.
 *
 * @param values Parsed flags.
 * @param options The methods, and the chosen one.
 * @returns A complete configuration.
 * @throws {UsageError} If a value does not fit.
 * @example One flag
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { configOf } from "glmc/cli/train_flags.ts";
 * import { glmcFields } from "glmc/method/glmc/fields.ts";
 *
 * const methods = [{ name: "glmc", fields: glmcFields }];
 *
 * assertEquals(configOf({ epochs: 200 }, { methods }).stages[0].epochs, 200);
 * ```
 */
export function configOf(values: FlagValues, options: TrainFlagsOptions): RunConfig {
  const { base = {}, methods } = options;
  const given = settingsIn(values, configFlags(options));
  return usableConfig(asUsage(() => settingsOver(base, given, methods)), options);
}

/** Flags that say where images and lists are. */
export const placeNames: readonly string[] = ["root", "source", "dir_train_txt", "dir_test_txt"];

/**
 * Flags without those that say where images and lists are: that is no setting of a run, which knows them by
 * their hashes.
 *
 * @param values Parsed flags.
 * @returns The others.
 * @example Images that have moved
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { withoutPlaces } from "glmc/cli/train_flags.ts";
 *
 * assertEquals(withoutPlaces({ root: "/elsewhere", epochs: 3 }), { epochs: 3 });
 * ```
 */
export function withoutPlaces(values: FlagValues): FlagValues {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !placeNames.includes(name)));
}

/**
 * Flags whose value differs between a configuration and what was asked for.
 *
 * @param values Parsed flags.
 * @param config The configuration of a run.
 * @param options The methods, and the chosen one.
 * @returns A text for each, such as `--learning_rate 0.1 (the run has 0.01)`.
 * @example One of two
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { conflicts } from "glmc/cli/train_flags.ts";
 * import { defaultConfig } from "glmc/experiment/config.ts";
 * import { glmcFields } from "glmc/method/glmc/fields.ts";
 *
 * const methods = [{ name: "glmc", fields: glmcFields }];
 *
 * assertEquals(conflicts({ lr: 0.1, epochs: 2 }, defaultConfig, { methods }), [
 *   "--learning_rate 0.1 (the run has 0.01)",
 * ]);
 * ```
 */
export function conflicts(
  values: FlagValues,
  config: RunConfig,
  options: TrainFlagsOptions,
): string[] {
  const stored = settingsOf(config);
  const given = settingsIn(values, configFlags(options));
  return configFlags(options).flatMap(({ setting, names }) => {
    const value = given[setting];
    if (value === undefined || value === stored[setting]) return [];
    const has = stored[setting] ?? "none";
    return [`--${names.at(-1)} ${value} (the run has ${has})`];
  });
}

/**
 * Refuses flags that contradict each other beside the configuration.
 *
 * @param values Parsed flags.
 * @throws {UsageError} Names both.
 * @example A name for a run that has one
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { checkRunFlags } from "glmc/cli/train_flags.ts";
 *
 * assertThrows(() => checkRunFlags({ name: "b", resume: "a" }), Error, "--name");
 * ```
 */
export function checkRunFlags({ name, resume, store_name, preset }: FlagValues): void {
  if (preset !== undefined && resume !== undefined) {
    throw new UsageError(
      `Cannot use --preset ${preset} with --resume ${resume}: a run keeps its settings: leave one out`,
    );
  }
  if (name !== undefined && store_name !== undefined) {
    throw new UsageError(
      `Cannot use --name ${name} with --store_name ${store_name}: both name the run: leave one out`,
    );
  }
  if (name === undefined || resume === undefined) return;
  throw new UsageError(
    `Cannot use --name ${name} with --resume ${resume}: a run keeps its name: leave --name out`,
  );
}
