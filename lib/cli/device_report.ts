/**
 * What is said of one process beside several: steps, sums, and a model of more, on the terminal and in
 * lib/bench/README.md.
 *
 * @module
 */

import { fitRing, modelledTime, type RingModel, sumOf, type TimedSum } from "../bench/devices.ts";
import type { SpeedRow } from "../bench/speed_cards.ts";
import { type Table, table } from "../plot/table.ts";
import { capitalized } from "../settings/capitalized.ts";
import type { MeasuredSpeed } from "./bench_export.ts";

/** A table and the line above it. */
export interface CaptionedTable {
  /** The line. */
  readonly text: string;
  /** The table. */
  readonly table: Table;
}

/** Devices that the model is asked for. */
const modelledDevices = [8, 64];

/** Bytes a millisecond of a network card of 100 Gbit/s. */
const fastNetwork = 100e9 / 8 / 1000;

/**
 * Tables of measured steps and sums, and of the model that follows from the sums.
 *
 * @param measured Cards of steps, and of sums.
 * @returns The tables in their order.
 * @throws {SyntaxError} If a card of sums has another row.
 * @example Sums of two sizes
 * ```ts
 * import { deviceReport } from "glmc/cli/device_report.ts";
 * import { assertEquals, assertMatch } from "@std/assert";
 *
 * const unknown = { least: null, most: null, examplesPerSecond: null, peakBytes: null, timesAsFast: {} };
 * const rows = [[1_000, 2], [1_000_000, 10]].map(([numbers, median]) => ({
 *   ...{ ...unknown, name: `2 processes, ${numbers!.toLocaleString("en")} numbers`, median: median! },
 * }));
 * const tables = deviceReport([{ what: "an all-reduce", unit: "ms of processes", rows }]);
 *
 * assertEquals(tables.length, 2);
 * assertMatch(tables[1]!.text, /^A model, not measured/);
 * ```
 */
export function deviceReport(measured: readonly MeasuredSpeed[]): CaptionedTable[] {
  return measured.flatMap((card) => isOfSums(card) ? sumTables(card) : [stepTable(card)]);
}

const isOfSums = ({ rows: [first] }: MeasuredSpeed): boolean =>
  /^\d+ processes, .* numbers$/.test(first?.name ?? "");

const range = ({ least, most }: SpeedRow): string | null =>
  least === null || most === null ? null : `${least.toFixed(1)} to ${most.toFixed(1)}`;

function stepTable({ what, rows }: MeasuredSpeed): CaptionedTable {
  const [, together, own] = rows;
  const share = together && own && 100 * own.median / together.median;
  return {
    text: `${capitalized(what)}; the all-reduce takes ${
      share?.toFixed(1)
    } % of a step of two processes`,
    table: table(
      ["", "ms", "least to most", "examples a second"],
      rows.map((row) => [
        row.name,
        row.median.toFixed(1),
        range(row),
        row.examplesPerSecond?.toFixed(0) ?? "–",
      ]),
      { numeric: ["ms", "examples a second"] },
    ),
  };
}

function sumTables({ what, rows }: MeasuredSpeed): CaptionedTable[] {
  const sums = rows.map((row): TimedSum => ({ ...sumOf(row.name), milliseconds: row.median }));
  const model = fitRing(sums);
  const bandwidth = (model.bandwidth / 1e6).toFixed(2);
  const size = (numbers: number): string => numbers.toLocaleString("en");
  const sizes = [...new Set(sums.map(({ numbers }) => numbers))];
  const fast: RingModel = { ...model, bandwidth: fastNetwork };
  return [{
    text: `${capitalized(what)} between processes of one machine, which share its cores`,
    table: table(
      ["processes", "numbers", "ms", "least to most", "ms by the model"],
      sums.map((sum, i) => [
        `${sum.processes}`,
        size(sum.numbers),
        sum.milliseconds.toFixed(1),
        range(rows[i]!),
        modelledTime(model, sum).toFixed(1),
      ]),
      { numeric: ["processes", "numbers", "ms", "ms by the model"] },
    ),
  }, {
    text:
      `A model, not measured: 2 (P − 1) turns of ${
        model.latency.toFixed(2)
      } ms, each with a P-th of ` +
      `the bytes at ${bandwidth} GB/s, as fitted to these sums; and the same latency at 12.5 GB/s ` +
      "(100 Gbit/s)",
    table: table(
      ["GPUs", "numbers", "ms as fitted", "ms at 100 Gbit/s"],
      modelledDevices.flatMap((processes) =>
        sizes.map((numbers) => [
          `${processes}`,
          size(numbers),
          modelledTime(model, { processes, numbers }).toFixed(1),
          modelledTime(fast, { processes, numbers }).toFixed(1),
        ])
      ),
      { numeric: ["GPUs", "numbers", "ms as fitted", "ms at 100 Gbit/s"] },
    ),
  }];
}
