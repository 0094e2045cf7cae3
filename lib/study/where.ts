/**
 * Choosing results by what their configurations say.
 *
 * @module
 */

import { resolve } from "node:path";
import { settingsOf } from "../experiment/config.ts";
import { sharedFields } from "../experiment/config_complete.ts";
import { methodFields, partFields } from "../experiment/config_fields.ts";
import type { MethodsOption } from "../experiment/configured.ts";
import { chooseMethod } from "../method/choose.ts";
import { checkedSetting, suggestion, typedValue } from "../settings/check.ts";
import type { Field, Fields, Settings, SettingValue } from "../settings/field.ts";
import type { RunResult } from "./result.ts";

/** What settings are read with. */
export interface WhereOptions extends MethodsOption {
  /** The absolute path that a path means; that of the present folder by default. */
  readonly pathOf?: (path: string) => string;
}

/**
 * Reads what results must have, as a command line gives it.
 *
 * @param text Names of settings or of their flags with values, such as `imbalance_rate=0.01,epochs=200`.
 * @param options The methods, whose settings may be named too, and what paths mean.
 * @returns Settings by name, as {@linkcode checkWhere} gives them.
 * @throws {RangeError} If a name is none of a setting, its value none of its values, or two values contradict
 * each other.
 * @example A flag of the official code
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { methods } from "glmc";
 * import { parseWhere } from "glmc/study/where.ts";
 *
 * assertEquals(parseWhere("imbanlance_rate=0.01, epochs=200", { methods }), {
 *   imbalanceRate: 0.01,
 *   epochs: 200,
 * });
 * ```
 */
export function parseWhere(text: string, options: WhereOptions): Settings {
  const fields = allFields(options);
  const where = new Map<string, SettingValue>();
  for (const part of text.split(",")) {
    const [, given = "", typed] = /^\s*([^=]*?)\s*=\s*(.*?)\s*$/.exec(part) ?? [];
    if (typed === undefined) {
      throw new RangeError(
        `Cannot choose by "${part.trim()}": it is no <setting>=<value>: ` +
          "write for example imbalance_rate=0.01",
      );
    }
    const [name, field] = namedField(given, fields);
    const value = storedValue(fieldValue(typed, { name, field }), { name, field, ...options });
    if (where.has(name) && where.get(name) !== value) {
      throw new RangeError(
        `Cannot choose by ${given} twice: no run has both ${
          where.get(name)
        } and ${value}: leave one out`,
      );
    }
    where.set(name, value);
  }
  return Object.fromEntries(where);
}

/**
 * Makes sure that settings by which results are chosen are there.
 *
 * @param where The settings by name.
 * @param options The methods, whose settings may be named too, and what paths mean.
 * @returns The settings as results have them: a method by its own name, a path from the root.
 * @throws {RangeError} If a name is none of a setting, or its value none of its values.
 * @example A slip
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { methods } from "glmc";
 * import { checkWhere } from "glmc/study/where.ts";
 *
 * assertThrows(() => checkWhere({ epoch: 3 }, { methods }), RangeError, "did you mean epochs?");
 * ```
 */
export function checkWhere(where: Settings, options: WhereOptions): Settings {
  const fields = allFields(options);
  return Object.fromEntries(
    Object.entries(where).map(([name, value]) => {
      const field = fields[name];
      if (field === undefined) throw unknownSetting(name, Object.keys(fields));
      return [name, storedValue(checkedSetting(name, value, field), { name, field, ...options })];
    }),
  );
}

/** A value as results have it. */
function storedValue(
  value: SettingValue,
  { name, field, methods, pathOf = (path) => resolve(path) }:
    & WhereOptions
    & { readonly name: string; readonly field: Field },
): SettingValue {
  if (value === null) return null;
  if (name === "method" || name === "secondMethod") {
    return chooseMethod({ method: `${value}` }, methods).name;
  }
  if (isPart(name)) checkPart(name, { value: `${value}`, methods });
  return field.kind === "path" ? pathOf(`${value}`) : value;
}

function isPart(name: string): name is keyof typeof partFields {
  return Object.hasOwn(partFields, name);
}

function checkPart(
  name: keyof typeof partFields,
  { value, methods }: MethodsOption & { readonly value: string },
): void {
  const names = new Set(methods.flatMap(({ parts }) => parts?.[name] ?? []));
  if (names.has(value)) return;
  throw new RangeError(
    `Cannot choose by ${name} ${value}: no method has it: ${suggestion(value, [...names])}`,
  );
}

function allFields({ methods }: MethodsOption): Fields {
  return Object.assign({}, ...methods.map(({ fields }) => fields), methodFields, sharedFields);
}

function unknownSetting(name: string, names: readonly string[]): RangeError {
  return new RangeError(
    `Cannot choose by ${name}: it is no setting: ${suggestion(name, names)}`,
  );
}

/** Finds a setting by its name or one of its flags. */
function namedField(given: string, fields: Fields): [string, Field] {
  const plain = (text: string): string => text.replace(/^-+/, "").replaceAll("-", "_");
  const found = Object.entries(fields).find(([name, { flags }]) =>
    name === given || flags.some((flag) => plain(flag) === plain(given))
  );
  if (found !== undefined) return found;
  throw unknownSetting(
    given,
    Object.entries(fields).flatMap(([name, { flags }]) => [name, ...flags]),
  );
}

function fieldValue(
  text: string,
  { name, field }: { readonly name: string; readonly field: Field },
): SettingValue {
  if (/^(none|null)$/.test(text) && field.accepts(null)) return null;
  try {
    return checkedSetting(name, typedValue(text, field), field);
  } catch (error) {
    // A text where a number should be is a mistake like a number that is too large.
    throw error instanceof TypeError ? new RangeError(error.message, { cause: error }) : error;
  }
}

/**
 * Whether a result has settings.
 *
 * @param result The result.
 * @param where The settings, as {@linkcode checkWhere} gives them; a result whose method does not know one has
 * it not.
 * @param options The methods, which are made of views and a loss.
 * @returns `true` if it has all of them.
 * @example One of two
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { configure, methods } from "glmc";
 * import { hasSettings } from "glmc/study/where.ts";
 *
 * const result = { config: configure({ epochs: 3, loss: "focal" }) };
 *
 * assertEquals(hasSettings(result, { epochs: 3, loss: "focal" }, { methods }), true);
 * assertEquals(hasSettings(result, { epochs: 3, seed: 7 }, { methods }), false);
 * ```
 */
export function hasSettings(
  { config }: Pick<RunResult, "config">,
  where: Settings,
  { methods }: MethodsOption,
): boolean {
  const stored = settingsOf(config);
  // What chooses a method by its parts is stored as its name.
  const { views = null, loss = null } = methods.find(({ name }) => name === stored.method)?.parts ??
    {};
  const settings: Settings = { ...stored, views, loss };
  return Object.entries(where).every(([name, value]) => settings[name] === value);
}
