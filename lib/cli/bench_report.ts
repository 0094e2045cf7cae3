/**
 * What `bench` says of its measurements: a table, and a page with plots.
 *
 * @module
 */

import type { ConvolutionRates } from "../bench/convolution_rate.ts";
import { evaluationName, peerPrefix } from "../bench/contenders.ts";
import type { Row } from "../bench/measure.ts";
import { medianRatio } from "../bench/statistics.ts";
import { batchSizeFigure, stepTimeFigure } from "../plot/bench_charts.ts";
import type { Figure } from "../plot/figure.ts";
import { htmlPage } from "../plot/page.ts";
import { type Table, table } from "../plot/table.ts";

/** The contenders at one batch size. */
export interface MeasuredBatch {
  /** Pairs of images, or images, a step. */
  readonly batchSize: number;
  /** What was measured. */
  readonly rows: readonly Row[];
}

/** A benchmark as it is written to a file. */
export interface BenchReport {
  /** When it ended. */
  readonly time: string;
  /** The processor and its cores. */
  readonly processor: string;
  /** Where our contenders ran. */
  readonly device: "cpu" | "gpu";
  /** Devices TensorFlow lists. */
  readonly devices: readonly { readonly name: string; readonly type: string }[];
  /** How fast the machine convolves. */
  readonly rates: ConvolutionRates;
  /** Name of the method whose step was taken. */
  readonly method: string;
  /** Channels of the first stage. */
  readonly width: number;
  /** Turns each contender took. */
  readonly rounds: number;
  /** Steps in a turn. */
  readonly steps: number;
  /** Measurements by batch size. */
  readonly results: readonly MeasuredBatch[];
}

/** Whether a contender trains, which the evaluation does not. */
const trains = ({ name }: Row): boolean => name !== evaluationName;

/**
 * The rates to compare the contenders' with.
 *
 * @param report The benchmark.
 * @returns A sentence without its end.
 * @example In thousand millions of operations a second
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { ratesText } from "glmc/cli/bench_report.ts";
 *
 * assertStringIncludes(ratesText({ rates: { float32: 2e11, bfloat16: 4e11 } }), "200 GFLOP/s");
 * ```
 */
export function ratesText({ rates }: Pick<BenchReport, "rates">): string {
  return `Best single convolution of this width: ${gigaflops(rates.float32)} GFLOP/s in float32, ` +
    `${gigaflops(rates.bfloat16)} in bfloat16`;
}

/**
 * The measurements at one batch size; the last columns say how many times as fast as each peer.
 *
 * @param batch What was measured.
 * @returns A table with a row for each contender.
 * @example Pairs of a training, images of an evaluation
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { benchTable } from "glmc/cli/bench_report.ts";
 *
 * const row = {
 *   ...{ name: "compiled", version: "2", milliseconds: { median: 9, min: 8, max: 9 }, rounds: [9] },
 *   ...{ examplesPerSecond: 100, unit: "pairs", operationsPerSecond: 1, hostMilliseconds: 1 },
 *   ...{ recordingMilliseconds: 1, firstMilliseconds: 1, startMilliseconds: 1, peakBytes: 1 },
 * };
 * const { header } = benchTable({ batchSize: 64, rows: [row, { ...row, unit: "images" }] });
 *
 * assertEquals(header.slice(4, 6), ["pairs/s", "images/s"]);
 * ```
 */
export function benchTable({ rows }: MeasuredBatch): Table {
  const peers = rows.filter(({ name }) => name.startsWith(peerPrefix));
  const units = [...new Set(rows.map(({ unit }) => unit))];
  const whole = (value: number | null): number | null => value === null ? null : Math.round(value);
  return table(
    [
      "contender",
      ...["median ms", "min", "max", ...units.map((unit) => `${unit}/s`)],
      ...["GFLOP/s", "host ms", "recording ms", "first ms", "start ms", "peak GB"],
      ...peers.map(({ name }) => `x ${name}`),
    ],
    rows.map((row) => [
      row.name,
      ...[row.milliseconds.median, row.milliseconds.min, row.milliseconds.max],
      ...units.map((unit) => row.unit === unit ? whole(row.examplesPerSecond) : null),
      ...[whole(row.operationsPerSecond / 1e9), row.hostMilliseconds],
      ...[row.recordingMilliseconds, row.firstMilliseconds, row.startMilliseconds].map(whole),
      row.peakBytes / 1e9,
      ...peers.map((peer) => trains(row) ? medianRatio(peer.rounds, row.rounds) : null),
    ]),
  );
}

/**
 * The page of a benchmark, which needs no other file.
 *
 * @param report The benchmark.
 * @returns The text of the HTML file.
 */
export function benchPage(report: BenchReport): Promise<string> {
  const { method, width, results, rounds, steps } = report;
  const training = results.map(({ batchSize, rows }) => ({
    batchSize,
    rows: rows.filter(trains),
  }));
  const unit = training[0]?.rows[0]?.unit;
  const options = { width, peer: peerPrefix, ...(unit !== undefined && { unit }) };
  const figures: Figure[] = results.length > 1
    ? [batchSizeFigure(training, options)]
    : training.filter(({ rows }) => rows.length > 0).map((result) =>
      stepTimeFigure(result, options)
    );
  return htmlPage({
    title: `Training step of ResNet-32, width ${width}, method ${method}`,
    summary:
      `${report.processor}; ours on the ${report.device.toUpperCase()}; ${rounds} turns of ` +
      `${steps} steps each; ${report.time}. ${ratesText(report)}.`,
    sections: [
      { title: "Time", items: figures },
      ...results.map((result) => ({
        title: `Batch ${result.batchSize}`,
        items: [benchTable(result)],
      })),
    ],
  });
}

function gigaflops(operationsPerSecond: number): string {
  return (operationsPerSecond / 1e9).toFixed(0);
}
