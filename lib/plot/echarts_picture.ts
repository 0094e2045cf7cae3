/**
 * Pictures of figures without a browser: the figure in the words of ECharts, which writes SVG.
 *
 * @module
 */
import type { EChartsOption, SeriesOption } from "echarts";
import { axisOption, type Box, type Panel } from "./echarts_axis.ts";
import type { BarTrace, Figure, HeatmapTrace, Layout, ScatterTrace, Trace } from "./figure.ts";

/**
 * Draws a figure as SVG with ECharts.
 *
 * @param figure The figure.
 * @returns The text of the SVG.
 * @example Words stay words
 * ```ts
 * import { drawWithEcharts } from "glmc/plot/echarts_picture.ts";
 * import { barFigure } from "glmc/plot/bar.ts";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const figure = barFigure([{ name: "images", values: [500, 5] }], {
 *   title: "Images",
 *   description: "The first class has a hundred times as many images.",
 *   categories: ["airplane", "truck"],
 *   x: "Class",
 *   y: "Images",
 * });
 *
 * assertStringIncludes(await drawWithEcharts(figure), ">airplane</text>");
 * ```
 */
export async function drawWithEcharts(figure: Figure): Promise<string> {
  const { init } = await import("echarts");
  const { width, height } = figure.layout;
  // plotly.js breaks lines at <br>.
  const told: Figure = JSON.parse(JSON.stringify(figure).replaceAll("<br>", "\\n"));
  const chart = init(null, null, { renderer: "svg", ssr: true, width, height });
  try {
    chart.setOption(echartsOption(told));
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
}

function echartsOption({ data, layout }: Figure): EChartsOption {
  const panels = panelsOf(data, layout);
  const [first] = panels;
  const heatmap = data.find((trace) => trace.type === "heatmap");
  const drawn = panels.map((panel) => panel.traces.some(({ type }) => type !== "image"));
  return {
    animation: false,
    textStyle: { fontFamily: layout.font?.family, color: layout.font?.color },
    backgroundColor: layout.paper_bgcolor,
    title: titles(layout),
    ...(layout.showlegend && { legend: legendOption(data, layout) }),
    ...(heatmap && first && { visualMap: colorScale(heatmap, { box: first.box, layout }) }),
    grid: panels.map(({ box }) => box),
    xAxis: panels.map((panel, gridIndex) => ({
      ...axisOption(panel, { which: "x", color: layout.font?.color }),
      gridIndex,
      ...(!drawn[gridIndex] && { show: false }),
    })),
    yAxis: panels.map((panel, gridIndex) => ({
      ...axisOption(panel, { which: "y", color: layout.font?.color }),
      gridIndex,
      ...(!drawn[gridIndex] && { show: false }),
    })),
    series: panels.flatMap(({ traces }, index) =>
      traces.flatMap((trace) => seriesOption(trace, { index, layout }))
    ),
    graphic: panels.flatMap(({ traces, box: { left, top, width, height } }) =>
      traces.filter((trace) => trace.type === "image").map(({ source }) => ({
        type: "image",
        left,
        top,
        style: { image: source, width, height },
      }))
    ),
  };
}

function panelsOf(data: readonly Trace[], layout: Layout): Panel[] {
  const { width, height, margin } = layout;
  const inner = { width: width - margin.l - margin.r, height: height - margin.t - margin.b };
  const keys = [...new Set(data.map(({ xaxis = "x" }) => xaxis.slice(1)))];
  return keys.map((key) => {
    const axes = {
      x: layout[`xaxis${key}` as "xaxis"] ?? {},
      y: layout[`yaxis${key}` as "yaxis"] ?? {},
    };
    const [left, right] = axes.x.domain ?? [0, 1];
    const [bottom, top] = axes.y.domain ?? [0, 1];
    const hasScale = data.some(({ type }) => type === "heatmap");
    return {
      axes,
      box: {
        left: margin.l + left * inner.width + (hasScale ? 40 : 0),
        top: margin.t + (1 - top) * inner.height,
        width: (right - left) * inner.width - (hasScale ? 140 : 0),
        height: (top - bottom) * inner.height,
      },
      traces: data.filter(({ xaxis = "x" }) => xaxis.slice(1) === key),
    };
  });
}

function titles({ title, annotations = [], margin, ...layout }: Layout): object[] {
  const { width, height } = layout;
  const plain = { fontWeight: "normal", color: layout.font?.color } as const;
  return [
    { text: title?.text, left: 12, top: 12, textStyle: { ...plain, fontSize: 16 } },
    ...annotations.map(({ text, x, y, font }) => ({
      text,
      left: margin.l + x * (width - margin.l - margin.r),
      bottom: margin.b + y * (height - margin.t - margin.b) - 4,
      padding: 0,
      textStyle: { ...plain, fontSize: font?.size ?? 13 },
    })),
  ];
}

function legendOption(data: readonly Trace[], { margin, height, font, legend }: Layout): object {
  const names = data.filter(({ showlegend }) => showlegend !== false).map(({ name }) => name ?? "");
  return {
    data: names,
    left: margin.l,
    ...(legend?.orientation === "v"
      ? { orient: "vertical", top: height - margin.b + 52 }
      : { top: margin.t - 28 }),
    itemHeight: 10,
    itemGap: legend?.orientation === "v" ? 4 : 28,
    textStyle: { color: font?.color },
  };
}

function colorScale(
  { zmin, zmax, colorscale, colorbar }: HeatmapTrace,
  { box, layout }: { readonly box: Box; readonly layout: Layout },
): object {
  return {
    min: zmin,
    max: zmax,
    inRange: { color: colorscale.map(([, color]) => color) },
    calculable: false,
    right: 16,
    top: box.top,
    itemHeight: Math.min(240, box.height - 40),
    text: [colorbar?.title.text ?? "", ""],
    textStyle: { width: 90, overflow: "break", color: layout.font?.color },
  };
}

function seriesOption(
  trace: Trace,
  { index, layout }: { readonly index: number; readonly layout: Layout },
): SeriesOption[] {
  const axes = { xAxisIndex: index, yAxisIndex: index };
  if (trace.type === "bar") return [{ ...axes, ...barSeries(trace, layout) }];
  if (trace.type === "heatmap") return [{ ...axes, ...heatmapSeries(trace) }];
  if (trace.type === "scatter") return [{ ...axes, ...scatterSeries(trace) }];
  return [];
}

function scatterSeries({ mode, name, x, y, text, ...style }: ScatterTrace): SeriesOption {
  const points = x.map((position, i) => [position ?? "-", y[i] ?? "-"]);
  const { line, marker, textfont, textposition = "middle center", fill, fillcolor } = style;
  if (fill !== undefined) return filledSeries(points, fillcolor);
  const color = typeof marker?.color === "string" ? marker.color : line?.color;
  const common = { name, color, itemStyle: { color, opacity: marker?.opacity }, silent: true };
  if (mode === "text") {
    const places = {
      "middle right": "right",
      "middle left": "left",
      "middle center": "inside",
      "bottom center": "bottom",
    } as const;
    return {
      ...common,
      type: "scatter",
      clip: false,
      symbolSize: 1,
      itemStyle: { color: "transparent" },
      data: points.map((value, i) => ({
        value,
        label: {
          show: true,
          position: places[textposition],
          distance: 2,
          formatter: () => (text?.[i] ?? "").trim(),
          color: textfont?.color,
          fontSize: textfont?.size ?? 13,
        },
      })),
    };
  }
  if (mode === "markers") {
    return { ...common, type: "scatter", symbolSize: marker?.size, data: points };
  }
  const dashes = { solid: "solid", dash: "dashed", dot: "dotted" } as const;
  return {
    ...common,
    type: "line",
    data: points,
    symbol: mode === "lines" ? "none" : "circle",
    symbolSize: marker?.size,
    lineStyle: { color: line?.color, width: line?.width, type: dashes[line?.dash ?? "solid"] },
  };
}

/** One item that draws all points as a polygon. */
function filledSeries(points: readonly unknown[][], color: string | undefined): SeriesOption {
  return {
    type: "custom",
    silent: true,
    clip: true,
    data: [points[0]!],
    renderItem: (_, api) => ({
      type: "polygon",
      shape: { points: points.map((point) => api.coord(point as number[])) },
      style: { fill: color },
    }),
  };
}

function barSeries(trace: BarTrace, layout: Layout): SeriesOption {
  const { x, y, text, marker, name, orientation } = trace;
  const lying = orientation === "h";
  const colors = marker?.color;
  return {
    type: "bar",
    name,
    silent: true,
    // On a logarithmic axis there is no sum: bars that share a place are drawn over each other.
    ...(layout.barmode === "stack" &&
      (layout.yaxis?.type === "log" ? { barGap: "-100%" } : { stack: "all" })),
    ...(typeof colors === "string" && { color: colors }),
    data: (lying ? x : y).map((value, i) => ({
      value: value ?? "-",
      itemStyle: { color: typeof colors === "string" ? colors : colors?.[i] },
      label: {
        show: text !== undefined && value !== null,
        position: lying ? "right" : "top",
        formatter: () => text?.[i] ?? "",
      },
    })),
  };
}

function heatmapSeries({ x, y, z, text }: HeatmapTrace): SeriesOption {
  return {
    type: "heatmap",
    silent: true,
    data: z.flatMap((row, r) =>
      row.map((value, c) => ({
        value: [x[c], y[r], value ?? "-"],
        label: { show: text !== undefined, formatter: () => text?.[r]?.[c] ?? "" },
      }))
    ),
  };
}
