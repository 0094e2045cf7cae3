/**
 * What a configuration is called: a short name that tells what is special about it, and its hash.
 *
 * @module
 */

import { createHash } from "node:crypto";
import type { Fields, SettingValue } from "../settings/field.ts";
import type { RunConfig } from "./config.ts";
import { dataFields, isInFiles } from "./data_fields.ts";
import { hookFields, networkFields, stageFields } from "./config_fields.ts";
import { secondStageSettings } from "./second_stage.ts";
import {
  assemble,
  type ConfigOptions,
  configure,
  settingsOf,
  sharedFields,
} from "./config_complete.ts";

/** Longest name before it is shortened. */
const longestName = 100;

/**
 * A value as JSON whose names are sorted, so that equal values are equal texts.
 *
 * @param value Plain data.
 * @returns JSON without spaces.
 * @throws {RangeError} If a number is not finite: JSON has none of these.
 * @example The order of the fields does not count
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { canonicalJson } from "glmc/experiment/config_name.ts";
 *
 * assertEquals(canonicalJson({ b: [1, { d: 2, c: 3 }], a: null }), '{"a":null,"b":[1,{"c":3,"d":2}]}');
 * ```
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (name, part: unknown) => {
    if (typeof part === "number" && !Number.isFinite(part)) {
      throw new RangeError(`Cannot write ${name} as JSON: numbers must be finite: it is ${part}`);
    }
    if (part === null || typeof part !== "object" || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => a < b ? -1 : 1));
  });
}

/** The form by which configurations are hashed, so that runs keep their hashes when later forms come. */
const hashedForm = 6;

/** Fields that came later count where they are other than what runs did before them. */
function hashedFields(group: object, fields: Fields): object {
  const isCounted = ([name, value]: [string, unknown]): boolean => {
    const { since = 0, earlier } = fields[name] ?? {};
    return since <= hashedForm || value !== earlier;
  };
  return Object.fromEntries(Object.entries(group).filter(isCounted));
}

/**
 * SHA-256 of a configuration, whatever the order of its fields and the version that wrote it.
 *
 * @param config The configuration.
 * @returns 64 hexadecimal digits.
 * @example Equal configurations have equal hashes
 * ```ts
 * import { assertEquals, assertNotEquals } from "@std/assert";
 * import { configHash, defaultConfig } from "glmc/experiment/config.ts";
 *
 * assertEquals(configHash({ ...defaultConfig }), configHash(defaultConfig));
 * assertNotEquals(configHash({ ...defaultConfig, seed: 7 }), configHash(defaultConfig));
 * ```
 */
export function configHash(config: RunConfig): string {
  const hashed = {
    ...config,
    version: hashedForm,
    data: hashedFields(config.data, dataFields),
    network: hashedFields(config.network, networkFields),
    stages: config.stages.map((stage) => hashedFields(stage, { ...stageFields, ...hookFields })),
  };
  return createHash("sha256").update(canonicalJson(hashed)).digest("hex");
}

/**
 * What tells the results of a configuration apart: {@linkcode configHash} without the places of images,
 * lists, rows and weights, which are known by their hashes.
 *
 * @param config The configuration.
 * @returns 64 hexadecimal digits; equal where two runs ask for the same.
 * @example Images that have moved
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { configure, resultHash } from "glmc/experiment/config.ts";
 *
 * assertEquals(resultHash(configure({ dataFolder: "/elsewhere" })), resultHash(configure()));
 * ```
 */
export function resultHash(config: RunConfig): string {
  const { dataset, splitHash } = config.data;
  const { dataFolder, source } = configure({ dataset }).data;
  const places = {
    ...{ dataFolder, source, trainList: null, testList: null },
    ...(splitHash !== null && { splitFile: null }),
  };
  return configHash({
    ...config,
    data: { ...config.data, ...places },
    network: { ...config.network, pretrained: null },
  });
}

/**
 * What the runs of one configuration with several seeds have in common: {@linkcode resultHash} of it with
 * seed 0.
 *
 * @param config The configuration.
 * @returns 64 hexadecimal digits.
 * @example Two seeds
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { configure, groupHash } from "glmc/experiment/config.ts";
 *
 * assertEquals(groupHash(configure({ seed: 1 })), groupHash(configure({ seed: 2 })));
 * ```
 */
export function groupHash(config: RunConfig): string {
  return resultHash({ ...config, seed: 0 });
}

/**
 * A short name for a configuration: data, network and method, what differs from a base, and the seed.
 *
 * Two configurations that differ have different names for the same base: what a name cannot hold
 * (paths, stages that no settings ask for, more than 100 letters) is told apart by the first twelve digits
 * of {@linkcode configHash} at its end.
 *
 * @param config The configuration.
 * @param base What it is compared with.
 * @returns A name of letters, digits, dots, dashes and underscores.
 * @example Another rate and batch size
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { configure, defaultConfig, describeChanges } from "glmc/experiment/config.ts";
 *
 * const config = configure({ learningRate: 0.05, batchSize: 32 });
 *
 * assertEquals(describeChanges(config, defaultConfig), "cifar10-lt50-resnet32w16-glmc-b32-lr0.05-seed42");
 * ```
 */
