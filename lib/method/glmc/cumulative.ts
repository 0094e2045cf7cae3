/**
 * The hand-over from the plain to the rebalanced loss, the cumulative learning of GLMC: α = 1 − (t / T)² in
 * L = α L_c + (1 − α) L_cb + γ L_sim.
 *
 * @module
 */

/** Name of a law of α; see {@linkcode CumulativeOptions}. */
export type CumulativeLaw = "parabolic" | "linear" | "cosine" | "constant" | "increase" | "step";

/** α as a function of t / T. */
const laws: Readonly<Record<CumulativeLaw, (share: number) => number>> = {
  parabolic: (share) => 1 - share ** 2,
  linear: (share) => 1 - share,
  cosine: (share) => (Math.cos(Math.PI * share) + 1) / 2,
  constant: () => 0.5,
  increase: (share) => share ** 2,
  step: (share) => share < 0.8 ? 1 : 0,
};

/** Names of the laws of α, the official one first. */
export const cumulativeLaws = Object.keys(laws) as [CumulativeLaw, ...CumulativeLaw[]];

/** Settings of {@linkcode cumulativeWeight}. */
export interface CumulativeOptions {
  /**
   * How α goes over the epochs: `parabolic`, 1 − (t / T)², is the official law and the default; `linear` is
   * 1 − t / T, `cosine` (cos(π t / T) + 1) / 2, `constant` 0.5, `increase` (t / T)², and `step` 1, and 0 once
   * 80 % of the epochs are over.
   */
  readonly law?: CumulativeLaw;
}

/**
 * Weight of the plain loss in an epoch: α = 1 − (t / T)² (Du et al. 2023), or another law.
 *
 * @param epoch Epoch t, from 0.
 * @param epochs Planned number of epochs T.
 * @param options Which law; the official one by default.
 * @returns α in `[0, 1]`; by the official law 1 in the first epoch, about 2 / T in the last.
 * @throws {RangeError} If the epoch is not in `[0, epochs)`.
 * @example Half way
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { cumulativeWeight } from "glmc";
 *
 * assertEquals(cumulativeWeight(100, 200), 0.75);
 * assertEquals(cumulativeWeight(100, 200, { law: "linear" }), 0.5);
 * ```
 */
export function cumulativeWeight(
  epoch: number,
  epochs: number,
  { law = "parabolic" }: CumulativeOptions = {},
): number {
  if (!(epoch >= 0 && epoch < epochs)) {
    throw new RangeError(
      `Cannot weigh the losses of epoch ${epoch}: it must be in [0, ${epochs}): check the number of epochs`,
    );
  }
  return laws[law](epoch / epochs);
}
