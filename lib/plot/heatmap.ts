/**
 * Figures of matrices: fields of colours, such as a confusion matrix.
 *
 * @module
 */
import { type Figure, type FigureOptions, shortNumber } from "./figure.ts";
import { matrixColors, themedAxis, themedLayout } from "./theme.ts";

/** Settings of {@linkcode heatmapFigure}. */
export interface HeatmapFigureOptions extends FigureOptions {
  /** Axis of the columns. */
  readonly x: string;
  /** Axis of the rows. */
  readonly y: string;
  /** Names of the columns. */
  readonly columnNames: readonly string[];
  /** Names of the rows, the first at the top. */
  readonly rowNames: readonly string[];
  /** What the colours mean, with the unit. */
  readonly colors: string;
  /** Values of the first and the last colour; those of the data by default. */
  readonly range?: readonly [number, number];
  /** Digits behind the point of the values in the cells; nothing is written by default. */
  readonly digits?: number;
}

/**
 * A matrix as colours, the first row at the top.
 *
 * @param rows Values `[rows][columns]`; null leaves a cell empty.
 * @param options Title, description, names and colours.
 * @returns The figure.
 * @throws {RangeError} If names and values do not fit.
 * @example Two by two
 * ```ts
 * import { heatmapFigure } from "glmc/plot/heatmap.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const figure = heatmapFigure([[9, 1], [4, 6]], {
 *   title: "Confusion",
 *   description: "Four of ten dogs are taken for cats.",
 *   x: "Predicted",
 *   y: "True",
 *   columnNames: ["cat", "dog"],
 *   rowNames: ["cat", "dog"],
 *   colors: "Images",
 * });
 *
 * assertEquals(figure.layout.yaxis?.autorange, "reversed");
 * ```
 */
export function heatmapFigure(
  rows: readonly (readonly (number | null)[])[],
  options: HeatmapFigureOptions,
): Figure {
  const { columnNames, rowNames, digits, colors } = options;
  if (rows.length !== rowNames.length || rows.some((row) => row.length !== columnNames.length)) {
    throw new RangeError(
      `Cannot draw the matrix: ${rows.length} x ${
        rows[0]?.length ?? 0
      } values do not fit ${rowNames.length} row and ${columnNames.length} column names: ` +
        "name every row and column",
    );
  }
  const values = rows.flat().filter((value) => value !== null);
  const [low, high] = options.range ?? [Math.min(0, ...values), Math.max(...values)];
  const axis = { showgrid: false, type: "category" } as const;
  return {
    data: [{
      type: "heatmap",
      x: columnNames,
      y: rowNames,
      z: rows.map((row) => row.map(shortNumber)),
      zmin: low,
      zmax: high,
      colorscale: matrixColors,
      colorbar: { title: { text: colors, side: "right" } },
      xgap: 1,
      ygap: 1,
      ...(digits !== undefined && {
        text: rows.map((row) => row.map((value) => value === null ? "" : value.toFixed(digits))),
        texttemplate: "%{text}",
      }),
      hovertemplate: "%{y} → %{x}: %{z}<extra></extra>",
    }],
    layout: {
      ...themedLayout({ height: 480, ...options }),
      xaxis: { ...themedAxis(options.x), ...axis },
      yaxis: { ...themedAxis(options.y), ...axis, autorange: "reversed" },
    },
    description: options.description,
  };
}
