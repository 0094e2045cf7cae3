/**
 * What few seeds tell: mean, sample deviation, and paired differences with their intervals.
 *
 * @module
 */

/** Values of several seeds in short. */
export interface Spread {
  /** How many values. */
  readonly n: number;
  /** Their mean. */
  readonly mean: number;
  /** Their sample deviation (n − 1); null of a single value. */
  readonly deviation: number | null;
}

/** A mean difference of pairs. */
export interface Difference extends Spread {
  /** Ends of its 95 % interval by Student's t with n − 1 degrees of freedom; null of a single pair. */
  readonly interval: readonly [low: number, high: number] | null;
}

/**
 * Mean and sample deviation.
 *
 * @param values The values.
 * @returns Both; `undefined` of no value.
 * @example Three seeds
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { spreadOf } from "glmc/study/statistics.ts";
 *
 * assertEquals(spreadOf([1, 2, 3]), { n: 3, mean: 2, deviation: 1 });
 * ```
 */
export function spreadOf(values: readonly number[]): Spread | undefined {
  const n = values.length;
  if (n === 0) return undefined;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { n, mean, deviation: n === 1 ? null : Math.sqrt(squares / (n - 1)) };
}

/**
 * Mean of paired differences with its 95 % interval: mean ± t · s / √n.
 *
 * The seeds of a pair share subset and draws where the methods allow, so that their difference varies less
 * than the results do.
 *
 * @param differences One for each pair.
 * @returns Mean, deviation and interval; `undefined` of no pair.
 * @example Two pairs have a wide one
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { differenceOf } from "glmc/study/statistics.ts";
 *
 * const [low] = differenceOf([1, 3])!.interval!;
 *
 * assertAlmostEquals(low, 2 - 12.7062, 1e-4);
 * ```
 */
export function differenceOf(differences: readonly number[]): Difference | undefined {
  const spread = spreadOf(differences);
  if (spread === undefined) return undefined;
  const { n, mean, deviation } = spread;
  if (deviation === null) return { ...spread, interval: null };
  const half = studentQuantile(0.975, n - 1) * deviation / Math.sqrt(n);
  return { ...spread, interval: [mean - half, mean + half] };
}

/**
 * Quantile of Student's t.
 *
 * @param probability Share of the distribution below it, at least one half and less than 1.
 * @param freedom Degrees of freedom, a whole number of at least 1.
 * @returns The quantile.
 * @example Two degrees of freedom, as tables have it
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { studentQuantile } from "glmc/study/statistics.ts";
 *
 * assertAlmostEquals(studentQuantile(0.975, 2), 4.302652730, 1e-8);
 * ```
 */
export function studentQuantile(probability: number, freedom: number): number {
  // In the angle arctan(t / √ν) the distribution has a range with ends, in which halving finds it.
  let [low, high] = [0, Math.PI / 2];
  const wanted = 2 * probability - 1;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (centralShare(middle, freedom) < wanted) low = middle;
    else high = middle;
  }
  return Math.sqrt(freedom) * Math.tan((low + high) / 2);
}

/**
 * P(|T| ≤ √ν tan θ) for whole ν, as a finite sum (Abramowitz and Stegun, Handbook of Mathematical
 * Functions, 26.7.3 and 26.7.4).
 */
function centralShare(angle: number, freedom: number): number {
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  const isOdd = freedom % 2 === 1;
  let term = isOdd ? cosine : 1;
  let sum = 0;
  for (let power = isOdd ? 1 : 0; power <= freedom - 2; power += 2) {
    sum += term;
    term *= (power + 1) / (power + 2) * cosine ** 2;
  }
  return isOdd ? 2 / Math.PI * (angle + sine * sum) : sine * sum;
}
