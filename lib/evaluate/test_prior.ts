/**
 * Accuracy under another distribution of the classes at test time, from one set of predictions.
 *
 * @module
 */

/** A distribution of the classes at test time. */
export interface TestPrior {
  /** Which way: all classes alike, long-tailed as in training, or with the tail for a head. */
  readonly shape: "uniform" | "forward" | "backward";
  /** Images of the commonest class over those of the rarest; 1 for `uniform`. */
  readonly factor: number;
}

/**
 * Reads the name of a test distribution, as the tables of LADE have it.
 *
 * @param text `uniform`, `forward:50`, `backward:10` and so on.
 * @returns The distribution.
 * @throws {RangeError} If it is none.
 * @example Fifty times as many images of the last class as of the first
 * ```ts
 * import { parseTestPrior } from "glmc/evaluate/test_prior.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseTestPrior("backward:50"), { shape: "backward", factor: 50 });
 * ```
 */
export function parseTestPrior(text: string): TestPrior {
  if (text === "uniform") return { shape: "uniform", factor: 1 };
  const [, shape, digits] = text.match(/^(forward|backward):(\d+(?:\.\d+)?)$/) ?? [];
  const factor = Number(digits);
  if (shape === undefined || !(factor >= 1 && Number.isFinite(factor))) {
    throw new RangeError(
      `Cannot use the test prior ${text}: it must be uniform, forward:<factor> or ` +
        "backward:<factor> with a factor of at least 1: pass for example forward:50",
    );
  }
  return { shape: shape as TestPrior["shape"], factor };
}

/**
 * Share of each class under a test distribution: π_c ∝ r^(−rank / (C − 1)), the rank counted from the
 * commonest class of the training set (`forward`) or from its rarest (`backward`).
 *
 * @param trainingCounts Training images of each class `[C]`.
 * @param prior The distribution.
 * @returns Shares `[C]`, with sum 1; classes with equally many training images keep their order.
 * @example Two classes, the rarer one twice as common at test time
 * ```ts
 * import { testShares } from "glmc/evaluate/test_prior.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const [first] = testShares([500, 10], { shape: "backward", factor: 2 });
 * assertAlmostEquals(first!, 1 / 3);
 * ```
 */
export function testShares(
  trainingCounts: readonly number[],
  { shape, factor }: TestPrior,
): number[] {
  const classes = trainingCounts.length;
  const byCount = trainingCounts.map((_, label) => label)
    .sort((a, b) => trainingCounts[b]! - trainingCounts[a]! || a - b);
  const masses = new Array<number>(classes).fill(1);
  byCount.forEach((label, place) => {
    const rank = shape === "backward" ? classes - 1 - place : place;
    if (shape !== "uniform") masses[label] = factor ** (-rank / Math.max(classes - 1, 1));
  });
  const sum = masses.reduce((total, mass) => total + mass, 0);
  return masses.map((mass) => mass / sum);
}

/**
 * Accuracy where classes come in other shares than in the test set: Σ π_c a_c / Σ π_c.
 *
 * It is the expectation over test sets drawn with these shares from the one there is, without the chance
 * of a single draw.
 *
 * @param classAccuracy Accuracy of each class in percent `[C]`; classes with null are left out.
 * @param shares Share of each class `[C]`.
 * @returns Percent.
 * @throws {RangeError} If there is not one share for each class, or no class with both.
 * @example Three times as many of the second class
 * ```ts
 * import { accuracyUnder } from "glmc/evaluate/test_prior.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(accuracyUnder([100, 20], [0.25, 0.75]), 40);
 * ```
 */
export function accuracyUnder(
  classAccuracy: readonly (number | null)[],
  shares: readonly number[],
): number {
  if (shares.length !== classAccuracy.length) {
    throw new RangeError(
      `Cannot weigh the accuracies: ${shares.length} shares are not one for each of ` +
        `${classAccuracy.length} classes: give those of the same classes`,
    );
  }
  let [hits, mass] = [0, 0];
  classAccuracy.forEach((accuracy, label) => {
    if (accuracy === null) return;
    hits += shares[label]! * accuracy;
    mass += shares[label]!;
  });
  if (mass > 0) return hits / mass;
  throw new RangeError(
    "Cannot weigh the accuracies: no class has test images and a share: choose another test prior",
  );
}
