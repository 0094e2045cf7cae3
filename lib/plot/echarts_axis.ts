/**
 * Axes of figures in the words of ECharts.
 *
 * @module
 */

import type { Axis, Trace } from "./figure.ts";

/** Where a pair of axes stands, in pixels. */
export interface Box {
  /** From the left. */
  readonly left: number;
  /** From the top. */
  readonly top: number;
  /** Its width. */
  readonly width: number;
  /** Its height. */
  readonly height: number;
}

/** A pair of axes and what is drawn on it. */
export interface Panel {
  /** Its place. */
  readonly box: Box;
  /** Its axes. */
  readonly axes: { readonly x: Axis; readonly y: Axis };
  /** What is drawn. */
  readonly traces: readonly Trace[];
}

/** Which axis, and the colour of its letters. */
export interface AxisOptionOptions {
  /** Which of the two. */
  readonly which: "x" | "y";
  /** Colour of its letters; that of ECharts by default. */
  readonly color: string | undefined;
}

/**
 * An axis of a panel as an option of ECharts.
 *
 * @param panel The panel.
 * @param options Which axis, and the colour of its letters.
 * @returns The option.
 * @example An axis without anything on it
 * ```ts
 * import { axisOption } from "glmc/plot/echarts_axis.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const box = { left: 0, top: 0, width: 600, height: 300 };
 * const panel = { box, axes: { x: { title: { text: "Epoch" } }, y: {} }, traces: [] };
 *
 * const { type, name } = axisOption(panel, { which: "x", color: "#222222" });
 * assertEquals([type, name], ["value", "Epoch"]);
 * ```
 */
export function axisOption(
  { axes, traces, box }: Panel,
  { which, color }: AxisOptionOptions,
): Record<string, unknown> {
  const axis = axes[which];
  const positions = traces.flatMap((trace) => trace.type === "image" ? [] : trace[which]);
  const isCategory = axis.type === "category" || positions.some((p) => typeof p === "string");
  const categories = [...new Set(positions.filter((p) => p !== null))];
  const ends = (axis.range ?? []).map((v) => axis.type === "log" ? 10 ** v : v);
  const [first = 0, last = 0] = ends;
  const ticks = Math.max(2, Math.floor((which === "x" ? box.width : box.height) / 60));
  const isPlain = ends.length > 0 && !isCategory && axis.type !== "log";
  const marks = isPlain
    ? { customValues: marksWithin(ends, { step: axis.dtick, most: ticks }) }
    : axis.dtick === undefined
    ? {}
    : { interval: axis.dtick };
  const hasWords = traces.some((trace) => trace.type === "bar" && trace.text !== undefined);
  return {
    type: isCategory ? "category" : axis.type === "log" ? "log" : "value",
    ...(isCategory && { data: categories }),
    // Room for what is written above bars.
    ...(!isCategory && hasWords && ends.length === 0 && { boundaryGap: ["0%", "8%"] }),
    name: axis.title?.text,
    nameLocation: "middle",
    nameGap: which === "x" ? 30 : 44,
    nameTextStyle: { color },
    splitNumber: ticks,
    show: axis.visible !== false,
    inverse: axis.autorange === "reversed" || first > last,
    ...(ends.length > 0 && { min: Math.min(first, last), max: Math.max(first, last) }),
    scale: axis.rangemode !== "tozero",
    splitLine: {
      show: axis.showgrid !== false,
      showMinLine: false,
      showMaxLine: false,
      lineStyle: { color: axis.gridcolor },
    },
    axisLine: { show: true, onZero: false, lineStyle: { color: axis.linecolor } },
    axisTick: { show: !isCategory, ...marks },
    axisLabel: {
      color,
      ...marks,
      // All names where they fit: ECharts leaves out every other one long before.
      ...(isCategory && which === "x" && namesFit(categories, box.width) &&
        { interval: 0, fontSize: 11 }),
    },
  };
}

/** Marks on whole steps within the ends of an axis, which lie between two marks more often than not. */
function marksWithin(
  ends: readonly number[],
  { step, most }: { readonly step: number | undefined; readonly most: number },
): number[] {
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const distance = step ?? niceStep((high - low) / most);
  const first = Math.ceil(low / distance - 1e-9);
  const count = Math.floor(high / distance + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, i) => Number(((first + i) * distance).toPrecision(12)));
}

/** The next of 1, 2, 5, 10, 20, 50, ... */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * [1, 2, 5, 10].find((step) => step * power >= least)!;
}

/** Whether names of 11 pixels stand beside each other on so many pixels. */
function namesFit(names: readonly (string | number)[], width: number): boolean {
  return Math.max(...names.map((name) => `${name}`.length)) * 6.3 < width / names.length;
}
