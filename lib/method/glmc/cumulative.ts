/**
 * The hand-over from the plain to the rebalanced loss.
 *
 * @module
 */

/**
 * Weight of the plain loss in an epoch: α = 1 − (t / T)² (Eq. 10).
 *
 * @param epoch Epoch t, from 0.
 * @param epochs Planned number of epochs T.
 * @returns α in `(0, 1]`; 1 in the first epoch, about 2 / T in the last.
 * @throws {RangeError} If the epoch is not in `[0, epochs)`.
 * @example Half way
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { cumulativeWeight } from "glmc";
 *
 * assertEquals(cumulativeWeight(100, 200), 0.75);
 * ```
 */
export function cumulativeWeight(epoch: number, epochs: number): number {
  if (!(epoch >= 0 && epoch < epochs)) {
    throw new RangeError(
      `Cannot weigh the losses of epoch ${epoch}: it must be in [0, ${epochs}): check the number of epochs`,
    );
  }
  return 1 - (epoch / epochs) ** 2;
}
