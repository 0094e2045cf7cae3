/**
 * Reading of stored configurations, of today's form and of those before it.
 *
 * @module
 */

import { resolve } from "node:path";
import { projectRoot } from "../setup/project.ts";
import { shown, suggestion } from "../settings/check.ts";
import type { Field, Fields, Settings, SettingsOf, SettingValue } from "../settings/field.ts";
import type { RunConfig, StageConfig } from "./config.ts";
import { checkOptions } from "./check_options.ts";
import {
  assemble,
  checkConfig,
  type ConfigOptions,
  type MethodSettings,
} from "./config_complete.ts";
import {
  hookFields,
  methodFields,
  networkFields,
  seedFields,
  stageFields,
} from "./config_fields.ts";
import { dataFields } from "./data_fields.ts";
import { secondStageFields } from "./second_stage.ts";

/** Settings of {@linkcode readConfig}. */
export interface ReadConfigOptions extends ConfigOptions {
  /** The file that the configuration comes from, for messages; `config.json` by default. */
  readonly file?: string;
}

/** Form of the configurations that are written today. */
const currentForm = 8;

/** The first form with a version; since then only fields have come. */
const firstForm = 2;

/** The form in which the fields lay side by side, without a version; its method was always GLMC. */
const flatForm = 1;

/**
 * Reads a stored configuration.
 *
 * A configuration from before the version was written is brought into today's form: a field that was not
 * there yet has the meaning that runs had then. The settings of a method that is not among `methods`
 * are taken as they are: see {@linkcode unknownMethods}.
 *
 * @param stored What the file holds, parsed.
 * @param options The methods there are, and the name of the file.
 * @returns The configuration.
 * @throws {SyntaxError} Names the field, what it must be and what it is.
 * @example An old one without a precision, and a damaged one
 * ```ts
 * import { assertEquals, assertThrows } from "@std/assert";
 * import { defaultConfig, readConfig, settingsOf } from "glmc/experiment/config.ts";
 * import { glmcFields } from "glmc/method/glmc/fields.ts";
 *
 * const methods = [{ name: "glmc", fields: glmcFields }];
 * const newer = /^(method|precision|second.*|maxNorm.*)$/;
 * const settings = Object.entries(settingsOf(defaultConfig));
 * const old = Object.fromEntries(settings.filter(([name]) => !newer.test(name)));
 *
 * assertEquals(readConfig(old, { methods }), defaultConfig);
 * assertThrows(
 *   () => readConfig({ ...old, epochs: null }, { methods }),
 *   SyntaxError,
 *   "epochs must be a whole number in [1, 1000000]: it is null",
 * );
 * ```
 */
export function readConfig(
  stored: unknown,
  { methods, file = "config.json" }: ReadConfigOptions,
): RunConfig {
  try {
    const record = recordOf(stored, "the configuration");
    const { version } = record;
    if (version === undefined) {
      const isFlat = !["data", "network", "stages"].some((name) => Object.hasOwn(record, name));
      if (isFlat) return withSoundOptions(readFlat(record, { methods }), methods);
      throw reason(`version is missing: it must be ${currentForm}`);
    }
    if (!Number.isInteger(version) || Number(version) < firstForm) {
      throw reason(`version must be ${firstForm} to ${currentForm}: it is ${shown(version)}`);
    }
    const form = Number(version);
    if (form <= currentForm) {
      return withSoundOptions(readNested(record, { methods, form }), methods);
    }
    throw reason(
      `its form is ${form}, this version of the kit reads forms up to ${currentForm}: ` +
        "use the version of the kit that wrote it",
    );
  } catch (cause) {
    if (!(cause instanceof SyntaxError || cause instanceof RangeError)) throw cause;
    // A value that fits its field and not its neighbours says "Cannot use ..." of its own.
    const message = cause.message.replace(/^Cannot use /, "");
    throw new SyntaxError(`Cannot read the configuration in "${file}": ${message}`, { cause });
  }
}

