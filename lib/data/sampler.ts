/**
 * The second sampler of GLMC: image j of a pair is drawn with probability ∝ N_y^(−q), so that rare classes
 * come up more often; q = 2 is the reversed sampler of the paper, q = 0 no sampler at all.
 *
 * @module
 */
import type { RandomStream } from "./random.ts";

/** Settings of {@linkcode resampledRows}. */
export interface ResampledRowsOptions {
  /** Exponent q: 0 keeps the classes as they are, 1 balances them, 2 reverses them. */
  readonly resampleExponent: number;
  /** Stream to draw from. */
  readonly random: RandomStream;
}

/**
 * Share of each class among resampled images: P_c = N_c^(1 − q) / Σ N^(1 − q).
 *
 * This is what the weight N_y^(−q) of each image gives (`--resample_weighting` of the official
 * code).
 *
 * @param counts Images of each class N `[classes]`; an empty class gets the share 0.
 * @param resampleExponent Exponent q.
 * @returns Shares `[classes]`, with sum 1; every class with images has a share above 0.
 * @throws {RangeError} If the exponent is not a number, or so far from 1 that a class's share is lost in
 * rounding; or if no class has an image.
 * @example Kept, balanced and reversed
 * ```ts
 * import { samplerMass } from "glmc/data/sampler.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(samplerMass([4, 1], 0), [0.8, 0.2]);
 * assertEquals(samplerMass([4, 1], 1), [0.5, 0.5]);
 * assertEquals(samplerMass([4, 1], 2), [0.2, 0.8]);
 * ```
 */
export function samplerMass(counts: readonly number[], resampleExponent: number): number[] {
  if (!Number.isFinite(resampleExponent)) {
    throw new RangeError(
      `Cannot resample: the exponent must be a number: it is ${resampleExponent}: pass for example --resample_weighting 0.2`,
    );
  }
  if (!counts.some((count) => count > 0)) {
    throw new RangeError("Cannot resample: no class has an image: draw a subset that has some");
  }
  const masses = counts.map((count) => count > 0 ? count ** (1 - resampleExponent) : 0);
  const sum = masses.reduce((total, mass) => total + mass, 0);
  const shares = masses.map((mass) => mass / sum);
  const wrong = counts.findIndex((count, label) => count > 0 && !(shares[label]! > 0));
  if (wrong >= 0) {
    throw new RangeError(
      `Cannot resample: exponent ${resampleExponent} leaves the share of class ${wrong} with ` +
        `${counts[wrong]} images outside what numbers can hold: pass a smaller one, for example ` +
        "--resample_weighting 1",
    );
  }
  return shares;
}

/**
 * Draws as many rows as a split has, with replacement, each with a weight of N_y^(−q).
 *
 * @param counts Images of each class of the split N `[classes]`; rows are grouped by class.
 * @param options Exponent and random stream.
 * @returns Rows of the split `[size]`.
 * @throws {RangeError} If {@linkcode samplerMass} refuses the exponent.
 * @example Balanced classes
 * ```ts
 * import { randomStream } from "glmc/data/random.ts";
 * import { resampledRows } from "glmc/data/sampler.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const random = randomStream(42, "sampler", 0);
 * const rows = resampledRows([9900, 100], { resampleExponent: 1, random });
 * const rare = rows.filter((row) => row >= 9900).length;
 *
 * assertAlmostEquals(rare / rows.length, 0.5, 0.02);
 * ```
 */
export function resampledRows(
  counts: readonly number[],
  options: ResampledRowsOptions,
): Int32Array {
  const { resampleExponent, random } = options;
  const limits = runningSum(samplerMass(counts, resampleExponent));
  const ends = runningSum(counts);
  const lastClass = counts.findLastIndex((count) => count > 0);
  const size = ends.at(-1) ?? 0;
  return Int32Array.from({ length: size }, () => {
    // Rounding can leave the last limit a little under 1.
    const label = Math.min(firstAbove(limits, random.uniform()), lastClass);
    const count = counts[label]!;
    return ends[label]! - count + random.integer(count);
  });
}

/**
 * Every row of a split once, in random order.
 *
 * @param counts Images of each class of the split N `[classes]`.
 * @param random Stream to draw from.
 * @returns Rows of the split `[size]`.
 * @example Five images of two classes
 * ```ts
 * import { randomStream } from "glmc/data/random.ts";
 * import { shuffledRows } from "glmc/data/sampler.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const rows = shuffledRows([3, 2], randomStream(42, "shuffle", 0));
 *
 * assertEquals([...rows].sort(), [0, 1, 2, 3, 4]);
 * ```
 */
export function shuffledRows(counts: readonly number[], random: RandomStream): Int32Array {
  return random.shuffled(counts.reduce((sum, count) => sum + count, 0));
}

/**
 * Where the first of ascending limits above a value is, by halving: with thousands of classes a search
 * from the front takes most of the time of a plan.
 */
function firstAbove(limits: readonly number[], value: number): number {
  let [begin, end] = [0, limits.length];
  while (begin < end) {
    const middle = (begin + end) >> 1;
    if (value < limits[middle]!) end = middle;
    else begin = middle + 1;
  }
  return begin;
}

function runningSum(values: readonly number[]): number[] {
  let sum = 0;
  return values.map((value) => sum += value);
}
