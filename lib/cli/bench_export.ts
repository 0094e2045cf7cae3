/**
 * `bench --export`: keeps what was measured as cards, from which `deno task readme` makes tables.
 *
 * @module
 */

import { cpus } from "node:os";
import { addSpeedCards, type SpeedCard } from "../bench/speed_cards.ts";
import { describeCommit } from "../experiment/run_card.ts";
import { print } from "../process/streams.ts";
import { projectRoot } from "../setup/project.ts";
import { type FlagValues, parseFlags } from "./flags.ts";
import { benchFlags } from "./bench_flags.ts";
import { UsageError } from "./shell.ts";

/** Measurements that print alone: they have no contenders of one thing. */
const printed = ["memory", "methods"];

/**
 * Where `--export` writes to.
 *
 * @param values Flags of `bench`.
 * @returns The file; `undefined` where none is named.
 * @throws {UsageError} If what is measured has no cards.
 * @example Memory is no speed
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { exportPath } from "glmc/cli/bench_export.ts";
 *
 * assertThrows(() => exportPath({ export: "/tmp/speed.json", memory: true }), Error, "--memory");
 * ```
 */
export function exportPath(values: FlagValues): string | undefined {
  const other = printed.find((name) => values[name] !== undefined && values[name] !== false);
  if (values.export === undefined || other === undefined) return values.export?.toString();
  throw new UsageError(
    `Cannot use --export with --${other}: its numbers have no cards: leave one of them out`,
  );
}

/**
 * The command that measures the same again: what is written where is left out.
 *
 * @param args Flags of `bench` as they were given.
 * @returns The command.
 * @example Without its files
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { benchCommand } from "glmc/cli/bench_export.ts";
 *
 * assertEquals(
 *   benchCommand(["--width", "64", "--export", "speed.json", "--rounds=5"]),
 *   "deno task bench --width 64 --rounds 5",
 * );
 * ```
 */
export function benchCommand(args: readonly string[]): string {
  const { export: _, out: __, ...values } = parseFlags(args, benchFlags);
  const words = Object.entries(values).flatMap(([name, value]) => {
    const flag = name.length === 1 ? `-${name}` : `--${name}`;
    return value === true ? [flag] : [flag, `${value}`];
  });
  return ["deno task bench", ...words].join(" ");
}

/**
 * The processor of this machine and its cores, as the tables name it.
 *
 * @returns Such as `AMD EPYC 9V74, 2 cores`.
 * @example Some cores
 * ```ts
 * import { assertMatch } from "@std/assert";
 * import { processorText } from "glmc/cli/bench_export.ts";
 *
 * assertMatch(processorText(), /, \d+ cores$/);
 * ```
 */
export function processorText(): string {
  return `${cpus()[0]?.model ?? "unknown"}, ${navigator.hardwareConcurrency} cores`;
}

/** What was measured of one thing. */
export type MeasuredSpeed = Pick<SpeedCard, "what" | "unit" | "rows">;

/** Measurements that are to be kept. */
export interface ExportOptions {
  /** Flags of `bench` as they were given. */
  readonly args: readonly string[];
  /** What was measured. */
  readonly measured: readonly MeasuredSpeed[];
}

/**
 * Adds measurements to a file of speed cards, and says so.
 *
 * @param path The file.
 * @param options What was measured, and how.
 * @throws {Error} If the file cannot be read or written, or holds something else.
 */
export async function exportSpeed(path: string, options: ExportOptions): Promise<void> {
  const origin = {
    machine: processorText(),
    date: new Date().toISOString().slice(0, 10),
    commit: await describeCommit(projectRoot),
    command: benchCommand(options.args),
  };
  const added = options.measured.map(({ what, ...rest }) => ({ what, ...origin, ...rest }));
  const count = await addSpeedCards(path, added);
  print(`Written: ${added.length} of the ${count} cards in ${path}`);
}
