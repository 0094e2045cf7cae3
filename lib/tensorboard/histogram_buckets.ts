/**
 * TensorBoard's rule for the buckets of a histogram.
 *
 * @module
 */

/** Buckets of every histogram, as TensorBoard has them by default. */
const bucketCount = 30;

/** How many values lie between two edges. */
export interface Bucket {
  /** Its lower edge. */
  readonly left: number;
  /** Its upper edge. */
  readonly right: number;
  /** Values in it; the upper edge belongs to the next bucket, but for the last one. */
  readonly count: number;
}

/**
 * Sorts values into 30 equally wide buckets from the least to the greatest (TensorBoard 2.21, `histogram_pb`
 * of `plugins/histogram/summary_v2.py`).
 *
 * @param values The values, all finite.
 * @returns The buckets; where all values are equal, the last one holds them; without values, all are zero.
 * @example Three values
 * ```ts
 * import { histogramBuckets } from "glmc/tensorboard/histogram_buckets.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const buckets = histogramBuckets([0, 30, 30]);
 *
 * assertEquals(buckets.length, 30);
 * assertEquals(buckets.at(-1), { left: 29, right: 30, count: 2 });
 * ```
 */
export function histogramBuckets(values: readonly number[]): Bucket[] {
  const [least, most] = values.reduce(
    ([least, most], value) => [Math.min(least, value), Math.max(most, value)],
    values.length === 0 ? [0, 0] : [Infinity, -Infinity],
  ) as [number, number];
  const counts: number[] = Array(bucketCount).fill(0);
  const width = (most - least) / bucketCount;
  for (const value of values) {
    const index = width === 0 ? bucketCount : Math.floor((value - least) / width);
    counts[Math.min(index, bucketCount - 1)]!++;
  }
  const edge = (index: number): number => index === bucketCount ? most : index * width + least;
  return counts.map((count, i) => ({ left: edge(i), right: edge(i + 1), count }));
}
