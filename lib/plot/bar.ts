/**
 * Figures of bars: values of several series side by side, by category.
 *
 * @module
 */
import {
  type AxisOptions,
  type BarTrace,
  type Figure,
  type FigureOptions,
  type ScatterTrace,
  shortNumber,
} from "./figure.ts";
import type { Reference } from "./line.ts";
import { referenceColor, seriesColor, themedAxis, themedLayout, topLegend } from "./theme.ts";

/** Bars of one kind. */
export interface BarSeries {
  /** Name in the legend. */
  readonly name: string;
  /** A length for each category; null draws no bar. */
  readonly values: readonly (number | null)[] | Float32Array | Int32Array;
  /** One colour, or one for each category; the next of the theme by default. */
  readonly color?: string | readonly string[];
}

/** Settings of {@linkcode barFigure}. */
export interface BarFigureOptions extends FigureOptions {
  /** Names of the bars, in order. */
  readonly categories: readonly string[];
  /** Axis of the categories. */
  readonly x: string;
  /** Axis of the lengths, with its unit. */
  readonly y: AxisOptions;
  /** Digits behind the point of the value written at each bar; nothing is written by default. */
  readonly digits?: number;
  /** Whether several kinds stand beside each other or on each other; beside by default. */
  readonly mode?: "group" | "stack";
  /** Whether the bars lie, which suits long names; the first category is then at the top. */
  readonly lying?: boolean;
  /** Levels to compare with, such as published results; for standing bars. */
  readonly references?: readonly Reference[];
}

/**
 * Bars by category.
 *
 * @param series Bars of one or several kinds.
 * @param options Title, description, categories and axes.
 * @returns The figure.
 * @throws {RangeError} If a kind has another number of bars than there are categories.
 * @example Two methods
 * ```ts
 * import { barFigure } from "glmc/plot/bar.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const figure = barFigure(
 *   [{ name: "cross-entropy", values: [90, 30] }, { name: "GLMC", values: [88, 61] }],
 *   {
 *     title: "Accuracy",
 *     description: "GLMC doubles the accuracy of the rare class.",
 *     categories: ["airplane", "truck"],
 *     x: "Class",
 *     y: "Accuracy (%)",
 *   },
 * );
 *
 * assertEquals(figure.data.map(({ name }) => name), ["cross-entropy", "GLMC"]);
 * ```
 */
export function barFigure(series: readonly BarSeries[], options: BarFigureOptions): Figure {
  const { mode = "group", lying = false, references = [] } = options;
  const bars = series.map((bar, i) => barTrace(bar, seriesColor(i), options));
  const levels = references.map((reference) => levelTrace(reference, options.categories));
  const categories = { ...themedAxis(options.x), type: "category", showgrid: false } as const;
  const scale = themedAxis(options.digits === undefined ? options.y : withRoom(options.y));
  // A logarithmic axis has no zero, and a range has its own start.
  const lengths = scale.range || scale.type === "log"
    ? scale
    : { ...scale, rangemode: "tozero" } as const;
  return {
    data: [...bars, ...levels],
    layout: {
      ...themedLayout(options),
      ...(bars.length + levels.length > 1 && topLegend),
      barmode: mode,
      xaxis: lying ? lengths : categories,
      yaxis: lying ? { ...categories, autorange: "reversed" } : lengths,
    },
    description: options.description,
  };
}

/** An axis with a given end, a bit longer: what is written above a bar that reaches it would be cut off. */
function withRoom(axis: AxisOptions): AxisOptions {
  if (typeof axis === "string" || axis.range === undefined || axis.log) return axis;
  const [low, high] = axis.range;
  return { step: (high - low) / 5, ...axis, range: [low, high + 0.07 * (high - low)] };
}

function barTrace(series: BarSeries, nextColor: string, options: BarFigureOptions): BarTrace {
  const { lying = false, digits, categories } = options;
  const values = Array.from<number | null, number | null>(series.values, shortNumber);
  if (values.length !== categories.length) {
    throw new RangeError(
      `Cannot draw the bars: "${series.name}" has ${values.length} values for ${categories.length} categories: ` +
        "give one value for each, or null",
    );
  }
  return {
    type: "bar",
    name: series.name,
    x: lying ? values : categories,
    y: lying ? categories : values,
    orientation: lying ? "h" : "v",
    marker: { color: series.color ?? nextColor },
    cliponaxis: false,
    ...(digits !== undefined && {
      text: values.map((value) => value === null ? "" : value.toFixed(digits)),
      textposition: "outside",
    }),
  };
}

function levelTrace({ name, value }: Reference, categories: readonly string[]): ScatterTrace {
  return {
    type: "scatter",
    mode: "lines",
    name,
    x: categories,
    y: categories.map(() => value),
    line: { color: referenceColor, width: 1.5, dash: "dash" },
  };
}
