/**
 * Bands behind lines: what a line is uncertain by.
 *
 * @module
 */
import { type Position, type ScatterTrace, shortNumber } from "./figure.ts";

/** Lower and upper edge of a band at the positions of its line; null leaves a gap. */
export interface Band {
  /** The lower edge. */
  readonly low: readonly (number | null)[];
  /** The upper edge. */
  readonly high: readonly (number | null)[];
}

/**
 * The area of a band, as one polygon without its gaps.
 *
 * @param band The band; nothing is drawn where there is none.
 * @param line Positions and colour of its line, the colour as `#RRGGBB`.
 * @returns The trace; none for fewer than two points.
 * @example Two epochs
 * ```ts
 * import { bandTrace } from "glmc/plot/band.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const [trace] = bandTrace({ low: [1, 2], high: [3, 4] }, { x: [1, 2], color: "#4477AA" });
 *
 * assertEquals([trace?.x, trace?.y], [[1, 2, 2, 1], [3, 4, 2, 1]]);
 * ```
 */
export function bandTrace(
  band: Band | undefined,
  { x, color }: { readonly x: readonly Position[]; readonly color: string },
): ScatterTrace[] {
  const points = x.flatMap((position, i) => {
    const [low, high] = [band?.low[i] ?? null, band?.high[i] ?? null].map(shortNumber);
    return low == null || high == null ? [] : [{ position, low, high }];
  });
  if (points.length < 2) return [];
  const back = points.toReversed();
  return [{
    type: "scatter",
    mode: "lines",
    x: [...points, ...back].map(({ position }) => position),
    y: [...points.map(({ high }) => high), ...back.map(({ low }) => low)],
    line: { color, width: 0 },
    fill: "toself",
    // A fifth of the colour, over the grid.
    fillcolor: `${color}33`,
    showlegend: false,
    hoverinfo: "skip",
  }];
}
