/**
 * Figures of lines and of points.
 *
 * @module
 */
import {
  type AxisOptions,
  type Figure,
  type FigureOptions,
  type Position,
  type ScatterTrace,
  shortNumber,
} from "./figure.ts";
import { type Band, bandTrace } from "./band.ts";
import { spreadApart } from "./spread_apart.ts";
import {
  legendFor,
  referenceColor,
  seriesColor,
  themedAxis,
  themedLayout,
  topLegend,
} from "./theme.ts";

/** A line. */
export interface LineSeries {
  /** Its name. */
  readonly name: string;
  /** Heights; null leaves a gap. */
  readonly y: readonly (number | null)[] | Float32Array | Float64Array;
  /** Positions; 0, 1, 2, ... by default. */
  readonly x?: readonly Position[] | Float32Array | Float64Array;
  /** Colour; the next of the theme by default. */
  readonly color?: string;
  /** How the line is broken. */
  readonly dash?: "solid" | "dash" | "dot";
  /** Whether the points are marked; they are where there are at most 12. */
  readonly markers?: boolean;
  /** What the line is uncertain by, drawn behind it. */
  readonly band?: Band | undefined;
}

/** A value to compare with, drawn as a dashed level line. */
export interface Reference {
  /** Its name. */
  readonly name: string;
  /** Its height. */
  readonly value: number;
}

/** A position that is marked by a thin vertical line, such as the start of a stage. */
export interface Mark {
  /** What is shown under the mouse. */
  readonly name: string;
  /** Its position. */
  readonly position: number;
}

/** Settings of {@linkcode lineFigure}. */
export interface LineFigureOptions extends FigureOptions {
  /** The horizontal axis, with its unit. */
  readonly x: AxisOptions;
  /** The vertical axis, with its unit. */
  readonly y: AxisOptions;
  /** Levels to compare with, such as published results. */
  readonly references?: readonly Reference[];
  /** Positions to mark. */
  readonly marks?: readonly Mark[];
  /** Where lines are named; at their ends where there are at most three, else in a legend. */
  readonly names?: "ends" | "legend";
}

/**
 * Lines over a common axis; up to three are named at their ends, more in a legend.
 *
 * @param series The lines.
 * @param options Title, description and axes.
 * @returns The figure.
 * @example A falling loss
 * ```ts
 * import { lineFigure } from "glmc/plot/line.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const figure = lineFigure([{ name: "loss", y: [2.3, 1.1, 0.9] }], {
 *   title: "Training",
 *   description: "The loss falls from 2.3 to 0.9 in three epochs.",
 *   x: "Epoch",
 *   y: "Loss (nats)",
 * });
 *
 * assertEquals(figure.layout.yaxis?.title?.text, "Loss (nats)");
 * ```
 */
export function lineFigure(series: readonly LineSeries[], options: LineFigureOptions): Figure {
  const lines = series.map((line, i) => lineTrace(line, seriesColor(i)));
  const references = (options.references ?? []).map((reference) => levelTrace(reference, lines));
  const drawn = [...lines, ...references];
  const bands = lines.flatMap(({ x, line }, i) =>
    bandTrace(series[i]?.band, { x, color: line?.color ?? seriesColor(i) })
  );
  const marks = (options.marks ?? []).map((mark) =>
    markTrace(mark, verticalSpan([...drawn, ...bands], options.y))
  );
  const named = (options.names ?? (drawn.length <= 3 ? "ends" : "legend")) === "ends";
  const base = themedLayout(options);
  return {
    data: [...bands, ...drawn, ...marks, ...named ? endLabels(drawn, options.y) : []],
    layout: {
      ...base,
      ...(!named && legendFor(drawn.map(({ name = "" }) => name), base)),
      ...(named && { margin: { l: 64, r: labelRoom(drawn), t: 64, b: 56 } }),
      hovermode: "x unified",
      xaxis: themedAxis(options.x),
      yaxis: themedAxis(options.y),
    },
    description: options.description,
  };
}

/** A group of points. */
export interface PointSeries {
  /** Its name. */
  readonly name: string;
  /** Positions. */
  readonly x: readonly number[] | Float32Array | Float64Array;
  /** Heights. */
  readonly y: readonly number[] | Float32Array | Float64Array;
  /** Colour; the next of the theme by default. */
  readonly color?: string;
  /** What is shown under the mouse at each point. */
  readonly labels?: readonly string[];
}

/** Settings of {@linkcode scatterFigure}. */
export interface ScatterFigureOptions extends FigureOptions {
  /** The horizontal axis, with its unit. */
  readonly x: AxisOptions;
  /** The vertical axis, with its unit. */
  readonly y: AxisOptions;
  /** Diameter of a point in pixels; 6 by default. */
  readonly size?: number;
}

