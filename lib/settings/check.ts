/**
 * Checks of settings against their fields, with messages that name setting, flag and value.
 *
 * @module
 */

import type { Field, Fields, SettingValue } from "./field.ts";
import { nearest } from "./nearest.ts";

/**
 * A flag as it is typed: `-b`, `--lr`.
 *
 * @param name Its name without dashes.
 * @returns The name with one dash, or two.
 * @example Both
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { dashed } from "glmc/settings/check.ts";
 *
 * assertEquals([dashed("b"), dashed("lr")], ["-b", "--lr"]);
 * ```
 */
export function dashed(name: string): string {
  return name.length === 1 ? `-${name}` : `--${name}`;
}

/**
 * A setting as messages name it: `learningRate (--lr)`.
 *
 * @param name Its name.
 * @param field Its field.
 * @returns Name and first flag.
 * @example The learning rate
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { settingTitle } from "glmc/settings/check.ts";
 *
 * assertEquals(settingTitle("learningRate", { flags: ["lr"] }), "learningRate (--lr)");
 * ```
 */
export function settingTitle(name: string, { flags: [flag] }: Pick<Field, "flags">): string {
  return flag === undefined ? name : `${name} (${dashed(flag)})`;
}

/**
 * A value as messages show it: as JSON, shortened.
 *
 * @param value Any value.
 * @returns One short line.
 * @example A number, nothing, and a long text
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { shown } from "glmc/settings/check.ts";
 *
 * assertEquals([shown(1), shown(null), shown(NaN)], ["1", "null", "NaN"]);
 * assertEquals(shown("x".repeat(100)).length, 60);
 * ```
 */
export function shown(value: unknown): string {
  const text = typeof value === "number" ? `${value}` : JSON.stringify(value) ?? `${value}`;
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

/**
 * What a value means that was typed for a setting: a number or a switch, where it can be read as one, or
 * the choice that is spelled in another way.
 *
 * @param text The text.
 * @param field Its field.
 * @returns The value; the text itself where it can be read as nothing else, so that messages show it.
 * @example A number, and what is none
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { typedValue } from "glmc/settings/check.ts";
 *
 * assertEquals(["1e-2", "1-3", ""].map((text) => typedValue(text, { kind: "number" })), [
 *   ...[0.01, "1-3", ""],
 * ]);
 * ```
 */
export function typedValue(
  text: string,
  { kind, spellings = {} }: Pick<Field, "kind" | "spellings">,
): string | number | boolean {
  if (Object.hasOwn(spellings, text)) return spellings[text]!;
  if (kind === "switch") return text === "true" ? true : text === "false" ? false : text;
  if (kind !== "number") return text;
  return text !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}

/**
 * Takes a value for a setting, if it is one of its field's.
 *
 * @param name Name of the setting.
 * @param value The value.
 * @param field Its field.
 * @returns The same value.
 * @throws {RangeError} If the value is out of range; a `TypeError` if it is of another type.
 * @example A rate below zero
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { checkedSetting } from "glmc/settings/check.ts";
 * import { numberField } from "glmc/settings/field.ts";
 *
 * const rate = numberField({ default: 0.1, flags: ["lr"], help: "learning rate" });
 *
 * assertThrows(
 *   () => checkedSetting("learningRate", -1, rate),
 *   RangeError,
 *   "Cannot use learningRate (--lr) -1: it must be a number, at least 0",
 * );
 * ```
 */
export function checkedSetting(name: string, value: unknown, field: Field): SettingValue {
  if (field.accepts(value)) return value;
  const message = `Cannot use ${settingTitle(name, field)} ${
    shown(value)
  }: it must be ${field.wanted}`;
  const types: Partial<Record<Field["kind"], string>> = { switch: "boolean", number: "number" };
  const type: string = typeof value;
  const isOfType = type === (types[field.kind] ?? "string");
  throw isOfType ? new RangeError(message) : new TypeError(message);
}

/**
 * The end of a message about a name that is not there: the nearest one, or all there are.
 *
 * @param name What was given.
 * @param names The names there are.
 * @returns A sentence without its period.
 * @example A slip of the finger
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { suggestion } from "glmc/settings/check.ts";
 *
 * assertEquals(suggestion("epoch", ["epochs", "seed"]), "did you mean epochs?");
 * assertEquals(suggestion("rate", ["epochs", "seed"]), "there are epochs, seed");
 * ```
 */
export function suggestion(name: string, names: readonly string[]): string {
  const close = nearest(name, names);
  return close === undefined ? `there are ${names.join(", ")}` : `did you mean ${close}?`;
}

/** Names that are taken already. */
export interface TakenNames {
  /** Names of settings. */
  readonly names: readonly string[];
  /** Flags without dashes. */
  readonly flags: readonly string[];
}

/**
 * Refuses fields that share a name or a flag with others, or with each other.
 *
 * @param fields To check.
 * @param taken Names and flags that are there already.
 * @throws {RangeError} Names the first clash.
 * @example A second `--lr`
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { checkNoClash } from "glmc/settings/check.ts";
 * import { numberField } from "glmc/settings/field.ts";
 *
 * const myRate = numberField({ default: 0.1, flags: ["lr"], help: "learning rate" });
 *
 * assertThrows(
 *   () => checkNoClash({ myRate }, { names: [], flags: ["lr"] }),
 *   RangeError,
 *   "Cannot have the setting myRate: the flag --lr is there already: choose another name",
 * );
 * ```
 */
export function checkNoClash(fields: Fields, { names, flags }: TakenNames): void {
  // The name of a run holds flags without dashes, so these may not be alike either.
  const plain = (flag: string): string => flag.replaceAll(/[_-]/g, "");
  const taken = new Set(flags.map(plain));
  for (const [name, { flags }] of Object.entries(fields)) {
    const clash = names.includes(name) ? name : flags.find((flag) => taken.has(plain(flag)));
    if (clash !== undefined) {
      const what = clash === name ? "a setting of that name" : `the flag ${dashed(clash)}`;
      throw new RangeError(
        `Cannot have the setting ${name}: ${what} is there already: choose another name`,
      );
    }
    for (const flag of flags) taken.add(plain(flag));
  }
}

/**
 * The names that fields take.
 *
 * @param fields The fields.
 * @returns Their names and flags.
 * @example One field
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { takenBy } from "glmc/settings/check.ts";
 * import { switchField } from "glmc/settings/field.ts";
 *
 * const replace = switchField({ flags: ["replace"], help: "draw with replacement" });
 *
 * assertEquals(takenBy({ replace }), { names: ["replace"], flags: ["replace"] });
 * ```
 */
export function takenBy(fields: Fields): TakenNames {
  return {
    names: Object.keys(fields),
    flags: Object.values(fields).flatMap(({ flags }) => flags),
  };
}
