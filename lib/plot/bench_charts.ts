/**
 * Figures of a benchmark: time of a step by contender, and speed by batch size.
 *
 * @module
 */
import { capitalized } from "../settings/capitalized.ts";
import { barFigure } from "./bar.ts";
import type { Figure } from "./figure.ts";
import { lineFigure } from "./line.ts";
import { referenceColor, seriesColors } from "./theme.ts";

/** What is drawn of a contender. */
export interface BenchPoint {
  /** Its name. */
  readonly name: string;
  /** Milliseconds a step. */
  readonly milliseconds: { readonly median: number };
  /** Pairs of images, or images, a second. */
  readonly examplesPerSecond: number;
}

/** Results at one batch size. */
export interface BenchResult {
  /** Pairs of images, or images, a step. */
  readonly batchSize: number;
  /** The contenders. */
  readonly rows: readonly BenchPoint[];
}

/** Settings of the figures. */
export interface BenchFigureOptions {
  /** Channels of the first stage. */
  readonly width: number;
  /** Whom to compare with: contenders whose name begins so are drawn grey. */
  readonly peer: string;
  /** What a batch counts; `pairs` by default. */
  readonly unit?: string;
}

/**
 * Bars of the time of a step.
 *
 * @param result Contenders at one batch size.
 * @param options Width and peer, for titles and colours.
 * @returns The figure.
 * @throws {RangeError} If there is no contender.
 * @example Two contenders
 * ```ts
 * import { stepTimeFigure } from "glmc/plot/bench_charts.ts";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const rows = [
 *   { name: "compiled", milliseconds: { median: 300 }, examplesPerSecond: 213 },
 *   { name: "PyTorch eager", milliseconds: { median: 450 }, examplesPerSecond: 142 },
 * ];
 * const { description } = stepTimeFigure({ batchSize: 64, rows }, { width: 16, peer: "PyTorch" });
 *
 * assertStringIncludes(description, "compiled is the fastest with 300 ms");
 * ```
 */
export function stepTimeFigure(
  { batchSize, rows }: BenchResult,
  { width, peer }: BenchFigureOptions,
): Figure {
  const [fastest] = rows.toSorted((a, b) => a.milliseconds.median - b.milliseconds.median);
  if (fastest === undefined) {
    throw new RangeError(`Cannot draw the steps of batch ${batchSize}: no contender ran: time one`);
  }
  return barFigure([{
    name: "ms a step",
    values: rows.map(({ milliseconds }) => milliseconds.median),
    color: rows.map(({ name }) => name.startsWith(peer) ? referenceColor : seriesColors[0]),
  }], {
    title: `Training step, width ${width}, batch ${batchSize}`,
    description: `Median time of a step: ${fastest.name} is the fastest with ` +
      `${fastest.milliseconds.median.toFixed(0)} ms.`,
    categories: rows.map(({ name }) => name),
    x: "Contender",
    y: "Median time of a step (ms)",
    digits: 0,
    lying: true,
  });
}

/**
 * Lines of the speed over the batch size.
 *
 * @param results Contenders at several batch sizes.
 * @param options Width, peer and unit, for the texts and the style of the lines.
 * @returns The figure; a contender that did not run at a size leaves a gap.
 * @example Two sizes
 * ```ts
 * import { batchSizeFigure } from "glmc/plot/bench_charts.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const rows = [{ name: "compiled", milliseconds: { median: 300 }, examplesPerSecond: 213 }];
 * const results = [{ batchSize: 64, rows }, { batchSize: 128, rows }];
 * const { data: [line] } = batchSizeFigure(results, { width: 16, peer: "PyTorch" });
 *
 * assertEquals(line?.type === "scatter" && line.x, [64, 128]);
 * ```
 */
export function batchSizeFigure(
  results: readonly BenchResult[],
  { width, peer, unit = "pairs" }: BenchFigureOptions,
): Figure {
  const names = [...new Set(results.flatMap(({ rows }) => rows.map(({ name }) => name)))];
  const counted = capitalized(unit);
  const sizes = results.map(({ batchSize }) => batchSize);
  return lineFigure(
    names.map((name) => ({
      name,
      x: sizes,
      y: results.map(({ rows }) =>
        rows.find((row) => row.name === name)?.examplesPerSecond ?? null
      ),
      ...(name.startsWith(peer) && { dash: "dash" as const }),
    })),
    {
      title: `Training speed by batch size, width ${width}`,
      description: `${counted} a second at batches of ${sizes.join(", ")}.`,
      x: `${counted} a step`,
      y: `${counted} a second`,
    },
  );
}