export function describeChanges(config: RunConfig, base: RunConfig): string {
  return nameOf(config, { base, fields: sharedFields });
}

/**
 * The name of a run that is given none: {@linkcode describeChanges} from the defaults of its data set and
 * method.
 *
 * @param config The configuration.
 * @param options The methods there are.
 * @returns The name.
 * @example CIFAR-100, whose classes and source follow
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { configure, defaultRunName } from "glmc/experiment/config.ts";
 * import { glmcFields } from "glmc/method/glmc/fields.ts";
 *
 * const methods = [{ name: "glmc", fields: glmcFields }];
 * const config = configure({ dataset: "cifar100", consistencyWeight: 2 });
 *
 * assertEquals(
 *   defaultRunName(config, { methods }),
 *   "cifar100-lt50-resnet32w16-glmc-contrastweight2-seed42",
 * );
 * ```
 */
export function defaultRunName(config: RunConfig, { methods }: ConfigOptions): string {
  const { data: { dataset }, stages: [{ method }] } = config;
  const fields = methods.find(({ name }) => name === method)?.fields ?? {};
  return nameOf(config, {
    base: configure({ dataset, method }, { methods }),
    fields: { ...sharedFields, ...fields },
  });
}

/** A part of a name; `isWhole` where it says all there is to say. */
interface Part {
  readonly text: string;
  readonly isWhole: boolean;
}

const always = [
  ...["dataset", "imbalanceRate", "architecture", "width", "method", "seed"],
  ...["splitFile", "splitHash", "pretrainedHash"],
];

/** What a name does not tell of images in files: their lists are told apart by a hash, the tail is told. */
const ofFiles = [
  ...["dataFolder", "trainList", "testList", "trainListHash", "testListHash"],
  ...["classes", "profile"],
];

function nameOf(
  config: RunConfig,
  { base, fields }: { readonly base: RunConfig; readonly fields: Fields },
): string {
  const settings = settingsOf(config);
  const hasSecond = settings.secondStage !== "none";
  const usual = { ...settingsOf(base), ...(hasSecond && secondStageSettings(settings, {})) };
  const { dataset, architecture, width, method, seed } = settings;
  const staysInFiles = isInFiles(config.data);
  // In the order of the fields, so that a name does not depend on who wrote the configuration.
  const names = [...new Set([...Object.keys(fields), ...Object.keys(settings).sort()])];
  const changes = names
    .filter((name) => !always.includes(name) && !(staysInFiles && ofFiles.includes(name)))
    .filter((name) => settings[name] !== usual[name])
    .map((name) => changePart(fields[name]?.flags.at(0) ?? name, settings[name] ?? null));
  const parts = [
    { text: `${dataset}`, isWhole: !staysInFiles },
    ...tailPart(config.data),
    word(`${architecture}w${width}`),
    word(`${method}`),
    ...changes,
    word(`seed${seed}`),
  ];
  const again = assemble(settings, Object.keys(config.stages[0].options));
  const isWhole = parts.every(({ isWhole }) => isWhole) &&
    canonicalJson(again) === canonicalJson(config);
  const name = parts.map(({ text }) => text).join("-");
  if (isWhole && name.length <= longestName) return name;
  const hash = (staysInFiles ? resultHash(config) : configHash(config)).slice(0, 12);
  return `${name.slice(0, longestName - hash.length - 1).replace(/[^A-Za-z0-9]+$/, "")}-${hash}`;
}

function word(text: string): Part {
  const safe = text.replaceAll(/[^A-Za-z0-9_.]+/g, "_");
  return { text: safe, isWhole: safe === text };
}

/**
 * How long the tail is: its imbalance factor, where that is a round number; or that rows are given. Nothing
 * of images in files that are taken as they are.
 */
function tailPart({ dataset, profile, imbalanceRate, splitFile }: RunConfig["data"]): Part[] {
  if (splitFile !== null) return [{ text: "rows", isWhole: false }];
  if (profile === "given" && isInFiles({ dataset })) return [];
  if (imbalanceRate === 1) return [word("balanced")];
  const factor = Number((1 / imbalanceRate).toFixed(2));
  return [1 / factor === imbalanceRate ? word(`lt${factor}`) : changePart("rate", imbalanceRate)];
}

/** Letters, then a value that cannot be taken for more of them. */
function changePart(flag: string, value: SettingValue): Part {
  const label = flag.replaceAll(/[^A-Za-z]/g, "");
  const isSpelledOut = label === flag.replaceAll(/[_-]/g, "");
  const text = label + valueText(value);
  return isSpelledOut && text !== label ? word(text) : { text: label, isWhole: false };
}

/** A value in a name; nothing for those that could be taken for others. */
function valueText(value: SettingValue): string {
  if (typeof value === "boolean") return value ? "_on" : "_off";
  if (typeof value === "string") {
    return /^(?!on$|off$)[a-z]\w{0,23}$/.test(value) ? `_${value}` : "";
  }
  if (value === null || value < 0) return "";
  // Dashes separate the parts of a name; 1e-7 has one.
  return `${value}`.replace("e+", "e").replace("-", "_");
}
