/**
 * The random choices of GLMC: which images make a pair, i in the order of the data and j by the second sampler,
 * and how each pair is mixed.
 *
 * @module
 */

import { hostScalar, type NamedArrays, stepRanges } from "../../data/plan.ts";
import type { RandomStream } from "../../data/random.ts";
import { resampledRows, shuffledRows } from "../../data/sampler.ts";
import { cutBox } from "../../images/cut_box.ts";
import type { PlanContext, PlannedDraws } from "../method.ts";
import type { PairOptions } from "./fields.ts";

/**
 * Draws the pairs of an epoch and how each step mixes them.
 *
 * One λ ~ Beta(b, b) serves a whole batch, for MixUp and for CutMix, as in the official code. Both groups
 * of views show images i and then images j.
 *
 * A λ of view 2's own, and the box of a view 1 that is cut as well, come from a stream of their own: whatever
 * the settings, the same seed draws the same pairs, the same λ of view 1 and the same centre of view 2.
 *
 * @param context Settings, counts of the classes and random streams.
 * @returns The steps of the epoch.
 */
export function planPairs(context: PlanContext<PairOptions>): PlannedDraws[] {
  const { options, counts, batchSize, height, width, stream } = context;
  const { resampleExponent, mixtureBeta, pairViews, mixWeights } = options;
  const first = shuffledRows(counts, stream("shuffle"));
  const second = resampledRows(counts, { resampleExponent, random: stream("sampler") });
  const drawMixture = mixtureDrawer(stream("mix"));
  const drawOther = mixtureDrawer(stream("other mix"));
  return stepRanges(first.length, batchSize).map(([begin, end]) => {
    const pairs = new Int32Array(2 * (end - begin));
    pairs.set(first.subarray(begin, end));
    pairs.set(second.subarray(begin, end), end - begin);
    const [{ mixWeight, centre }, other] = [drawMixture(), drawOther()];
    const ofView2 = mixWeights === "own" ? other.mixWeight : mixWeight;
    return {
      count: end - begin,
      rows: [pairs, pairs],
      draws: {
        mixWeight: hostScalar(mixWeight),
        ...(mixWeights === "own" && { view2MixWeight: hostScalar(ofView2) }),
        ...(pairViews !== "mixup" && { box: box(ofView2, centre) }),
        ...(pairViews === "cutmix" && { view1Box: box(mixWeight, other.centre) }),
      },
    };
  });

  function mixtureDrawer(random: RandomStream): () => Mixture {
    return () => ({
      mixWeight: random.beta(mixtureBeta, mixtureBeta),
      centre: [random.integer(height), random.integer(width)],
    });
  }

  function box(mixWeight: number, centre: Mixture["centre"]): NamedArrays[string] {
    return { shape: [4], data: cutBox({ height, width, mixWeight, centre }) };
  }
}

/** How a view of a step is mixed. */
interface Mixture {
  readonly mixWeight: number;
  readonly centre: readonly [row: number, column: number];
}
