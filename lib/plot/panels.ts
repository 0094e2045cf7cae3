/**
 * Several figures in one: side by side under a common title.
 *
 * @module
 */
import type { Axis, Figure, FigureOptions, Layout, Trace } from "./figure.ts";
import { inkColor, themedLayout, topLegend } from "./theme.ts";

/** Settings of {@linkcode panelFigure}. */
export interface PanelFigureOptions extends FigureOptions {
  /** Panels in a row; all by default. */
  readonly columns?: number;
}

/**
 * Puts figures side by side, each with its own axes and its title above it; a legend is that of the
 * first figure.
 *
 * @param figures Up to nine figures of lines, points, bars or matrices.
 * @param options Title, description and columns.
 * @returns The figure.
 * @throws {RangeError} If there are none or more than nine.
 * @example Loss and accuracy
 * ```ts
 * import { lineFigure } from "glmc/plot/line.ts";
 * import { panelFigure } from "glmc/plot/panels.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const panel = (title: string) =>
 *   lineFigure([{ name: title, y: [1, 2] }], { title, description: "", x: "Epoch", y: title });
 * const figure = panelFigure([panel("Loss"), panel("Accuracy (%)")], {
 *   title: "Training",
 *   description: "Both rise.",
 * });
 *
 * assertEquals(figure.layout.xaxis2?.title?.text, "Epoch");
 * ```
 */
export function panelFigure(figures: readonly Figure[], options: PanelFigureOptions): Figure {
  const [first] = figures;
  if (first === undefined || figures.length > 9) {
    throw new RangeError(`Cannot draw ${figures.length} panels: pass one to nine figures`);
  }
  const columns = Math.min(options.columns ?? figures.length, figures.length);
  const rows = Math.ceil(figures.length / columns);
  const base = themedLayout(options);
  const height = options.height ?? 60 + 320 * rows;
  const labelled = figures.some(({ data }) => data.some(isEndLabel));
  const axes: Record<`xaxis${number}` | `yaxis${number}`, Axis> = {};
  const placed = figures.map((figure, i) => {
    const number = i === 0 ? "" : `${i + 1}`;
    const place = panelPlace(i, { columns, rows, labelled });
    axes[`xaxis${number}` as `xaxis${number}`] = {
      ...figure.layout.xaxis,
      domain: place.x,
      anchor: `y${number}`,
    };
    axes[`yaxis${number}` as `yaxis${number}`] = {
      ...figure.layout.yaxis,
      domain: place.y,
      anchor: `x${number}`,
    };
    return { figure, number, place };
  });
  const hasLegend = first.layout.showlegend === true;
  const layout: Layout = {
    ...base,
    ...(hasLegend && { ...topLegend, legend: { ...topLegend.legend, y: 1 + 28 / height } }),
    height,
    margin: { ...base.margin, t: 88 },
    ...(first.layout.barmode && { barmode: first.layout.barmode }),
    hovermode: "closest",
    annotations: placed.map(({ figure, place }) => ({
      text: figure.layout.title?.text ?? "",
      x: place.x[0],
      y: place.y[1] + 6 / height,
      xref: "paper",
      yref: "paper",
      xanchor: "left",
      yanchor: "bottom",
      showarrow: false,
      font: { size: 14, color: inkColor },
    })),
    ...axes,
  };
  return {
    data: placed.flatMap(({ figure, number }, panel) =>
      figure.data.map((trace): Trace => ({
        ...trace,
        xaxis: `x${number}`,
        yaxis: `y${number}`,
        // The panels share the legend of the first one.
        showlegend: hasLegend && panel === 0 && trace.showlegend !== false,
      }))
    ),
    layout,
    description: options.description,
  };
}

function panelPlace(
  panel: number,
  { columns, rows, labelled }: { columns: number; rows: number; labelled: boolean },
): { x: [number, number]; y: [number, number] } {
  const column = panel % columns;
  const row = Math.floor(panel / columns);
  const gap = { x: columns > 1 ? 0.12 : 0, y: rows > 1 ? 0.22 / rows : 0 };
  const width = (1 - gap.x * (columns - 1)) / columns;
  const height = (1 - gap.y * (rows - 1)) / rows;
  const left = column * (width + gap.x);
  const top = 1 - row * (height + gap.y);
  // Words beside the ends of lines need room of their own.
  return { x: [left, left + width * (labelled ? 0.8 : 1)], y: [top - height, top] };
}

function isEndLabel(trace: Trace): boolean {
  return trace.type === "scatter" && trace.mode === "text";
}
