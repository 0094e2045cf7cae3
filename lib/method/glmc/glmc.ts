/**
 * GLMC: Global and Local Mixture Consistency cumulative learning (CVPR 2023, arXiv 2305.08661).
 *
 * Pairs of images i, j are drawn, i from the instance-balanced order and j from a re-weighted one. View 1
 * of both is mixed by MixUp, view 2 by CutMix, with one λ. The two mixtures must be described alike; a
 * plain and a rebalanced classifier learn the mixed labels, and the weight moves from the first to the
 * second.
 *
 * @module
 */

import { hostScalar, stepRanges } from "../../data/plan.ts";
import { classWeights } from "../../data/long_tail.ts";
import { resampledRows, shuffledRows } from "../../data/sampler.ts";
import { cutBox } from "../../images/cut_box.ts";
import { type Tensor, tf } from "../../tensor/tfjs.ts";
import {
  defineMethod,
  type LossContext,
  type Method,
  type PlanContext,
  type PlannedDraws,
  type SettingsOf,
} from "../method.ts";
import { cumulativeWeight } from "./cumulative.ts";
import { glmcFields } from "./fields.ts";
import { glmcLoss, type ViewOutputs } from "./loss.ts";
import { glmcMixture, type MixedView } from "./mixture.ts";

/** Settings of GLMC; see {@linkcode glmcFields}. */
export type GlmcOptions = SettingsOf<typeof glmcFields>;

/** The method of the paper, read as the official code reads it by default. */
export const glmc: Method<typeof glmcFields> = defineMethod({
  name: "glmc",
  title: "GLMC",
  summary: "Global and local mixtures, consistency between them, two classifiers with cumulative " +
    "weights (Du et al., CVPR 2023)",
  fields: glmcFields,
  heads: ["logits", "rebalancedLogits", "prediction", "projection"],
  testedHead: "rebalancedLogits",
  idleHeads: ({ classifiers }) => classifiers === "one" ? ["logits"] : [],
  terms: ["total", "balanced", "rebalanced", "consistency"],
  groups: 2,
  passes: 2,
  unit: "pairs",
  plan: planPairs,
  schedule: ({ epoch, epochs }) => ({ plainWeight: cumulativeWeight(epoch, epochs) }),
  constants: ({ counts, options }) => ({
    classWeights: tf.tensor1d(classWeights(counts, { exponent: options.labelWeightExponent })),
  }),
  loss: pairLoss,
});

/**
 * Draws the pairs of an epoch and how each step mixes them.
 *
 * One λ ~ Beta(b, b) serves a whole batch, for MixUp and for CutMix, as in the official code. Both groups
 * of views show images i and then images j.
 */
function planPairs(context: PlanContext<GlmcOptions>): PlannedDraws[] {
  const { options, counts, batchSize, height, width, stream } = context;
  const mix = stream("mix");
  const first = shuffledRows(counts, stream("shuffle"));
  const { resampleExponent } = options;
  const second = resampledRows(counts, { resampleExponent, random: stream("sampler") });
  return stepRanges(first.length, batchSize).map(([begin, end]) => {
    const mixWeight = mix.beta(options.mixtureBeta, options.mixtureBeta);
    const centre = [mix.integer(height), mix.integer(width)] as const;
    const pairs = new Int32Array(2 * (end - begin));
    pairs.set(first.subarray(begin, end));
    pairs.set(second.subarray(begin, end), end - begin);
    const box = cutBox({ height, width, mixWeight, centre });
    return {
      count: end - begin,
      rows: [pairs, pairs],
      draws: { mixWeight: hostScalar(mixWeight), box: { shape: [4], data: box } },
    };
  });
}

function pairLoss(context: LossContext<GlmcOptions>): Readonly<Record<string, Tensor>> {
  const { options, images, labels, draws, schedule, constants, network } = context;
  const [[firstView1, secondView1], [firstView2, secondView2], [firstLabels, secondLabels]] = [
    halves(images[0]!),
    halves(images[1]!),
    halves(labels(0)),
  ];
  const { mixWeight, box } = draws as { mixWeight: Tensor; box: Tensor };
  const { classWeights } = constants as { classWeights: Tensor };
  const { cutMixLabel, rebalanceTarget } = options;
  const { global, local } = glmcMixture({
    firstView1,
    secondView1,
    firstView2,
    secondView2,
    firstLabels,
    secondLabels,
    mixWeight,
    box,
    classWeights,
  }, { cutMixLabel, rebalanceTarget });
  // In this order: the second pass continues the running statistics of the first, as two calls of the
  // official model.
  const ofGlobal = outputsOf(global);
  const ofLocal = outputsOf(local);
  const { plainWeight } = schedule as { plainWeight: Tensor };
  return glmcLoss(ofGlobal, ofLocal, {
    plainWeight,
    consistencyWeight: options.consistencyWeight,
    lossScale: options.lossScale,
  });

  function outputsOf(view: MixedView): ViewOutputs {
    const outputs = network(view.images);
    const { logits, rebalancedLogits } = outputs;
    return {
      ...outputs,
      ...view,
      logits: options.classifiers === "one" ? rebalancedLogits : logits,
    };
  }
}

function halves(tensor: Tensor): [first: Tensor, second: Tensor] {
  return tf.split(tensor, 2) as [Tensor, Tensor];
}
