/**
 * A figure as plain plotly data: no document, no browser, nothing but JSON.
 *
 * Only the part of plotly that this kit draws is typed, so that a second renderer can follow all of
 * it.
 *
 * @module
 */

/** A position on an axis; null leaves a gap. */
export type Position = number | string | null;

/** Style of a line. */
export interface LineStyle {
  /** Colour. */
  readonly color?: string;
  /** Thickness in pixels. */
  readonly width?: number;
  /** How it is broken; solid by default. */
  readonly dash?: "solid" | "dash" | "dot";
}

/** Style of points or bars. */
export interface MarkerStyle {
  /** One colour, or one for each point. */
  readonly color?: string | readonly string[];
  /** Diameter of points in pixels. */
  readonly size?: number;
  /** From 0, invisible, to 1. */
  readonly opacity?: number;
}

/** What every trace has. */
export interface AnyTrace {
  /** Name in the legend and in hover texts. */
  readonly name?: string;
  /** Whether the legend lists it. */
  readonly showlegend?: boolean;
  /** Which x axis: `x`, `x2`, ... */
  readonly xaxis?: string;
  /** Which y axis: `y`, `y2`, ... */
  readonly yaxis?: string;
  /** `skip` shows nothing under the mouse. */
  readonly hoverinfo?: "skip";
  /** What is shown under the mouse. */
  readonly hovertemplate?: string;
}

/** Lines, points or words. */
export interface ScatterTrace extends AnyTrace {
  /** Kind of trace. */
  readonly type: "scatter";
  /** What is drawn at, or between, the points. */
  readonly mode: "lines" | "markers" | "lines+markers" | "text";
  /** Positions. */
  readonly x: readonly Position[];
  /** Positions. */
  readonly y: readonly Position[];
  /** Words at the points, or under the mouse. */
  readonly text?: readonly string[];
  /** Where the words stand. */
  readonly textposition?: "middle right" | "middle left" | "middle center" | "bottom center";
  /** Their letters. */
  readonly textfont?: { readonly color?: string; readonly size?: number };
  /** The line. */
  readonly line?: LineStyle;
  /** The points. */
  readonly marker?: MarkerStyle;
  /** Fills what the line goes around. */
  readonly fill?: "toself";
  /** Colour of what is filled. */
  readonly fillcolor?: string;
  /** Whether to cut at the axes; words beside the last point must not be. */
  readonly cliponaxis?: boolean;
}

/** Bars. */
export interface BarTrace extends AnyTrace {
  /** Kind of trace. */
  readonly type: "bar";
  /** Positions or, lying, lengths. */
  readonly x: readonly Position[];
  /** Lengths or, lying, positions. */
  readonly y: readonly Position[];
  /** `h` for lying bars. */
  readonly orientation?: "v" | "h";
  /** Words on the bars. */
  readonly text?: readonly string[];
  /** Where the words stand. */
  readonly textposition?: "outside" | "none";
  /** The bars. */
  readonly marker?: MarkerStyle;
  /** Whether to cut at the axes. */
  readonly cliponaxis?: boolean;
}

/** A matrix as colours. */
export interface HeatmapTrace extends AnyTrace {
  /** Kind of trace. */
  readonly type: "heatmap";
  /** Names of the columns. */
  readonly x: readonly string[];
  /** Names of the rows, the first one at the top where the axis is reversed. */
  readonly y: readonly string[];
  /** Rows of values. */
  readonly z: readonly (readonly (number | null)[])[];
  /** Value of the first colour. */
  readonly zmin: number;
  /** Value of the last colour. */
  readonly zmax: number;
  /** Colours with their places in [0, 1]. */
  readonly colorscale: readonly (readonly [number, string])[];
  /** Scale beside the matrix. */
  readonly colorbar?: { readonly title: { readonly text: string; readonly side: "right" } };
  /** Words in the cells. */
  readonly text?: readonly (readonly string[])[];
  /** How the words are shown. */
  readonly texttemplate?: "%{text}";
  /** Gap between cells in pixels. */
  readonly xgap?: number;
  /** Gap between cells in pixels. */
  readonly ygap?: number;
}

/** A picture. */
export interface ImageTrace extends AnyTrace {
  /** Kind of trace. */
  readonly type: "image";
  /** The picture as a data URI; each of its pixels is one unit of the axes. */
  readonly source: string;
}

/** Anything drawn in a figure. */
export type Trace = ScatterTrace | BarTrace | HeatmapTrace | ImageTrace;

