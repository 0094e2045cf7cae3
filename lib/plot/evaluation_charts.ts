/**
 * Figures of an evaluation: confusion and calibration.
 *
 * @module
 */
import type { Figure, ScatterTrace } from "./figure.ts";
import { heatmapFigure } from "./heatmap.ts";
import { barFigure } from "./bar.ts";
import { referenceColor, seriesColors, topLegend } from "./theme.ts";

/** Settings of {@linkcode confusionFigure}. */
export interface ConfusionOptions {
  /** Name of each class. */
  readonly classNames: readonly string[];
  /** Title. */
  readonly title?: string;
}

/**
 * How often each true class was taken for each class, in percent of the true class.
 *
 * @param confusion Counts `[C · C]`, true classes in rows.
 * @param options Names of the classes.
 * @returns The figure.
 * @throws {RangeError} If there are not C · C counts.
 * @example Two classes
 * ```ts
 * import { confusionFigure } from "glmc/plot/evaluation_charts.ts";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const figure = confusionFigure([9, 1, 4, 6], { classNames: ["cat", "dog"] });
 *
 * assertStringIncludes(figure.description, "dog taken for cat (40.0 %)");
 * ```
 */
export function confusionFigure(
  confusion: ArrayLike<number>,
  options: ConfusionOptions,
): Figure {
  const { classNames } = options;
  const classes = classNames.length;
  const allCounts = Array.from(confusion);
  const shares = classNames.map((_, row) => {
    const counts = allCounts.slice(row * classes, (row + 1) * classes);
    const images = counts.reduce((sum, count) => sum + count, 0);
    return counts.map((count) => images === 0 ? null : 100 * count / images);
  });
  const worst = shares.flatMap((row, r) =>
    row.map((share, c) => ({ share: r === c ? 0 : share ?? 0, r, c }))
  ).reduce((a, b) => b.share > a.share ? b : a, { share: 0, r: 0, c: 0 });
  const mistake = worst.share === 0
    ? "no image is taken for another class"
    : `the most frequent mistake is ${classNames[worst.r]} taken for ${classNames[worst.c]} (${
      worst.share.toFixed(1)
    } %)`;
  return heatmapFigure(shares, {
    title: options.title ?? "Confusion",
    description: `Share of each true class by predicted class; ${mistake}.`,
    x: "Predicted class",
    y: "True class",
    columnNames: classNames,
    rowNames: classNames,
    colors: "Share of the true class (%)",
    range: [0, 100],
    digits: classes <= 20 ? 0 : undefined,
    height: classes <= 20 ? 520 : 640,
  });
}

/** A bin of predictions with similar confidence; one of `Evaluation.reliability` is one. */
export interface ConfidenceBin {
  /** Predictions in it. */
  readonly count: number;
  /** Their mean confidence, in `[0, 1]`. */
  readonly confidence: number;
  /** The share of them that is right, in `[0, 1]`. */
  readonly accuracy: number;
}

/**
 * Reliability diagram: how often predictions of each confidence are right.
 *
 * @param bins Bins of equal width from confidence 0 to 1.
 * @param options Title and expected calibration error, in `[0, 1]`.
 * @returns The figure.
 * @example Two bins
 * ```ts
 * import { reliabilityFigure } from "glmc/plot/evaluation_charts.ts";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const bins = [
 *   { count: 10, confidence: 0.3, accuracy: 0.3 },
 *   { count: 30, confidence: 0.9, accuracy: 0.7 },
 * ];
 * const { description } = reliabilityFigure(bins, { error: 0.15 });
 *
 * assertStringIncludes(description, "15.0 %");
 * ```
 */
export function reliabilityFigure(
  bins: readonly ConfidenceBin[],
  options: { readonly error: number; readonly title?: string },
): Figure {
  const edges = bins.map((_, i) => `${(i / bins.length).toFixed(2)}`);
  const percent = (value: number): number => 100 * value;
  const error = percent(options.error).toFixed(1);
  const figure = barFigure(
    [{
      name: "accuracy",
      values: bins.map(({ count, accuracy }) => count === 0 ? null : percent(accuracy)),
      color: seriesColors[0],
    }],
    {
      title: options.title ?? `Calibration: expected error ${error} %`,
      description:
        `Reliability diagram with ${bins.length} bins: the expected calibration error is ${error} %; ` +
        `bars below the dashed line are predictions that are too confident.`,
      categories: edges,
      x: "Confidence of the prediction, from",
      y: { title: "Predictions that are right (%)", range: [0, 100] },
    },
  );
  const confidence: ScatterTrace = {
    type: "scatter",
    mode: "lines+markers",
    name: "confidence",
    x: edges,
    y: bins.map(({ count, confidence }) =>
      count === 0 ? null : Number(percent(confidence).toFixed(2))
    ),
    line: { color: referenceColor, width: 1.5, dash: "dash" },
    marker: { color: referenceColor, size: 4 },
  };
  return {
    ...figure,
    data: [...figure.data, confidence],
    layout: { ...figure.layout, ...topLegend },
  };
}