/**
 * Points in groups.
 *
 * @param series The groups.
 * @param options Title, description and axes.
 * @returns The figure.
 * @example Two groups
 * ```ts
 * import { scatterFigure } from "glmc/plot/line.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const figure = scatterFigure(
 *   [{ name: "cat", x: [0, 1], y: [1, 0] }, { name: "dog", x: [3], y: [2] }],
 *   { title: "Features", description: "Cats stand apart from the dog.", x: "first", y: "second" },
 * );
 *
 * assertEquals(figure.data.length, 2);
 * ```
 */
export function scatterFigure(
  series: readonly PointSeries[],
  options: ScatterFigureOptions,
): Figure {
  const data = series.map(({ name, x, y, color, labels }, i): ScatterTrace => ({
    type: "scatter",
    mode: "markers",
    name,
    x: shortNumbers(x),
    y: shortNumbers(y),
    ...(labels && { text: labels, hovertemplate: "%{text}" }),
    marker: {
      color: color ?? seriesColor(i),
      size: options.size ?? 6,
      opacity: 0.8,
    },
  }));
  return {
    data,
    layout: {
      ...themedLayout(options),
      ...(series.length > 1 && topLegend),
      xaxis: themedAxis(options.x),
      yaxis: themedAxis(options.y),
    },
    description: options.description,
  };
}

/**
 * Values with the digits that count, as {@linkcode shortNumber} gives them; words stay.
 *
 * @param values Positions on an axis.
 * @returns As many positions.
 * @example A third
 * ```ts
 * import { shortNumbers } from "glmc/plot/line.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(shortNumbers([1 / 3, "cat", null]), [0.333333, "cat", null]);
 * ```
 */
export function shortNumbers(
  values: readonly Position[] | Float32Array | Float64Array,
): Position[] {
  return Array.from<Position, Position>(
    values,
    (value) => typeof value === "string" ? value : shortNumber(value),
  );
}

function lineTrace(series: LineSeries, nextColor: string): ScatterTrace {
  const { name, color = nextColor, dash = "solid" } = series;
  const y = shortNumbers(series.y);
  const markers = series.markers ?? y.length <= 12;
  return {
    type: "scatter",
    mode: markers ? "lines+markers" : "lines",
    name,
    x: series.x ? shortNumbers(series.x) : y.map((_, i) => i),
    y,
    line: { color, width: 2, dash },
    ...(markers && { marker: { color, size: 6 } }),
  };
}

function levelTrace({ name, value }: Reference, lines: readonly ScatterTrace[]): ScatterTrace {
  const positions = lines.flatMap(({ x }) => x).filter((x) => x !== null);
  const numbers = positions.filter((x) => typeof x === "number");
  const ends = numbers.length > 0
    ? [Math.min(...numbers), Math.max(...numbers)]
    : [positions.at(0) ?? null, positions.at(-1) ?? null];
  return {
    type: "scatter",
    mode: "lines",
    name,
    x: ends,
    y: [value, value],
    line: { color: referenceColor, width: 1.5, dash: "dash" },
  };
}

function markTrace({ name, position }: Mark, span: readonly [number, number]): ScatterTrace {
  return {
    type: "scatter",
    mode: "lines",
    x: [position, position],
    y: span.map(shortNumber),
    line: { color: referenceColor, width: 1, dash: "dot" },
    hovertemplate: `${name}<extra></extra>`,
    showlegend: false,
  };
}

/** Lowest and highest place on the vertical axis, as far as they are known. */
function verticalSpan(lines: readonly ScatterTrace[], axis: AxisOptions): [number, number] {
  if (typeof axis !== "string" && axis.range) return [...axis.range];
  const heights = lines.flatMap(({ y }) => y).filter((y) => typeof y === "number");
  return [Math.min(...heights), Math.max(...heights)];
}

/** Words beside the ends of lines, pushed apart where the ends meet. */
function endLabels(lines: readonly ScatterTrace[], axis: AxisOptions): ScatterTrace[] {
  const [low, high] = verticalSpan(lines, axis);
  const apart = 0.075 * (high - low);
  const ends = lines.flatMap(({ name = "", x, y, line }) => {
    const last = y.findLastIndex((value) => value !== null);
    const height = y[last];
    if (name === "" || typeof height !== "number") return [];
    return [{ name, position: x[last] ?? null, height, color: line?.color }];
  }).sort((a, b) => a.height - b.height);
  // On an axis with ends of its own, words keep off the line at its foot.
  const foot = typeof axis !== "string" && axis.range ? apart / 3 : 0;
  const places = spreadApart(ends.map(({ height }) => height), {
    apart,
    low: low + foot,
    high: high - foot,
  });
  return ends.map(({ name, position, color }, i) => ({
    type: "scatter",
    mode: "text",
    x: [position],
    y: [shortNumber(places[i]!)],
    text: [` ${name}`],
    textposition: "middle right",
    textfont: color === undefined ? {} : { color },
    cliponaxis: false,
    showlegend: false,
    hoverinfo: "skip",
  }));
}

function labelRoom(lines: readonly ScatterTrace[]): number {
  return 28 + 7 * Math.max(0, ...lines.map(({ name = "" }) => name.length));
}
