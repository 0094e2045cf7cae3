/**
 * What a series of measurements comes to.
 *
 * @module
 */

/** Median, least and greatest of a series. */
export interface Spread {
  /** Value in the middle; of an even number the mean of the two. */
  readonly median: number;
  /** Least value. */
  readonly min: number;
  /** Greatest value. */
  readonly max: number;
}

/**
 * Median, least and greatest value.
 *
 * @param values At least one.
 * @throws {RangeError} If there is none.
 * @example Four values
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { spread } from "glmc/bench/statistics.ts";
 *
 * assertEquals(spread([4, 1, 3, 2]), { median: 2.5, min: 1, max: 4 });
 * ```
 */
export function spread(values: readonly number[]): Spread {
  if (values.length === 0) throw new RangeError("Cannot take the median of no values");
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const median = (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2;
  return { median, min: sorted[0], max: sorted.at(-1)! };
}

/**
 * Median of the ratios of two interleaved series, pair by pair: what disturbs the machine for a while
 * disturbs both.
 *
 * @param slower Numerators, such as a peer's milliseconds.
 * @param faster Denominators, taken in the same rounds.
 */
export function medianRatio(slower: readonly number[], faster: readonly number[]): number {
  return spread(slower.map((value, i) => value / faster[i])).median;
}
