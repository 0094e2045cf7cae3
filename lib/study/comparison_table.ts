/**
 * Comparisons over seeds as tables: mean and deviation, shot groups, differences to a baseline.
 *
 * @module
 */

import type { Table } from "../plot/table.ts";
import type { ComparedRow, Comparison } from "./compare.ts";
import type { Published } from "./published.ts";
import type { Difference, Spread } from "./statistics.ts";

/** Sign for what there is not. */
const nothing = "–";

/** Settings of {@linkcode comparisonTable}. */
export interface ComparisonTableOptions {
  /** Whether published numbers, which may be of other networks, stand beside ours; true by default. */
  readonly published?: boolean;
}

/**
 * A comparison as a table: mean ± sample deviation over seeds, in percent.
 *
 * @param comparison The comparison.
 * @param options What stands beside our numbers.
 * @returns The table; its caption says what the numbers are and which seeds are missing.
 * @example Before anything has run
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { comparisonTable } from "glmc/study/comparison_table.ts";
 *
 * const row = { name: "GLMC", seeds: [], missing: [1, 2], results: [], shots: {} };
 * const { rows } = comparisonTable({ title: "One variant", rows: [row] });
 *
 * assertEquals(rows[0]?.slice(0, 3), ["GLMC", "0 of 2", "–"]);
 * ```
 */
export function comparisonTable(
  { title, baseline, rows: all }: Comparison,
  { published = true }: ComparisonTableOptions = {},
): Table {
  const rows = published
    ? all
    : all.map((row) => ({ ...row, published: [], publishedAdjusted: [] }));
  const columns: [header: string, cell: (row: ComparedRow) => string][] = [
    ["", ({ name }) => name],
    ["seeds", ({ seeds, missing }) => {
      const planned = seeds.length + missing.length;
      return seeds.length === planned ? `${planned}` : `${seeds.length} of ${planned}`;
    }],
    ["last top-1 (%)", spreadCell(({ last }) => last)],
    ["best top-1 (%)", spreadCell(({ best }) => best)],
    ["many (%)", spreadCell(({ shots }) => shots.many)],
    ["medium (%)", spreadCell(({ shots }) => shots.medium)],
    ["few (%)", spreadCell(({ shots }) => shots.few)],
    ["adjusted (%)", spreadCell(({ adjusted }) => adjusted)],
    ...(baseline === undefined ? [] : [
      [`against ${baseline}`, differenceCell] as [string, (row: ComparedRow) => string],
    ]),
    ...(rows.some((row) => allPublished(row).length > 0)
      ? [["published (%)", publishedCell(rows)] as [string, (row: ComparedRow) => string]]
      : []),
    ["time", ({ seconds }) => seconds === undefined ? nothing : timeText(seconds.mean)],
  ];
  return {
    header: columns.map(([header]) => header),
    rows: rows.map((row) => columns.map(([, cell]) => cell(row))),
    numeric: columns.map((_, index) => index > 0),
    caption: captionOf({ title, baseline, rows }),
  };
}

/** What the numbers mean, and what is not among them. */
function captionOf({ title, baseline, rows }: Comparison): string {
  const missing = rows.filter((row) => row.missing.length > 0)
    .map(({ name, missing }) => `${name}: ${missing.join(", ")}`);
  const sources = sourceTexts(rows);
  return [
    `${title}: top-1 accuracy on the test set, mean ± sample deviation over seeds; many, medium, few ` +
    "and adjusted (logits less the log priors of the training) are of the last epoch.",
    ...(baseline === undefined ? [] : [
      `Against ${baseline}: mean difference of the last top-1 by seed, with its 95 % interval (Student's t).`,
    ]),
    ...(sources.length === 0 ? [] : [`Published numbers: ${sources.join("; ")}.`]),
    ...(missing.length === 0 ? [] : [`Seeds without a finished run: ${missing.join("; ")}.`]),
  ].join(" ");
}

/** Published numbers, each with the letter of its source. */
function publishedCell(rows: readonly ComparedRow[]): (row: ComparedRow) => string {
  const sources = sourcesOf(rows);
  const text = ({ top1, title }: Published): string =>
    `${top1.toFixed(2)} [${letter(sources.indexOf(title))}]`;
  return ({ published = [], publishedAdjusted = [] }) =>
    [...published.map(text), ...publishedAdjusted.map((number) => `adjusted ${text(number)}`)]
      .join(", ") || nothing;
}

function allPublished({ published = [], publishedAdjusted = [] }: ComparedRow): Published[] {
  return [...published, ...publishedAdjusted];
}

/** Titles of the sources of published numbers, each once. */
function sourcesOf(rows: readonly ComparedRow[]): string[] {
  return [...new Set(rows.flatMap((row) => allPublished(row).map(({ title }) => title)))];
}

function letter(index: number): string {
  return String.fromCharCode("a".charCodeAt(0) + index);
}

