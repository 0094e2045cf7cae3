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
 * @returns The three.
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
  if (values.length === 0) {
    throw new RangeError("Cannot take the median: there are no values: measure at least one");
  }
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  const middle = sorted.slice(Math.ceil(half) - 1, Math.floor(half) + 1);
  const median = middle.reduce((sum, value) => sum + value, 0) / middle.length;
  return { median, min: Math.min(...sorted), max: Math.max(...sorted) };
}

/**
 * Median of the ratios of two interleaved series, pair by pair: what disturbs the machine for a while
 * disturbs both.
 *
 * @param slower Numerators, such as a peer's milliseconds.
 * @param faster Denominators, taken in the same rounds.
 * @returns How many times as fast.
 * @throws {RangeError} If the series are not of one length.
 * @example A slow round of both does not count
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { medianRatio } from "glmc/bench/statistics.ts";
 *
 * assertEquals(medianRatio([20, 200, 20], [10, 100, 10]), 2);
 * ```
 */
export function medianRatio(slower: readonly number[], faster: readonly number[]): number {
  if (slower.length !== faster.length) {
    throw new RangeError(
      `Cannot compare the series: ${slower.length} rounds against ${faster.length}: ` +
        "measure both in the same rounds",
    );
  }
  return spread(slower.map((value, round) => value / faster[round]!)).median;
}
