/**
 * Choosing results by what their configurations say.
 *
 * @module
 */

import { settingsOf } from "../experiment/config.ts";
import { sharedFields } from "../experiment/config_complete.ts";
import { methodFields } from "../experiment/config_fields.ts";
import type { MethodsOption } from "../experiment/configured.ts";
import { chooseMethod } from "../method/choose.ts";
import { checkedSetting, suggestion, typedValue } from "../settings/check.ts";
import type { Field, Fields, Settings, SettingValue } from "../settings/field.ts";
import type { RunResult } from "./result.ts";

/**
 * Reads what results must have, as a command line gives it.
 *
 * @param text Names of settings or of their flags with values, such as `imbalance_rate=0.01,epochs=200`.
 * @param options The methods, whose settings may be named too.
 * @returns Settings by name.
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
export function parseWhere(text: string, { methods }: MethodsOption): Settings {
  const fields = allFields({ methods });
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
    const value = name === "method"
      ? chooseMethod({ method: typed }, methods).name
      : fieldValue(typed, { name, field });
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
 * @param options The methods, whose settings may be named too.
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
export function checkWhere(where: Settings, { methods }: MethodsOption): void {
  const fields = allFields({ methods });
  for (const [name, value] of Object.entries(where)) {
    const field = fields[name];
    if (field === undefined) throw unknownSetting(name, Object.keys(fields));
    checkedSetting(name, value, field);
    if (name === "method") chooseMethod({ method: `${value}` }, methods);
  }
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
 * @param where The settings; a result whose method does not know one has it not.
 * @returns `true` if it has all of them.
 * @example One of two
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { configure } from "glmc";
 * import { hasSettings } from "glmc/study/where.ts";
 *
 * const result = { config: configure({ epochs: 3 }) };
 *
 * assertEquals(hasSettings(result, { epochs: 3 }), true);
 * assertEquals(hasSettings(result, { epochs: 3, seed: 7 }), false);
 * ```
 */
export function hasSettings({ config }: Pick<RunResult, "config">, where: Settings): boolean {
  const settings = settingsOf(config);
  return Object.entries(where).every(([name, value]) => settings[name] === value);
}
