/**
 * NumPy's legacy random numbers, with which the public code of the field draws its subsets.
 *
 * @module
 */
import { mersenne } from "pure-rand/generator/mersenne";
import { type RandomStream, shuffle } from "./random.ts";

/** Largest seed that NumPy's legacy generator takes. */
export const largestLegacySeed: number = 2 ** 32 - 1;

/**
 * Opens NumPy's `np.random.RandomState(seed)`, at its beginning.
 *
 * The Mersenne Twister MT19937, whose state starts from one 32-bit word. An integer is the lowest
 * bits of a word, drawn again until it is small enough (NumPy's `legacy-distributions`, masked
 * rejection), which is what `shuffle`, `permutation`, `choice` without probabilities, and `randint`
 * of up to 2³² values do.
 *
 * @param seed A whole number from 0 to 2³² − 1.
 * @returns `shuffled(n)` is `permutation(n)`, and `choice(n, size, replace=False)` its first
 * elements; `integer(n)` is one element of `choice(n, size)` or `randint(n, size=size)`.
 * @throws {RangeError} If the seed is not such a number; `integer` also for a limit above 2³².
 * @example `np.random.RandomState(0).permutation(10)` and `.choice(7, 10)`
 * ```ts
 * import { legacyRandom } from "glmc/data/legacy_random.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([...legacyRandom(0).shuffled(10)], [2, 8, 4, 9, 1, 6, 7, 3, 0, 5]);
 *
 * const random = legacyRandom(0);
 * const choice = Array.from({ length: 10 }, () => random.integer(7));
 * assertEquals(choice, [4, 5, 0, 3, 3, 3, 1, 3, 5, 2]);
 * ```
 */
export function legacyRandom(seed: number): Pick<RandomStream, "integer" | "shuffled"> {
  if (!(Number.isInteger(seed) && seed >= 0 && seed <= largestLegacySeed)) {
    throw new RangeError(
      `Cannot open NumPy's generator: its seed must be a whole number in [0, ${largestLegacySeed}]: ` +
        `it is ${seed}: choose another --split_seed`,
    );
  }
  const generator = mersenne(seed);
  const integer = (limit: number): number => {
    if (!(Number.isInteger(limit) && limit >= 1 && limit <= 2 ** 32)) {
      throw new RangeError(
        `Cannot draw an integer: limit must be a whole number in [1, ${2 ** 32}]: it is ${limit}`,
      );
    }
    const most = limit - 1;
    // One value needs no word.
    if (most === 0) return 0;
    const mask = 0xffffffff >>> Math.clz32(most);
    for (;;) {
      const value = (generator.next() & mask) >>> 0;
      if (value <= most) return value;
    }
  };
  return { integer, shuffled: (count) => shuffle(count, integer) };
}
