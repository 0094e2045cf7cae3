/**
 * What losses take from the number of training images of each class.
 *
 * @module
 */

/**
 * Refuses counts that no loss can be set up from.
 *
 * @param counts Images of each class `[C]`.
 * @throws {RangeError} If a class has no image, or there is no class.
 * @example A class without images
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { checkCounts } from "glmc/loss/class_counts.ts";
 *
 * assertThrows(() => checkCounts([5, 0]), RangeError, "class 1 has 0");
 * ```
 */
export function checkCounts(counts: readonly number[]): void {
  const empty = counts.findIndex((count) => !(count > 0 && Number.isFinite(count)));
  if (empty < 0 && counts.length > 0) return;
  const found = counts.length === 0 ? "there is none" : `class ${empty} has ${counts[empty]}`;
  throw new RangeError(
    `Cannot set the loss up: every class needs an image: ${found}: choose a larger subset`,
  );
}

/**
 * Logarithm of the share of each class: log π_c = log(n_c / Σ n).
 *
 * @param counts Images of each class n, or any weights in the same proportion `[C]`.
 * @returns Log priors `[C]`.
 * @throws {RangeError} If a class has no image.
 * @example A quarter
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { logPriors } from "glmc/loss/class_counts.ts";
 *
 * assertAlmostEquals(logPriors([3, 1])[1]!, Math.log(1 / 4));
 * ```
 */
export function logPriors(counts: readonly number[]): number[] {
  checkCounts(counts);
  const sum = counts.reduce((total, count) => total + count, 0);
  return counts.map((count) => Math.log(count / sum));
}

/**
 * Temperature of each class: D_c = (n_max / n_c)^γ, 1 for the largest class.
 *
 * Logits are divided by it in training, so those of rare classes must grow to be heard.
 * Source: VS loss (`losses.py`, whose `temps` are 1 / D) and CDT.
 *
 * @param counts Images of each class n `[C]`.
 * @param options `gamma` is γ: 0 gives ones.
 * @returns Temperatures `[C]`, at least 1.
 * @throws {RangeError} If a class has no image, or γ is no number of at least 0.
 * @example The square root
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { classTemperatures } from "glmc/loss/class_counts.ts";
 *
 * assertEquals(classTemperatures([100, 4], { gamma: 0.5 }), [1, 5]);
 * ```
 */
export function classTemperatures(
  counts: readonly number[],
  { gamma }: { readonly gamma: number },
): number[] {
  checkCounts(counts);
  if (!(gamma >= 0 && Number.isFinite(gamma))) {
    throw new RangeError(
      "Cannot set the loss up: the exponent of its temperatures must be at least 0: " +
        `it is ${gamma}: the field uses 0.2 to 0.3`,
    );
  }
  const largest = Math.max(...counts);
  return counts.map((count) => (largest / count) ** gamma);
}
