/**
 * Flags of a command as data: parsed and checked by one list, which its help screen shows too.
 *
 * @module
 */

import { parseArgs } from "@std/cli";
import { dashed } from "../settings/check.ts";
import { type Field, numberField, type SettingValue } from "../settings/field.ts";
import { nearest, UsageError } from "./shell.ts";
import { userPath } from "./user_path.ts";

/** A flag. */
export interface Flag {
  /** Names without dashes, the official one first; `-` and `_` are interchangeable. */
  readonly names: readonly [string, ...string[]];
  /** Kind of its value; a `switch` has none, or `true` or `false`; a `path` is made absolute. */
  readonly kind: Field["kind"];
  /** Values it may have, of a choice. */
  readonly choices?: readonly string[];
  /** Other ways to write a choice, and what they stand for. */
  readonly spellings?: Readonly<Record<string, string>>;
  /** What it does, for the help text. */
  readonly help: string;
  /** What a value must be, as it stands in messages after "it must be". */
  readonly wanted?: string;
  /** Its value where the flag is not given; none by default, and `null` for none. */
  readonly default?: SettingValue;
  /** What holds where the flag is not given, in words, where that is no value. */
  readonly defaultText?: string;
  /** Whether the command cannot do without it. */
  readonly required?: boolean;
  /** What its numbers count, in the plural: `epochs`. */
  readonly unit?: string;
  /** The numbers it may have, in few words: `0 to 1`. */
  readonly range?: string;
  /** Whether only whole numbers will do. */
  readonly whole?: boolean;
  /** What stands for a value in the help, such as `name`; by default what its kind says. */
  readonly value?: string;
  /** Whether the word after it is its value though it begins with a dash; false by default. */
  readonly takesDashes?: boolean;
  /** Whether a value is one of this flag's; any value of its kind by default. */
  readonly accepts?: (value: unknown) => boolean;
}

/** Values of the flags that were given, under their first names. */
export type FlagValues = Readonly<Record<string, string | number | boolean>>;

/**
 * The flag of a setting.
 *
 * @param field The setting.
 * @returns Its flag, with the same rule and help.
 * @throws {TypeError} If the field has no flags.
 * @example A learning rate
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { flagOf, parseFlags } from "glmc/cli/flags.ts";
 * import { numberField } from "glmc/settings/field.ts";
 *
 * const rate = flagOf(numberField({ default: 0.1, flags: ["lr"], help: "learning rate" }));
 *
 * assertEquals(parseFlags(["--lr", "1e-2"], [rate]), { lr: 0.01 });
 * ```
 */
export function flagOf({ flags, earlier: _, since: __, ...field }: Field): Flag {
  const [first, ...others] = flags;
  if (first === undefined) throw new TypeError(`Cannot make a flag: "${field.help}" names none`);
  return { ...field, names: [first, ...others] };
}

/** What decides which whole numbers a flag takes. */
export interface WholeOptions {
  /** The smallest; 1 by default. */
  readonly least?: number;
  /** The largest; none by default. */
  readonly most?: number;
}

/**
 * The rule of a flag that takes whole numbers.
 *
 * @param options The smallest and the largest.
 * @returns The part of a flag that checks them, and says which they are.
 * @example A port
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { wholeNumbers } from "glmc/cli/flags.ts";
 *
 * const { kind, range, wanted } = wholeNumbers({ most: 65535 });
 *
 * assertEquals([kind, range, wanted], ["number", "1 to 65,535", "a whole number in [1, 65535]"]);
 * ```
 */
export function wholeNumbers(
  options: WholeOptions = {},
): Pick<Flag, "kind" | "whole" | "range" | "wanted" | "accepts"> {
  const field = numberField({ default: 1, least: 1, whole: true, flags: [], help: "", ...options });
  const { kind, whole, range, wanted, accepts } = field;
  return { kind, whole, range, wanted, accepts };
}

/**
 * Parses flags.
 *
 * @param args Arguments after the command's name.
 * @param flags The flags the command knows.
 * @returns The values of the flags that were given.
 * @throws {UsageError} For an unknown flag, a missing or unfit value, two values of one flag, or a
 * positional argument.
 * @example Two spellings with two values
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { type Flag, parseFlags } from "glmc/cli/flags.ts";
 *
 * const flags: Flag[] = [{ names: ["lr", "learning_rate"], kind: "number", help: "learning rate" }];
 *
 * assertThrows(() => parseFlags(["--lr", "0.1", "--learning_rate", "0.2"], flags), Error, "twice");
 * ```
 */
