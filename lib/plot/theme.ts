/**
 * The one look of all figures: colours that colour-blind readers can tell apart, letters, grid.
 *
 * @module
 */
import type { Axis, AxisOptions, FigureOptions, Layout } from "./figure.ts";
import { lineCount } from "./text_lines.ts";

/** Colours of the shot groups, the same everywhere; Paul Tol's "high contrast", distinct in grey too. */
export const shotColors = { many: "#004488", medium: "#DDAA33", few: "#BB5566" } as const;

/** Colours of other series, in order; Paul Tol's "bright". */
export const seriesColors = [
  "#4477AA",
  "#EE6677",
  "#228833",
  "#CCBB44",
  "#66CCEE",
  "#AA3377",
  "#777777",
] as const;

/**
 * Colour of a series by its place; after the last colour comes the first one again.
 *
 * @param index Place of the series, from 0.
 * @returns The colour.
 * @example The eighth of seven
 * ```ts
 * import { seriesColor, seriesColors } from "glmc/plot/theme.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(seriesColor(7), seriesColors[0]);
 * ```
 */
export function seriesColor(index: number): string {
  return seriesColors[index % seriesColors.length]!;
}

/** Colour behind everything. */
export const paperColor = "#FFFFFF";
/** Colour of letters. */
export const inkColor = "#222222";
/** Colour of grid lines. */
export const gridColor = "#E3E3E3";
/** Colour of reference lines. */
export const referenceColor = "#666666";

/** Colours of matrices, from nothing to much. */
export const matrixColors: readonly (readonly [number, string])[] = [
  [0, paperColor],
  [0.25, "#C6D9EC"],
  [0.5, "#7BA7D0"],
  [0.75, "#2F6DA8"],
  [1, "#00284F"],
];

/**
 * Pixels of a figure; fixed, so that a picture and the interactive figure that takes its place are of one
 * size.
 */
export const defaultSize = { width: 760, height: 380 } as const;

/**
 * An axis in the kit's look.
 *
 * @param options Its title, and its scale where it is not left to the data.
 * @returns The axis.
 * @example With a unit and a scale
 * ```ts
 * import { themedAxis } from "glmc/plot/theme.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const { title, range } = themedAxis({ title: "Images", log: true, range: [1, 1000] });
 * assertEquals([title?.text, range], ["Images", [0, 3]]);
 * ```
 */
export function themedAxis(options: AxisOptions): Axis {
  const { title, range, log, step } = typeof options === "string" ? { title: options } : options;
  return {
    title: { text: title, standoff: 10 },
    ...(log && { type: "log" as const }),
    ...(step !== undefined && { dtick: step }),
    ...(range && { range: log ? range.map(Math.log10) : range }),
    gridcolor: gridColor,
    linecolor: inkColor,
    zeroline: false,
    automargin: true,
  };
}

/**
 * Everything around the traces of a figure in the kit's look.
 *
 * @param options Title, and height where it is not the usual one.
 * @returns The layout, without axes.
 * @example Title and size
 * ```ts
 * import { themedLayout } from "glmc/plot/theme.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const layout = themedLayout({ title: "Loss", description: "The loss falls.", height: 200 });
 * assertEquals([layout.title?.text, layout.height], ["Loss", 200]);
 * ```
 */
export function themedLayout({ title, height }: FigureOptions): Layout {
  return {
    title: { text: title, x: 0.02, xanchor: "left", font: { size: 16 } },
    width: defaultSize.width,
    height: height ?? defaultSize.height,
    margin: { l: 64, r: 24, t: 64, b: 56 },
    font: { family: "Arial, Helvetica, sans-serif", size: 13, color: inkColor },
    paper_bgcolor: paperColor,
    plot_bgcolor: paperColor,
    showlegend: false,
    hovermode: "closest",
  };
}

/** Letters that fit a row above the axes. */
const lettersOfRow = 90;

/**
 * A legend above the axes where its names fit one row, else below them, a row each.
 *
 * @param names The names, which may have several lines.
 * @param layout The layout without a legend.
 * @returns The parts of the layout that change.
 * @example Few short names
 * ```ts
 * import { legendFor, themedLayout } from "glmc/plot/theme.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const layout = themedLayout({ title: "Runs", description: "Two runs." });
 *
 * assertEquals(legendFor(["a", "b"], layout).legend?.orientation, "h");
 * assertEquals(legendFor(["a".repeat(99)], layout).legend?.orientation, "v");
 * ```
 */
export function legendFor(
  names: readonly string[],
  { height, margin }: Layout,
): Partial<Layout> {
  const letters = names.reduce((sum, { length }) => sum + length + 8, 0);
  if (letters <= lettersOfRow) return topLegend;
  const more = names.reduce((sum, name) => sum + 6 + 18 * lineCount(name), 16);
  return {
    showlegend: true,
    legend: {
      orientation: "v",
      x: 0,
      y: -margin.b / (height - margin.t - margin.b),
      yanchor: "top",
      traceorder: "normal",
    },
    height: height + more,
    margin: { ...margin, b: margin.b + more },
  };
}

/** A legend in one row above the axes. */
export const topLegend = {
  showlegend: true,
  legend: { orientation: "h", x: 0, y: 1, yanchor: "bottom", traceorder: "normal" },
} as const;
