/**
 * Comparisons over seeds as figures: bars after the last epoch, and curves by epoch.
 *
 * @module
 */

import type { Figure } from "../plot/figure.ts";
import { resultBarsFigure, resultCurvesFigure } from "../plot/results_charts.ts";
import type { Comparison } from "./compare.ts";
import { evaluatedEpochs } from "../train/stage.ts";

/** The figures of a comparison. */
export interface ComparisonFigures {
  /** Accuracy after the last epoch with its deviation, a bar for each row. */
  readonly bars: Figure;
  /** Mean accuracy by epoch with a band of one deviation, a line for each row that has finished runs. */
  readonly curves: Figure;
}

/**
 * Draws a comparison.
 *
 * @param comparison The comparison.
 * @returns Bars and curves.
 * @example Before anything has run
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { comparisonFigures } from "glmc/study/comparison_figures.ts";
 *
 * const { curves } = comparisonFigures({ title: "Nothing", rows: [] });
 *
 * assertEquals(curves.description, "No run is finished yet.");
 * ```
 */
export function comparisonFigures({ title, rows }: Comparison): ComparisonFigures {
  const bars = rows.map(({ name, last, adjusted }) => ({
    name,
    mean: last?.mean ?? null,
    deviation: last?.deviation ?? null,
    adjusted: adjusted !== undefined && adjusted.n === last?.n ? adjusted.mean : null,
  }));
  const curves = rows.map(({ name, results }) => ({
    name,
    curves: results.map(({ curve }) => curve),
    ...(results[0] && { epochs: evaluatedEpochs(results[0].config.stages).map((e) => e + 1) }),
  }));
  return {
    bars: resultBarsFigure(bars, { title }),
    curves: resultCurvesFigure(curves, { title }),
  };
}
