/**
 * Speed cards: what `deno task bench` has measured, kept beside the code for the tables of README.md.
 *
 * @module
 */

import { dirname } from "node:path";
import { readJson } from "../disk/json_file.ts";
import {
  listOf,
  nullable,
  numeric,
  object,
  recordOf,
  type Schema,
  textual,
} from "../disk/schema.ts";
import { makeFolder, writeWholeFile } from "../disk/whole_file.ts";
import { evaluationName, peerPrefix } from "./contenders.ts";
import type { Row } from "./measure.ts";
import type { ImageRow } from "./measure_images.ts";
import { medianRatio } from "./statistics.ts";

/** What a card keeps of one contender; null stands for what was not noted. */
export interface SpeedRow {
  /** Its name. */
  readonly name: string;
  /** Median over the rounds, in the unit of the card. */
  readonly median: number;
  /** Least value. */
  readonly least: number | null;
  /** Greatest value. */
  readonly most: number | null;
  /** Pairs, or images, a second. */
  readonly examplesPerSecond: number | null;
  /** Largest memory of its process. */
  readonly peakBytes: number | null;
  /** How many times as fast it is as each peer, by the peers' names: medians of the rounds' ratios. */
  readonly timesAsFast: Readonly<Record<string, number>>;
}

/** What numbers of a card are; those of several processes are not set beside peers. */
export type SpeedUnit = "ms a step" | "views a second" | "ms of processes";

const units: readonly SpeedUnit[] = ["ms a step", "views a second", "ms of processes"];

/** A measurement of several contenders that took turns. */
export interface SpeedCard {
  /** What was timed, in words. */
  readonly what: string;
  /** Processor and number of cores. */
  readonly machine: string;
  /** Day, such as `2026-11-27`. */
  readonly date: string;
  /** Commit that was measured; of numbers noted by hand the one that brought them. */
  readonly commit: string;
  /** Command that measures it again. */
  readonly command: string;
  /** Unit of the medians. */
  readonly unit: SpeedUnit;
  /** The contenders. */
  readonly rows: readonly SpeedRow[];
}

const positive = numeric({ least: 0 });

const cards: Schema<readonly SpeedCard[]> = listOf(object({
  what: textual(/./),
  machine: textual(/./),
  date: textual(/^\d{4}-\d{2}-\d{2}$/),
  commit: textual(/./),
  command: textual(/^deno task bench/),
  unit: textual(new RegExp(`^(${units.join("|")})$`)) as Schema<SpeedUnit>,
  rows: listOf(object({
    name: textual(/./),
    median: positive,
    least: nullable(positive),
    most: nullable(positive),
    examplesPerSecond: nullable(positive),
    peakBytes: nullable(positive),
    timesAsFast: recordOf(positive),
  })),
}));

/**
 * What a card keeps of a timed step: every contender that trains.
 *
 * @param rows What was measured.
 * @returns A row for each.
 * @example Half the milliseconds
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { stepRows } from "glmc/bench/speed_cards.ts";
 *
 * const row = (name: string, ms: number) => ({
 *   ...{ name, version: "2", milliseconds: { median: ms, min: ms, max: ms }, rounds: [ms] },
 *   ...{ examplesPerSecond: 100, unit: "pairs", operationsPerSecond: 1, hostMilliseconds: 1 },
 *   ...{ recordingMilliseconds: 1, firstMilliseconds: 1, startMilliseconds: 1, peakBytes: 1 },
 * });
 * const [ours] = stepRows([row("compiled", 5), row("PyTorch eager", 10)]);
 *
 * assertEquals(ours?.timesAsFast, { "PyTorch eager": 2 });
 * ```
 */
export function stepRows(rows: readonly Row[]): SpeedRow[] {
  const peers = rows.filter(({ name }) => name.startsWith(peerPrefix));
  return rows.filter(({ name }) => name !== evaluationName).map((row) => ({
    name: row.name,
    median: row.milliseconds.median,
    least: row.milliseconds.min,
    most: row.milliseconds.max,
    examplesPerSecond: row.examplesPerSecond,
    peakBytes: row.peakBytes,
    timesAsFast: Object.fromEntries(
      peers.map(({ name, rounds }) => [name, medianRatio(rounds, row.rounds)]),
    ),
  }));
}

/**
 * What a card keeps of views of image files.
 *
 * @param rows What was measured of one variant, ours first.
 * @returns A row for each.
 * @example Twice as many views
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { viewRows } from "glmc/bench/speed_cards.ts";
 *
 * const common = { variant: "all", cpuMilliseconds: 1, cpuRatio: 1 } as const;
 * const [ours] = viewRows([
 *   { ...common, name: "ours", viewsPerSecond: 200, ratio: 1 },
 *   { ...common, name: "torchvision, 0 workers", viewsPerSecond: 100, ratio: 2 },
 * ]);
 *
 * assertEquals(ours?.timesAsFast, { "torchvision, 0 workers": 2 });
 * ```
 */
export function viewRows(rows: readonly ImageRow[]): SpeedRow[] {
  const unknown = { least: null, most: null, examplesPerSecond: null, peakBytes: null };
  const [, ...peers] = rows;
  const ratios = Object.fromEntries(peers.map(({ name, ratio }) => [name, ratio]));
  return rows.map(({ name, viewsPerSecond }, place) => ({
    ...{ name, median: viewsPerSecond, ...unknown },
    timesAsFast: place === 0 ? ratios : {},
  }));
}

/**
 * Reads a file of speed cards.
 *
 * @param path The file.
 * @returns Its cards.
 * @throws {Deno.errors.NotFound} If there is no such file.
 * @throws {SyntaxError} If it is not JSON; a `TypeError` if it holds something else than cards.
 */
export async function readSpeedCards(path: string): Promise<readonly SpeedCard[]> {
  const value = await readJson(path);
  try {
    return cards(value, "the list of cards");
  } catch (error) {
    throw new TypeError(
      `Cannot read the speed cards in "${path}": ${(error as Error).message}: name a file that ` +
        "deno task bench --export has written",
      { cause: error },
    );
  }
}

/**
 * Adds cards to a file; they take the place of those of the same thing on the same machine.
 *
 * @param path The file; it and its folder are made if they are missing.
 * @param added The cards.
 * @returns How many the file holds now.
 * @throws {Error} If the file cannot be read or written, or holds something else.
 */
export async function addSpeedCards(path: string, added: readonly SpeedCard[]): Promise<number> {
  await makeFolder(dirname(path));
  const before = await readSpeedCards(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  });
  const subject = ({ what, machine }: SpeedCard): string => JSON.stringify([what, machine]);
  const all = new Map([...before, ...added].map((card) => [subject(card), card]));
  await writeWholeFile(path, `${JSON.stringify([...all.values()], null, 2)}\n`);
  return all.size;
}