/** Where published numbers stand. */
function sourceTexts(rows: readonly ComparedRow[]): string[] {
  const found = rows.flatMap(allPublished);
  return sourcesOf(rows).map((title, index) => {
    const { place, network, note } = found.find((each) => each.title === title)!;
    return `[${letter(index)}] ${title}: ${[place, network, note].filter(Boolean).join(", ")}`;
  });
}

/**
 * The numbers of a comparison for other programs, to their last digit.
 *
 * @param comparison The comparison.
 * @returns A table with a column for each number; what there is not is an empty text.
 * @example Its columns
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { comparisonNumbers } from "glmc/study/comparison_table.ts";
 *
 * const { header } = comparisonNumbers({ rows: [] });
 *
 * assertEquals(header.slice(0, 5), ["name", "seeds", "missing", "last_mean", "last_deviation"]);
 * ```
 */
export function comparisonNumbers({ rows }: Pick<Comparison, "rows">): Table {
  const spread = (
    name: string,
    valueOf: (row: ComparedRow) => Spread | undefined,
  ): [string, (row: ComparedRow) => unknown][] => [
    [`${name}_mean`, (row) => valueOf(row)?.mean],
    [`${name}_deviation`, (row) => valueOf(row)?.deviation],
    [`${name}_n`, (row) => valueOf(row)?.n],
  ];
  const columns: [header: string, cell: (row: ComparedRow) => unknown][] = [
    ["name", ({ name }) => name],
    ["seeds", ({ seeds }) => seeds.join(" ")],
    ["missing", ({ missing }) => missing.join(" ")],
    ...spread("last", ({ last }) => last),
    ...spread("best", ({ best }) => best),
    ...spread("many", ({ shots }) => shots.many),
    ...spread("medium", ({ shots }) => shots.medium),
    ...spread("few", ({ shots }) => shots.few),
    ...spread("adjusted", ({ adjusted }) => adjusted),
    ...spread("difference", ({ difference }) => difference),
    ["difference_low", ({ difference }) => difference?.interval?.[0]],
    ["difference_high", ({ difference }) => difference?.interval?.[1]],
    ...spread("seconds", ({ seconds }) => seconds),
    ["published", ({ published }) => sourcedNumbers(published)],
    ["published_adjusted", ({ publishedAdjusted }) => sourcedNumbers(publishedAdjusted)],
  ];
  return {
    header: columns.map(([header]) => header),
    rows: rows.map((row) => columns.map(([, cell]) => String(cell(row) ?? ""))),
    numeric: columns.map((_, index) => index > 2 && index < columns.length - 2),
  };
}

function sourcedNumbers(numbers: readonly Published[] = []): string {
  return numbers.map(({ top1, source }) => `${source} ${top1}`).join("; ");
}

function spreadCell(
  valueOf: (row: ComparedRow) => Spread | undefined,
): (row: ComparedRow) => string {
  return (row) => {
    const spread = valueOf(row);
    if (spread === undefined) return nothing;
    return spreadText(spread) + ofFewer(spread, row.seeds.length);
  };
}

function differenceCell({ difference, seeds }: ComparedRow): string {
  if (difference === undefined) return nothing;
  return differenceText(difference) + ofFewer(difference, seeds.length);
}

/** Says where a number is not of all seeds of its row. */
function ofFewer({ n }: Spread, all: number): string {
  return n === all ? "" : ` (n = ${n})`;
}

/**
 * A mean with its deviation.
 *
 * @param spread Both.
 * @returns Such as `43.61 ± 0.42`; the mean alone where there is one value.
 * @example Two seeds
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { spreadText } from "glmc/study/comparison_table.ts";
 *
 * assertEquals(spreadText({ n: 2, mean: 43.611, deviation: 0.42 }), "43.61 ± 0.42");
 * ```
 */
export function spreadText({ mean, deviation }: Spread): string {
  return deviation === null ? mean.toFixed(2) : `${mean.toFixed(2)} ± ${deviation.toFixed(2)}`;
}

/**
 * A mean difference with its interval.
 *
 * @param difference Both.
 * @returns Such as `+1.20 [−0.35, +2.75]`; the mean alone where there is one pair.
 * @example One pair
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { differenceText } from "glmc/study/comparison_table.ts";
 *
 * assertEquals(differenceText({ n: 1, mean: -0.5, deviation: null, interval: null }), "−0.50");
 * ```
 */
export function differenceText({ mean, interval }: Difference): string {
  return interval === null
    ? signed(mean)
    : `${signed(mean)} [${signed(interval[0])}, ${signed(interval[1])}]`;
}

function signed(value: number): string {
  const digits = Math.abs(value).toFixed(2);
  return Number(digits) === 0 ? digits : `${value < 0 ? "−" : "+"}${digits}`;
}

/**
 * A span of time in the largest fitting units.
 *
 * @param seconds The span.
 * @returns Such as `45 s`, `3 min 20 s` or `2 h 5 min`.
 * @example Minutes
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { timeText } from "glmc/study/comparison_table.ts";
 *
 * assertEquals([7.2, 200, 7_500].map(timeText), ["7 s", "3 min 20 s", "2 h 5 min"]);
 * ```
 */
export function timeText(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