export function parseFlags(args: readonly string[], flags: readonly Flag[]): FlagValues {
  const spelled = spellings(flags);
  const names = [...spelled.keys()];
  const parsed = parseArgs(joinValues(args, spelled), {
    string: names,
    collect: names,
    unknown: (argument, key) => {
      throw key === undefined ? unexpected(argument) : unknownFlag(argument, names);
    },
  });
  if (parsed._.length > 0) throw unexpected(`${parsed._[0]}`);
  const given = new Map<
    Flag,
    { readonly text: string; readonly value: string | number | boolean }
  >();
  for (const [name, flag] of spelled) {
    for (const text of parsed[name] ?? []) {
      const value = flagValue(name, { text, flag });
      const before = given.get(flag);
      if (before !== undefined && before.value !== value) {
        throw new UsageError(
          `Cannot use ${before.text} and ${
            dashed(name)
          } ${text}: it is one flag with two values, given ` +
            "twice: leave one out",
        );
      }
      given.set(flag, { text: `${dashed(name)} ${text}`, value });
    }
  }
  return Object.fromEntries([...given].map(([{ names }, { value }]) => [names[0], value]));
}

/** Flags by every way to write them. */
function spellings(flags: readonly Flag[]): Map<string, Flag> {
  const spelled = new Map<string, Flag>();
  for (const flag of flags) {
    for (const name of flag.names) {
      for (const spelling of [name, name.replaceAll("_", "-"), name.replaceAll("-", "_")]) {
        // The flags of the chosen method stand before those of others with the same name.
        if (!spelled.has(spelling)) spelled.set(spelling, flag);
      }
    }
  }
  return spelled;
}

/** Joins flags with what is their value, and would be taken for a flag or an argument of its own. */
function joinValues(args: readonly string[], spelled: ReadonlyMap<string, Flag>): string[] {
  const joined: string[] = [];
  for (const word of args) {
    const before = spelled.get(joined.at(-1)?.match(/^--?([^=]+)$/)?.[1] ?? "");
    const isValue = before?.kind === "switch"
      ? /^(true|false)$|^-[\d.]/.test(word)
      : before !== undefined && (before.takesDashes || /^-(\.?\d|inf|nan)/i.test(word));
    if (isValue) joined.push(`${joined.pop()}=${word}`);
    else joined.push(word);
  }
  return joined.map((word) => {
    const isBareSwitch = spelled.get(word.match(/^--?([^=]+)$/)?.[1] ?? "")?.kind === "switch";
    return isBareSwitch ? `${word}=true` : word;
  });
}

function unexpected(argument: string): UsageError {
  return new UsageError(
    /^[\u2010-\u2015\u2212]/.test(argument)
      ? `Unexpected argument "${argument}": its dash is not the one of the keyboard: write it with -`
      : `Unexpected argument "${argument}": flags start with a dash, see --help`,
  );
}

function unknownFlag(argument: string, names: readonly string[]): UsageError {
  const close = nearest(argument.replace(/^-+/, "").replace(/=.*/, ""), names);
  const hint = close === undefined ? "" : `did you mean ${dashed(close)}? `;
  return new UsageError(`Unknown flag "${argument}": ${hint}--help lists the flags`);
}

function needsValue(name: string, { kind, value = kind, required, help }: Flag): UsageError {
  const advice = `write ${dashed(name)} <${value}>${required === true ? "" : ", or leave it out"}`;
  return new UsageError(`${dashed(name)} needs a value: ${advice}: ${help}`);
}

function flagValue(
  name: string,
  { text: written, flag }: { readonly text: string; readonly flag: Flag },
): string | number | boolean {
  const { kind, choices, accepts, wanted, spellings = {} } = flag;
  const text = Object.hasOwn(spellings, written) ? spellings[written]! : written;
  const refuse = (wanted: string): UsageError =>
    new UsageError(`Cannot use ${dashed(name)} ${text}: it must be ${wanted}`);
  if (kind === "switch") {
    if (text !== "true" && text !== "false") {
      throw new UsageError(
        `Cannot use ${
          dashed(name)
        }=${text}: it is a switch: give it without a value, or true or false`,
      );
    }
    return text === "true";
  }
  if (text.trim() === "") throw needsValue(name, flag);
  if (choices !== undefined && !choices.includes(text)) {
    throw refuse(`one of ${choices.join(", ")}`);
  }
  const isNumber = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) &&
    Number.isFinite(Number(text));
  if (kind === "number" && !isNumber) throw refuse(wanted ?? "a number");
  const value = kind === "number" ? Number(text) : kind === "path" ? userPath(text) : text;
  if (accepts?.(value) === false) throw refuse(wanted ?? `another ${kind}`);
  return value;
}
