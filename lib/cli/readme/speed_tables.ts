/**
 * Tables of speed for README.md and lib/bench/README.md, from the speed cards in data/results.
 *
 * @module
 */

import type { SpeedCard, SpeedRow } from "../../bench/speed_cards.ts";
import { type Table, table, tableMarkdown } from "../../plot/table.ts";
import { capitalized } from "../../settings/capitalized.ts";
import { deviceReport } from "../device_report.ts";

/** Names of the rows that the kit is judged by: its usual way, in float32. */
const usual = ["compiled", "ours"];

/** Whether a peer convolves in float32 as well. */
const isFloat32 = (name: string): boolean => !/bfloat16|tf32/.test(name);

function speedText({ median }: SpeedRow, { unit }: SpeedCard): string {
  const number = Math.round(median).toLocaleString("en");
  return unit === "ms a step" ? `${number} ms` : `${number} a second`;
}

function bestPeer({ rows, unit }: SpeedCard, { timesAsFast }: SpeedRow): SpeedRow | undefined {
  const sign = unit === "ms a step" ? 1 : -1;
  const [best] = rows.filter(({ name }) => Object.hasOwn(timesAsFast, name) && isFloat32(name))
    .toSorted((one, other) => sign * (one.median - other.median));
  return best;
}

const shortCommit = (commit: string): string => commit.replace(/^([0-9a-f]{7})[0-9a-f]+/, "$1");

/**
 * The kit beside the fastest of its peers, a row for each card.
 *
 * @param cards What was measured.
 * @returns The table, its cells in Markdown.
 * @throws {RangeError} If a card has no row of the kit.
 * @example One card
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { speedTable } from "glmc/cli/readme/speed_tables.ts";
 *
 * const row = { least: null, most: null, examplesPerSecond: null, peakBytes: null };
 * const { rows } = speedTable([{
 *   ...{ what: "a step", machine: "two cores", date: "2026-11-27", commit: "no git" },
 *   ...{ command: "deno task bench --peer", unit: "ms a step" },
 *   rows: [
 *     { ...row, name: "compiled", median: 183, timesAsFast: { "PyTorch eager": 1.514 } },
 *     { ...row, name: "PyTorch eager", median: 271, timesAsFast: {} },
 *   ],
 * }]);
 *
 * assertEquals(rows[0]!.slice(1, 4), ["183 ms", "271 ms (PyTorch eager)", "1.51"]);
 * ```
 */
export function speedTable(cards: readonly SpeedCard[]): Table {
  const rows = cards.filter(({ unit }) => unit !== "ms of processes").map((card) => {
    const { what, machine, commit, command } = card;
    const ours = card.rows.find(({ name }) => usual.includes(name));
    if (ours === undefined) {
      throw new RangeError(
        `Cannot make the table: the card of ${what} has no row ${usual.join(" or ")}: ` +
          "measure it again with deno task bench --export",
      );
    }
    const best = bestPeer(card, ours);
    return [
      what,
      speedText(ours, card),
      best && `${speedText(best, card)} (${best.name})`,
      best && ours.timesAsFast[best.name]!.toFixed(2),
      ...[machine, `\`${shortCommit(commit)}\``, `\`${command}\``],
    ];
  });
  return table(
    ["timed", "the kit", "best peer", "times as fast", "machine", "commit", "command"],
    rows,
    {
      numeric: ["times as fast"],
      caption: "In float32; medians over the rounds, in which the contenders take turns. By " +
        "`deno task bench --export data/results/speed.json`.",
    },
  );
}

/**
 * All contenders of every timed step, a table for each card with a line above that says what it is.
 *
 * @param cards What was measured.
 * @returns Markdown.
 * @example No step
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { timings } from "glmc/cli/readme/speed_tables.ts";
 *
 * assertEquals(timings([]), "");
 * ```
 */
export function timings(cards: readonly SpeedCard[]): string {
  return cards.filter(({ unit }) => unit === "ms a step").map((card) => {
    const { what, machine, date, commit, command } = card;
    const peers = [...new Set(card.rows.flatMap(({ timesAsFast }) => Object.keys(timesAsFast)))];
    const against = peers.length === 0 ? "" : `; times as fast as ${peers.join(" / ")}`;
    return `${capitalized(what)}, on ${machine}, ${date}, ` +
      `\`${shortCommit(commit)}\`, \`${command}\`${against}:\n\n` +
      tableMarkdown(contenderTable(card, peers));
  }).join("\n\n");
}

function contenderTable({ rows }: SpeedCard, peers: readonly string[]): Table {
  const gigabytes = (bytes: number | null) => bytes === null ? null : (bytes / 1e9).toFixed(2);
  const range = ({ least, most }: SpeedRow) =>
    least === null || most === null ? null : `${Math.round(least)} to ${Math.round(most)}`;
  const ratios = (row: SpeedRow) =>
    peers.map((name) => row.timesAsFast[name]?.toFixed(2) ?? "–").join(" / ");
  const columns: [string, (row: SpeedRow) => string | number | null][] = [
    ["contender", ({ name }) => name],
    ["ms", ({ median }) => Math.round(median)],
    ["least to most", range],
    ["examples a second", ({ examplesPerSecond: rate }) => rate === null ? null : Math.round(rate)],
    ["times as fast", (row) => peers.length === 0 ? null : ratios(row)],
    ["peak GB", ({ peakBytes }) => gigabytes(peakBytes)],
  ];
  const noted = columns.filter(([, cell]) => rows.some((row) => cell(row) !== null));
  return table(
    noted.map(([title]) => title),
    rows.map((row) => noted.map(([, cell]) => cell(row))),
    { numeric: ["peak GB"] },
  );
}

/**
 * One process beside several, and a model of more.
 *
 * @param cards What was measured.
 * @returns Markdown.
 * @throws {SyntaxError} If a card of sums has another row.
 * @example No such card
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { deviceTimings } from "glmc/cli/readme/speed_tables.ts";
 *
 * assertEquals(deviceTimings([]), "");
 * ```
 */
export function deviceTimings(cards: readonly SpeedCard[]): string {
  return cards.filter(({ unit }) => unit === "ms of processes").flatMap((card) => {
    const { machine, date, commit, command } = card;
    return deviceReport([card]).map(({ text, table }) =>
      `${text}, on ${machine}, ${date}, \`${shortCommit(commit)}\`, \`${command}\`:\n\n` +
      tableMarkdown(table)
    );
  }).join("\n\n");
}