/** An axis. */
export interface Axis {
  /** Title, with the unit. */
  readonly title?: { readonly text: string; readonly standoff?: number };
  /** Kind of scale. */
  readonly type?: "linear" | "log" | "category";
  /** First and last value; their decimal logarithms on a logarithmic axis. */
  readonly range?: readonly number[];
  /** Distance of the marks. */
  readonly dtick?: number;
  /** Part of the figure it spans, in [0, 1]. */
  readonly domain?: readonly [number, number];
  /** The axis it crosses: `x`, `y2`, ... */
  readonly anchor?: string;
  /** `reversed` puts the first value at the end. */
  readonly autorange?: "reversed";
  /** `tozero` lets it start at zero. */
  readonly rangemode?: "tozero";
  /** Whether it is drawn at all. */
  readonly visible?: boolean;
  /** Whether grid lines are drawn. */
  readonly showgrid?: boolean;
  /** Colour of the grid lines. */
  readonly gridcolor?: string;
  /** Whether a line at zero is drawn. */
  readonly zeroline?: boolean;
  /** Colour of the axis line. */
  readonly linecolor?: string;
  /** Makes room for long names. */
  readonly automargin?: boolean;
  /** Angle of the names in degrees. */
  readonly tickangle?: number;
  /** Whether it can be zoomed. */
  readonly fixedrange?: boolean;
}

/** A line of text at a place of the whole figure. */
export interface Annotation {
  /** The words. */
  readonly text: string;
  /** Place from the left, in [0, 1]. */
  readonly x: number;
  /** Place from the bottom, in [0, 1]. */
  readonly y: number;
  /** Places count in the figure, not on an axis. */
  readonly xref: "paper";
  /** Places count in the figure, not on an axis. */
  readonly yref: "paper";
  /** Which end of the words is at `x`. */
  readonly xanchor: "left" | "center";
  /** Which end of the words is at `y`. */
  readonly yanchor: "bottom" | "middle";
  /** No arrow. */
  readonly showarrow: false;
  /** Letters. */
  readonly font?: { readonly size?: number; readonly color?: string };
}

/** Everything around the traces. */
export interface Layout {
  /** Title of the figure. */
  readonly title?: {
    readonly text: string;
    readonly x?: number;
    readonly xanchor?: "left";
    readonly y?: number;
    readonly yanchor?: "top";
    readonly yref?: "container";
    readonly pad?: { readonly t: number };
    readonly font?: { readonly size?: number };
  };
  /** Width in pixels. */
  readonly width: number;
  /** Height in pixels. */
  readonly height: number;
  /** Space around the axes in pixels. */
  readonly margin: {
    readonly l: number;
    readonly r: number;
    readonly t: number;
    readonly b: number;
  };
  /** Letters. */
  readonly font?: { readonly family: string; readonly size: number; readonly color: string };
  /** Background of the figure. */
  readonly paper_bgcolor?: string;
  /** Background between the axes. */
  readonly plot_bgcolor?: string;
  /** Whether there is a legend. */
  readonly showlegend?: boolean;
  /** Where the legend is. */
  readonly legend?: {
    readonly orientation: "h" | "v";
    readonly x: number;
    readonly y: number;
    readonly yanchor: "bottom" | "top";
    readonly traceorder: "normal";
  };
  /** How bars of several traces share a place. */
  readonly barmode?: "group" | "stack";
  /** What the mouse picks. */
  readonly hovermode?: "closest" | "x unified";
  /** Words at places of the figure. */
  readonly annotations?: readonly Annotation[];
  /** The first x axis. */
  readonly xaxis?: Axis;
  /** The first y axis. */
  readonly yaxis?: Axis;
  /** Further x axes. */
  readonly [xaxis: `xaxis${number}`]: Axis | undefined;
  /** Further y axes. */
  readonly [yaxis: `yaxis${number}`]: Axis | undefined;
}

/** A figure: what plotly draws, and one sentence for those who do not see it. */
export interface Figure {
  /** What is drawn. */
  readonly data: readonly Trace[];
  /** Axes, title and size. */
  readonly layout: Layout;
  /** One sentence that says what is to be seen. */
  readonly description: string;
}

/** A title, or a title with a scale. */
export type AxisOptions = string | {
  /** Title, with the unit in brackets. */
  readonly title: string;
  /** First and last value. */
  readonly range?: readonly [number, number];
  /** Whether the scale is logarithmic. */
  readonly log?: boolean;
  /** Distance of the marks. */
  readonly step?: number;
};

/** What every builder of figures needs to be told. */
export interface FigureOptions {
  /** Title of the figure. */
  readonly title: string;
  /** One sentence that says what is to be seen; it stands in for the picture where there is none. */
  readonly description: string;
  /** Height in pixels; 380 by default. */
  readonly height?: number;
}

/**
 * A value with at most six digits that count, so that stored figures stay small.
 *
 * @param value A number; null and what is not finite leave a gap.
 * @returns The number, or null for a gap.
 * @example A third
 * ```ts
 * import { shortNumber } from "glmc/plot/figure.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([shortNumber(1 / 3), shortNumber(NaN)], [0.333333, null]);
 * ```
 */
export function shortNumber(value: number | null): number | null {
  return value === null || !Number.isFinite(value) ? null : Number(value.toPrecision(6));
}
