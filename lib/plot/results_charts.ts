/**
 * Figures of results over seeds: curves with bands, and bars with deviations.
 *
 * @module
 */
import { counted } from "../settings/count.ts";
import type { Band } from "./band.ts";
import { barFigure } from "./bar.ts";
import type { Figure, ScatterTrace } from "./figure.ts";
import { lineFigure, type Reference } from "./line.ts";
import { inLines } from "./text_lines.ts";
import { inkColor, seriesColors, topLegend } from "./theme.ts";

/** Curves of one name, one for each seed. */
export interface SeedCurves {
  /** Name of the line. */
  readonly name: string;
  /** Top-1 accuracy of each evaluated epoch in percent, for each seed. */
  readonly curves: readonly (readonly number[])[];
  /** These epochs, from 1; by default they are all. */
  readonly epochs?: readonly number[];
}

/** Settings of the figures of results. */
export interface ResultsFigureOptions {
  /** What is compared. */
  readonly title: string;
  /** Accuracies to compare with, such as published ones; of curves only. */
  readonly references?: readonly Reference[] | undefined;
}

/**
 * Mean top-1 accuracy by epoch, with a band of one sample deviation over the seeds.
 *
 * @param series Curves by name; an epoch counts that all seeds of its name have finished.
 * @param options Title and references.
 * @returns The figure.
 * @example Two seeds
 * ```ts
 * import { resultCurvesFigure } from "glmc/plot/results_charts.ts";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const curves = [[30, 50], [32, 54]];
 * const { description } = resultCurvesFigure([{ name: "GLMC", curves }], { title: "Quick" });
 *
 * assertStringIncludes(description, "GLMC 52.0 % over 2 seeds");
 * ```
 */
export function resultCurvesFigure(
  series: readonly SeedCurves[],
  { title, references }: ResultsFigureOptions,
): Figure {
  const drawn = series.filter(({ curves }) => curves.length > 0);
  const lines = drawn.map(({ name, curves, epochs }) => {
    const length = Math.min(...curves.map(({ length }) => length));
    const points = Array.from({ length }, (_, index) => meanAndDeviation(curves, index));
    return {
      name,
      n: curves.length,
      x: points.map((_, index) => epochs?.[index] ?? index + 1),
      y: points.map(({ mean }) => mean),
      band: curves.length < 2 ? undefined : {
        low: points.map(({ mean, deviation }) => mean - deviation),
        high: points.map(({ mean, deviation }) => mean + deviation),
      },
    };
  });
  const ends = lines.map(({ name, y, n }) =>
    `${name} ${y.at(-1)?.toFixed(1) ?? "–"} % over ${counted(n, "seed")}`
  );
  const named = lines.map((line) => ({ ...line, name: inLines(line.name, 42) }));
  return lineFigure(named, {
    title: `${title}: top-1 accuracy by epoch`,
    description: ends.length === 0
      ? "No run is finished yet."
      : `Mean top-1 accuracy after the last epoch: ${ends.join(", ")}.`,
    x: "Epoch",
    y: { title: "Top-1 accuracy (%)", range: rangeOf(lines, references) },
    ...(references && { references }),
    // Names of settings are long.
    names: "legend",
  });
}

/** Whole fives of percent around all that is drawn, bands too. */
function rangeOf(
  lines: readonly { readonly y: readonly number[]; readonly band?: Band | undefined }[],
  references: readonly Reference[] = [],
): [low: number, high: number] {
  const values = [
    ...lines.flatMap(({ y, band }) => [...y, ...band?.low ?? [], ...band?.high ?? []]),
    ...references.map(({ value }) => value),
  ].filter((value) => value !== null);
  if (values.length === 0) return [0, 100];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return [Math.max(0, 5 * Math.floor(low / 5)), Math.min(100, 5 * Math.ceil((high + 0.1) / 5))];
}

function meanAndDeviation(
  curves: readonly (readonly number[])[],
  index: number,
): { readonly mean: number; readonly deviation: number } {
  const values = curves.map((curve) => curve[index]!);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / Math.max(1, values.length - 1)) };
}

/** A bar of results. */
export interface ResultBar {
  /** Its name. */
  readonly name: string;
  /** Mean accuracy in percent; null draws no bar. */
  readonly mean: number | null;
  /** Sample deviation over seeds; null draws no whisker. */
  readonly deviation: number | null;
  /** Mean accuracy after logit adjustment; null draws no mark. */
  readonly adjusted: number | null;
}

/**
 * Accuracy after the last epoch as lying bars, with whiskers of one sample deviation to both sides, and what
 * logit adjustment makes of it as points.
 *
 * @param bars Names and accuracies; names are unlike each other.
 * @param options Title.
 * @returns The figure.
 * @example Two variants
 * ```ts
 * import { resultBarsFigure } from "glmc/plot/results_charts.ts";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const { description } = resultBarsFigure([
 *   { name: "cross-entropy", mean: 38.8, deviation: 0.4, adjusted: 42.5 },
 *   { name: "GLMC", mean: 43.6, deviation: null, adjusted: null },
 * ], { title: "Long regime" });
 *
 * assertStringIncludes(description, "cross-entropy 38.8 ± 0.4 % (adjusted 42.5 %), GLMC 43.6 %");
 * ```
 */