/**
 * The methods of a configuration that are not among those there are.
 *
 * A run of such a method can be reported. To train it further its method has to be named again: no code is
 * loaded because a file says so.
 *
 * @param config A configuration.
 * @param options The methods there are.
 * @returns Names of the missing methods; none if the run can be continued.
 * @example A method from elsewhere
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { defaultConfig, unknownMethods } from "glmc/experiment/config.ts";
 * import { glmcFields } from "glmc/method/glmc/fields.ts";
 *
 * assertEquals(unknownMethods(defaultConfig, { methods: [] }), ["glmc"]);
 * assertEquals(unknownMethods(defaultConfig, { methods: [{ name: "glmc", fields: glmcFields }] }), []);
 * ```
 */
export function unknownMethods({ stages }: RunConfig, { methods }: ConfigOptions): string[] {
  const known = new Set(methods.map(({ name }) => name));
  return [...new Set(stages.map(({ method }) => method))].filter((name) => !known.has(name));
}

/** The same configuration, if the settings of each method have a meaning together. */
function withSoundOptions(config: RunConfig, methods: readonly MethodSettings[]): RunConfig {
  for (const { method: named, options } of config.stages) {
    const method = methods.find(({ name }) => name === named);
    if (method !== undefined) checkOptions(options, method);
  }
  return config;
}

/** What is wrong in a file whose name stands before it in the end. */
function reason(text: string): SyntaxError {
  return new SyntaxError(text);
}

type Stored = Readonly<Record<string, unknown>>;

function recordOf(value: unknown, path: string): Stored {
  if (value !== null && typeof value === "object" && !Array.isArray(value)) return value as Stored;
  throw reason(`${path} must be an object of settings: it is ${shown(value)}`);
}

function refuseUnknown(stored: Stored, names: readonly string[], path: string): void {
  for (const name of Object.keys(stored)) {
    if (names.includes(name)) continue;
    throw reason(
      `${path}${name} is no setting of this version of the kit: ` +
        suggestion(name, names),
    );
  }
}

/** Where settings are read: their place in the file, and its form. */
interface Place {
  readonly path: string;
  readonly form: number;
}

function readFields<F extends Fields>(
  stored: Stored,
  { fields, path, form }: { readonly fields: F } & Place,
): SettingsOf<F> {
  const values = Object.entries(fields).map(([name, field]) => {
    const value = Object.hasOwn(stored, name) ? stored[name] : undefined;
    return [name, readField(value, { field, path: path + name, form })];
  });
  return Object.fromEntries(values) as SettingsOf<F>;
}

function readField(
  value: unknown,
  { field, path, form }: { readonly field: Field } & Place,
): SettingValue {
  if (field.accepts(value)) return value;
  if (value !== undefined) {
    throw reason(`${path} must be ${field.wanted}: it is ${shown(value)}`);
  }
  const { earlier, since = firstForm } = field;
  if (earlier !== undefined && form < since) return earlier;
  throw reason(`${path} is missing: it must be ${field.wanted}`);
}

function readGroup<F extends Fields>(stored: unknown, place: Place & { readonly fields: F }) {
  const record = recordOf(stored, place.path);
  const path = `${place.path}.`;
  refuseUnknown(record, Object.keys(place.fields), path);
  return readFields(record, { ...place, path });
}

function readOptions(stored: unknown, method: string, place: Place & ConfigOptions): Settings {
  const known = place.methods.find(({ name }) => name === method);
  if (known !== undefined) return readGroup(stored, { ...place, fields: known.fields });
  const record = recordOf(stored, place.path);
  for (const [name, value] of Object.entries(record)) {
    const isPlain = value === null || ["string", "boolean"].includes(typeof value) ||
      Number.isFinite(value);
    if (isPlain) continue;
    throw reason(
      `${place.path}.${name} must be a text, a number, true, false or null: it is ${shown(value)}`,
    );
  }
  return record as Settings;
}

