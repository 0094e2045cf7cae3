/**
 * Reproducible random streams: one independent stream for each seed and name.
 *
 * A stream is a pure function of its seed and name, so nothing has to be stored to continue a run:
 * the stream of epoch 7 is the same whether epochs 0 to 6 ran before it or not.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { randomBeta, randomNormal } from "d3-random";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { mersenne } from "pure-rand/generator/mersenne";

/** A source of random numbers; every call moves it forward. */
export interface RandomStream {
  /** A multiple of 2⁻⁵³ in `[0, 1)`. */
  uniform(): number;
  /**
   * An unbiased integer in `[0, limit)`.
   *
   * @throws {RangeError} If `limit` is not a positive safe integer.
   */
  integer(limit: number): number;
  /** A draw from the normal distribution with mean 0 and standard deviation 1. */
  normal(): number;
  /**
   * A draw from the Beta(a, b) distribution, in `[0, 1]`.
   *
   * @throws {RangeError} If `a` or `b` is outside {@linkcode betaRange}.
   */
  beta(a: number, b: number): number;
  /** The integers `0 … count - 1` in random order. */
  shuffled(count: number): Int32Array;
}

/**
 * Parameters that a Beta distribution can have.
 *
 * Below, U^(1 / b) is too often smaller than any double (at 0.05 once in 10¹⁵ draws, at 0.001 every
 * second time), and what should be near 0 or 1 comes out as 0 alone. Above, the acceptance test of the
 * draw is lost in rounding.
 */
export const betaRange = { least: 0.05, most: 1e6 } as const;

/**
 * Opens the random stream of a seed and a name, always at its beginning.
 *
 * The Mersenne Twister is seeded with the first 32 bits of the SHA-256 of seed and name, so that
 * neighbouring seeds and epochs are unrelated.
 *
 * @param seed Seed of the run, an integer.
 * @param name What the stream is for, such as `"split"` or `"augment", epoch`.
 * @returns A fresh stream.
 * @throws {RangeError} If the seed is not a safe integer.
 * @example Streams are independent and repeatable
 * ```ts
 * import { randomStream } from "glmc/data/random.ts";
 * import { assertEquals, assertNotEquals } from "@std/assert";
 *
 * const first = randomStream(42, "shuffle", 0).shuffled(100);
 *
 * assertEquals(randomStream(42, "shuffle", 0).shuffled(100), first);
 * assertNotEquals(randomStream(42, "shuffle", 1).shuffled(100), first);
 * ```
 */
export function randomStream(
  seed: number,
  ...name: readonly (string | number)[]
): RandomStream {
  if (!Number.isSafeInteger(seed)) {
    throw new RangeError(
      `Cannot open a random stream: seed must be an integer: it is ${seed}: pass for example --seed 42`,
    );
  }
  const digest = createHash("sha256").update(JSON.stringify([seed, ...name])).digest();
  const generator = mersenne(digest.readInt32LE());
  const uniform = (): number => uniformFloat64(generator);
  const normal = randomNormal.source(uniform)();
  const integer = (limit: number): number => {
    if (!Number.isSafeInteger(limit) || limit < 1) {
      throw new RangeError(
        `Cannot draw an integer: limit must be a positive integer: it is ${limit}`,
      );
    }
    return uniformInt(generator, 0, limit - 1);
  };
  return {
    uniform,
    integer,
    normal,
    beta(a, b) {
      const { least, most } = betaRange;
      if (![a, b].every((parameter) => parameter >= least && parameter <= most)) {
        throw new RangeError(
          `Cannot draw from a Beta distribution: both parameters must be from ${least} to ${most}: ` +
            `they are ${a} and ${b}: choose others, such as 1 for the uniform law`,
        );
      }
      return randomBeta.source(uniform)(a, b)();
    },
    shuffled: (count) => shuffle(count, integer),
  };
}

/**
 * The integers `0 … count - 1` in random order: each from the last on changes places with one that
 * is not behind it (Fisher and Yates).
 *
 * @param count How many.
 * @param integer Draws an integer in `[0, limit)`.
 * @returns Their order `[count]`.
 * @example Always the first
 * ```ts
 * import { shuffle } from "glmc/data/random.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([...shuffle(3, () => 0)], [1, 2, 0]);
 * ```
 */
export function shuffle(count: number, integer: (limit: number) => number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const chosen = integer(last + 1);
    const value = order[last]!;
    order[last] = order[chosen]!;
    order[chosen] = value;
  }
  return order;
}
