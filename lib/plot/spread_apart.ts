/**
 * Places for words beside points that are too close to each other.
 *
 * @module
 */

/** Where words may stand. */
export interface SpreadOptions {
  /** Least distance of two of them. */
  readonly apart: number;
  /** Lowest place. */
  readonly low: number;
  /** Highest place. */
  readonly high: number;
}

/**
 * Moves heights apart: each group of close ones stands around its middle, within the axis.
 *
 * @param heights Heights, ascending.
 * @param options Distance and ends.
 * @returns As many heights.
 * @example Two that are one
 * ```ts
 * import { spreadApart } from "glmc/plot/spread_apart.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(spreadApart([10, 50, 50], { apart: 8, low: 0, high: 100 }), [10, 46, 54]);
 * assertEquals(spreadApart([98, 99], { apart: 8, low: 0, high: 100 }), [92, 100]);
 * ```
 */
export function spreadApart(
  heights: readonly number[],
  { apart, low, high }: SpreadOptions,
): number[] {
  const groups: { middle: number; count: number }[] = [];
  const within = ({ middle, count }: { middle: number; count: number }) => {
    const half = apart * (count - 1) / 2;
    return { count, middle: Math.max(low + half, Math.min(high - half, middle)) };
  };
  for (const height of heights) {
    let group = within({ middle: height, count: 1 });
    for (let below = groups.at(-1); below !== undefined; below = groups.at(-1)) {
      if (group.middle - below.middle >= apart * (group.count + below.count) / 2) break;
      groups.pop();
      const count = group.count + below.count;
      const middle = (group.middle * group.count + below.middle * below.count) / count;
      group = within({ middle, count });
    }
    groups.push(group);
  }
  return groups.flatMap(({ middle, count }) =>
    Array.from({ length: count }, (_, place) => middle + apart * (place - (count - 1) / 2))
  );
}