export function resultBarsFigure(
  bars: readonly ResultBar[],
  { title }: ResultsFigureOptions,
): Figure {
  const said = bars.map(({ name, mean, deviation, adjusted }) =>
    mean === null
      ? `${name} –`
      : `${name} ${mean.toFixed(1)}${deviation === null ? "" : ` ± ${deviation.toFixed(1)}`} %` +
        (adjusted === null ? "" : ` (adjusted ${adjusted.toFixed(1)} %)`)
  );
  const named = bars.map((bar) => ({ ...bar, name: inLines(bar.name, 30) }));
  const names = named.map(({ name }) => name);
  const figure = barFigure([{ name: "last epoch", values: bars.map(({ mean }) => mean) }], {
    title: `${title}: top-1 accuracy after the last epoch`,
    description: `Mean top-1 accuracy after the last epoch: ${said.join(", ")}.`,
    categories: names,
    x: "Runs",
    y: "Top-1 accuracy (%)",
    lying: true,
    height: 150 + rowHeight(names) * bars.length,
  });
  const adjustedPoints = points(
    "after logit adjustment",
    named.map(({ name, adjusted }) => ({ name, value: adjusted })),
  );
  return {
    ...figure,
    data: [...figure.data, ...whiskers(named), ...adjustedPoints],
    layout: {
      ...figure.layout,
      ...topLegend,
      margin: { ...figure.layout.margin, l: nameRoom(names) },
    },
  };
}

/** Pixels that names need on the left, at most half of the figure. */
function nameRoom(names: readonly string[]): number {
  const lines = names.flatMap((name) => name.split("<br>"));
  return Math.min(380, 56 + 7 * Math.max(5, ...lines.map(({ length }) => length)));
}

/** Pixels from one bar to the next. */
function rowHeight(names: readonly string[]): number {
  return Math.max(34, 12 + 16 * Math.max(...names.map((name) => name.split("<br>").length)));
}

function whiskers(
  bars: readonly Pick<ResultBar, "name" | "mean" | "deviation">[],
): ScatterTrace[] {
  const ends = bars.flatMap(({ name, mean, deviation }) =>
    mean === null || deviation === null
      ? []
      : [{ name, low: mean - deviation, high: mean + deviation }]
  );
  if (ends.length === 0) return [];
  return [{
    type: "scatter",
    mode: "lines",
    name: "± deviation",
    x: ends.flatMap(({ low, high }) => [low, high, null]),
    y: ends.flatMap(({ name }) => [name, name, null]),
    line: { color: inkColor, width: 2 },
  }];
}

function points(
  name: string,
  bars: readonly { readonly name: string; readonly value: number | null }[],
): ScatterTrace[] {
  const known = bars.filter(({ value }) => value !== null);
  if (known.length === 0) return [];
  return [{
    type: "scatter",
    mode: "markers",
    name,
    x: known.map(({ value }) => value),
    y: known.map(({ name }) => name),
    marker: { color: seriesColors[1], size: 9 },
  }];
}

/** A published accuracy and ours. */
export interface PublishedBar {
  /** What was trained. */
  readonly name: string;
  /** The published accuracy in percent. */
  readonly published: number;
  /** Mean of ours in percent; null draws no point. */
  readonly mean: number | null;
  /** Sample deviation of ours over seeds; null draws no whisker. */
  readonly deviation: number | null;
}

/**
 * Published accuracies as lying bars, and ours as points with whiskers of one sample deviation.
 *
 * @param bars Names and accuracies; names are unlike each other.
 * @param options Title.
 * @returns The figure.
 * @example One that is measured, one that is not
 * ```ts
 * import { againstPublishedFigure } from "glmc/plot/results_charts.ts";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const { description } = againstPublishedFigure([
 *   { name: "cifar10-lt-100", published: 88.5, mean: 87.9, deviation: 0.3 },
 *   { name: "cifar10-lt-50", published: 91.04, mean: null, deviation: null },
 * ], { title: "GLMC" });
 *
 * assertStringIncludes(description, "cifar10-lt-100 88.5 %, ours 87.9 ± 0.3 %; cifar10-lt-50 91.0 %");
 * ```
 */
export function againstPublishedFigure(
  bars: readonly PublishedBar[],
  { title }: Pick<ResultsFigureOptions, "title">,
): Figure {
  const said = bars.map(({ name, published, mean, deviation }) =>
    `${name} ${published.toFixed(1)} %, ` +
    (mean === null
      ? "ours is missing"
      : `ours ${mean.toFixed(1)}${deviation === null ? "" : ` ± ${deviation.toFixed(1)}`} %`)
  );
  const named = bars.map((bar) => ({ ...bar, name: inLines(bar.name, 30) }));
  const names = named.map(({ name }) => name);
  const values = bars.map(({ published }) => published);
  const figure = barFigure([{ name: "published", values }], {
    title,
    description: `Published top-1 accuracy and ours: ${said.join("; ")}.`,
    categories: names,
    x: "Rows",
    y: "Top-1 accuracy (%)",
    lying: true,
    height: 150 + rowHeight(names) * bars.length,
  });
  return {
    ...figure,
    data: [
      ...figure.data,
      ...whiskers(named),
      ...points("ours", named.map(({ name, mean }) => ({ name, value: mean }))),
    ],
    layout: {
      ...figure.layout,
      ...topLegend,
      margin: { ...figure.layout.margin, l: nameRoom(names) },
    },
  };
}
