/**
 * Flags of a command as data: parsed, checked, and printed as help from one list.
 *
 * @module
 */

import { parseArgs } from "@std/cli";
import { nearest, UsageError } from "./shell.ts";

/** A flag. */
export interface Flag {
  /** Names without dashes, the official one first; `-` and `_` are interchangeable. */
  readonly names: readonly string[];
  /** Kind of its value; a `switch` has none. */
  readonly kind: "text" | "number" | "switch";
  /** Values it may have, for texts. */
  readonly choices?: readonly string[];
  /** What it does, for the help text. */
  readonly help: string;
}

/** Values of the flags that were given, under their first names. */
export type FlagValues = Readonly<Record<string, string | number | boolean>>;

const dashed = (name: string): string => (name.length === 1 ? `-${name}` : `--${name}`);

/**
 * Parses flags.
 *
 * @param args Arguments after the command's name.
 * @param flags The flags the command knows.
 * @returns The values of the flags that were given.
 * @throws {UsageError} For an unknown flag, a missing or unfit value, or a positional argument.
 */
export function parseFlags(args: readonly string[], flags: readonly Flag[]): FlagValues {
  const spelled = new Map<string, Flag>();
  for (const flag of flags) {
    for (const name of flag.names) {
      for (const spelling of [name, name.replaceAll("_", "-"), name.replaceAll("-", "_")]) {
        spelled.set(spelling, flag);
      }
    }
  }
  const names = [...spelled.keys()];
  const isSwitch = (name: string): boolean => spelled.get(name)!.kind === "switch";
  // A value such as -1 would be taken for a flag of its own.
  const joined = args.join("\0").replaceAll(/\0(-\.?\d)/g, "=$1").split("\0").filter(Boolean);
  const parsed = parseArgs(joined, {
    string: names.filter((name) => !isSwitch(name)),
    boolean: names.filter(isSwitch),
    unknown: (argument, key) => {
      if (key === undefined) {
        throw new UsageError(
          `Unexpected argument "${argument}": flags start with a dash, see --help`,
        );
      }
      const close = nearest(key, names);
      const hint = close === undefined ? "" : `did you mean ${dashed(close)}? `;
      throw new UsageError(`Unknown flag "${argument}": ${hint}--help lists the flags`);
    },
  });
  if (parsed._.length > 0) {
    throw new UsageError(`Unexpected argument "${parsed._[0]}": see --help`);
  }
  const values: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(parsed)) {
    const flag = spelled.get(name);
    // parseArgs reports switches that were not given as false.
    if (flag === undefined || value === false || value === undefined) continue;
    values[flag.names[0]] = flagValue(name, value, flag);
  }
  return values;
}

function flagValue(name: string, value: unknown, flag: Flag): string | number | boolean {
  if (flag.kind === "switch") return true;
  if (typeof value !== "string" || value === "") {
    throw new UsageError(`${dashed(name)} needs a value: ${flag.help}`);
  }
  if (flag.choices !== undefined && !flag.choices.includes(value)) {
    throw new UsageError(
      `Cannot use ${dashed(name)} ${value}: it must be one of ${flag.choices.join(", ")}`,
    );
  }
  if (flag.kind === "text") return value;
  const number = Number(value);
  if (!Number.isFinite(number)) {
    throw new UsageError(`Cannot use ${dashed(name)} ${value}: it must be a number`);
  }
  return number;
}

/** Lists flags for a help text, one a line with its other names. */
export function flagsHelp(flags: readonly Flag[]): string {
  const rows = flags.map((flag) => {
    const value = flag.kind === "switch" ? "" : flag.choices ? flag.choices.join("|") : flag.kind;
    return [`${flag.names.map(dashed).join(", ")} ${value}`.trimEnd(), flag.help];
  });
  const width = Math.min(42, Math.max(...rows.map(([left]) => left.length)));
  return rows.map(([left, right]) =>
    left.length > width
      ? `  ${left}\n  ${" ".repeat(width)}  ${right}`
      : `  ${left.padEnd(width)}  ${right}`
  ).join("\n");
}