function readNested(
  stored: Stored,
  { methods, form }: ConfigOptions & Pick<Place, "form">,
): RunConfig {
  refuseUnknown(stored, ["version", "data", "network", "stages", "seed"], "");
  if (!Array.isArray(stored.stages) || stored.stages.length === 0) {
    throw reason(`stages must be a list of at least one: it is ${shown(stored.stages)}`);
  }
  const [first, ...others] = stored.stages.map((stage: unknown, index) =>
    readStage(stage, { path: `stages[${index}]`, form, methods })
  );
  const stages = [first!, ...others] as const;
  if (first!.startsFrom !== "last") {
    throw reason(`stages[0].startsFrom must be last: it is ${shown(first!.startsFrom)}`);
  }
  for (const [index, { name, startEpoch }] of others.entries()) {
    const path = `stages[${index + 1}]`;
    if (stages.findIndex((stage) => stage.name === name) <= index) {
      throw reason(`${path}.name must be unlike those before it: it is ${shown(name)}`);
    }
    if (startEpoch !== 0) {
      throw reason(`${path}.startEpoch must be 0: it is ${startEpoch}`);
    }
  }
  return checkConfig({
    version: currentForm,
    data: readGroup(stored.data, { fields: dataFields, path: "data", form }),
    network: readGroup(stored.network, { fields: networkFields, path: "network", form }),
    stages,
    ...readFields(stored, { fields: seedFields, path: "", form }),
  });
}

const trains = ["all", "classifier", "scales"] as const;
const statistics = ["updated", "kept"] as const;

function readStage(stored: unknown, place: Place & ConfigOptions): StageConfig {
  const record = recordOf(stored, place.path);
  const path = `${place.path}.`;
  const own = ["name", "method", "options", "trains", "statistics", "maxNorm"];
  refuseUnknown(record, [...own, ...Object.keys({ ...hookFields, ...stageFields })], path);
  const oneOf = <Choice extends string>(name: string, choices: readonly Choice[]): Choice => {
    const value = choices.find((choice) => choice === record[name]);
    if (value !== undefined) return value;
    throw reason(
      `${path}${name} must be one of ${choices.join(", ")}: it is ${shown(record[name])}`,
    );
  };
  const { method } = readFields(record, { ...place, fields: methodFields, path });
  if (typeof record.name !== "string" || record.name === "") {
    throw reason(
      `${path}name must be a text that is not empty: it is ${shown(record.name)}`,
    );
  }
  return {
    name: record.name,
    method,
    options: readOptions(record.options, method, { ...place, path: `${path}options` }),
    trains: oneOf("trains", trains),
    statistics: oneOf("statistics", statistics),
    ...readHooks(record, { ...place, path }),
    ...readFields(record, { ...place, fields: stageFields, path }),
  };
}

/** What a stage begins with, and what it does with its classifier then and after each step or epoch. */
function readHooks(
  stored: Stored,
  place: Place,
): Pick<StageConfig, "startsFrom" | "freshClassifier" | "maxNorm"> {
  const { path, form } = place;
  const hooks = readFields(stored, { ...place, fields: hookFields });
  const { maxNorm } = stored;
  if (maxNorm === null || (maxNorm === undefined && form < 3)) return { ...hooks, maxNorm: null };
  const { maxNormShare: share, maxNormEvery: every } = secondStageFields;
  const limit = readGroup(maxNorm, { fields: { share, every }, path: `${path}maxNorm`, form });
  return { ...hooks, maxNorm: limit };
}

/** The form before versions: all fields side by side, one stage, always GLMC. */
function readFlat(stored: Stored, { methods }: ConfigOptions): RunConfig {
  const shared = { ...dataFields, ...networkFields, ...stageFields, ...seedFields };
  const names = new Set(Object.keys(shared));
  const place = { path: "", form: flatForm };
  const settings = readFields(stored, { ...place, fields: shared });
  const method = "glmc";
  const known = methods.find(({ name }) => name === method);
  const rest = Object.fromEntries(Object.entries(stored).filter(([name]) => !names.has(name)));
  const options = known === undefined
    ? readOptions(rest, method, { ...place, methods })
    : readFields(rest, { ...place, fields: known.fields });
  refuseUnknown(rest, Object.keys(options), "");
  return checkConfig(assemble({
    ...settings,
    ...options,
    // Such a run was started in the folder of the project, wherever its user stood.
    dataFolder: settings.dataFolder === null ? null : resolve(projectRoot, settings.dataFolder),
    method,
    secondStage: "none",
  }, Object.keys(options)));
}
