/**
 * Figures on a narrow screen: panels under each other, and room for a legend of several rows.
 *
 * @module
 */

import { inLines, lineCount } from "./text_lines.ts";
import type { Annotation, Axis, Figure, Layout } from "./figure.ts";

/** Letters of a title that fit a narrow screen. */
const lettersOfTitle = 42;

/** Pixels that the titles and marks of one more panel take. */
const betweenPanels = 96;

/**
 * The layout of a figure in a window that is too narrow for panels side by side.
 *
 * @param figure The figure.
 * @returns The layout for it.
 * @example Two panels
 * ```ts
 * import { narrowLayout } from "glmc/plot/narrow.ts";
 * import { trainingCurvesFigure } from "glmc/plot/training_charts.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const figure = trainingCurvesFigure([]);
 *
 * assertEquals(figure.layout.xaxis2?.domain?.[0], 0.56);
 * assertEquals(narrowLayout(figure).xaxis2?.domain?.[0], 0);
 * ```
 */
export function narrowLayout({ data, layout }: Figure): Layout {
  const stacked = { ...layout, ...stackedPanels(layout) };
  const { margin, height, legend } = stacked;
  const title = inLines(layout.title?.text ?? "", lettersOfTitle);
  // A legend of several rows grows upwards, into the title.
  const names = data.filter(({ showlegend, name }) => name !== undefined && showlegend !== false);
  const rows = layout.showlegend && legend?.yanchor === "bottom" ? Math.ceil(names.length / 2) : 1;
  const more = 20 * (rows - 1 + lineCount(title) - 1);
  return {
    ...stacked,
    height: height + more,
    margin: { ...margin, t: margin.t + more },
    title: {
      ...layout.title,
      text: title,
      y: 1,
      yanchor: "top",
      yref: "container",
      pad: { t: 14 },
    },
  };
}

/** The parts of a layout that put panels of one row under each other; nothing for other figures. */
function stackedPanels(layout: Layout): Partial<Layout> {
  const { annotations = [], height, margin } = layout;
  const panels = ["", ...Array.from({ length: 8 }, (_, i) => `${i + 2}`)].flatMap((number) => {
    const x = layout[`xaxis${number}` as "xaxis"];
    const y = layout[`yaxis${number}` as "yaxis"];
    return x?.domain && y?.domain ? [{ number, x, y, left: x.domain[0] }] : [];
  });
  const columns = new Set(panels.map(({ left }) => left)).size;
  // Captions belong to pictures, which are no panels with axes.
  const isRow = panels.length > 1 && columns === panels.length &&
    annotations.length === panels.length && panels.every(({ x }) => x.visible !== false);
  if (!isRow) return {};
  const inner = height - margin.t - margin.b;
  const all = panels.length * inner + (panels.length - 1) * betweenPanels;
  const axes: Record<string, Axis> = {};
  const moved: Annotation[] = [];
  for (const [place, { number, x, y }] of panels.entries()) {
    const top = 1 - place * (inner + betweenPanels) / all;
    const width = columns * (x.domain![1] - x.domain![0]);
    // The room for words at the ends of lines stays.
    axes[`xaxis${number}`] = { ...x, domain: [0, Math.min(1, width < 0.85 ? 0.78 : 1)] };
    axes[`yaxis${number}`] = { ...y, domain: [Math.max(0, top - inner / all), top] };
    moved.push({ ...annotations[place]!, x: 0, y: top + 6 / all });
  }
  return { ...axes, annotations: moved, height: all + margin.t + margin.b };
}
