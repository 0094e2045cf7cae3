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

import { classWeights } from "../../data/long_tail.ts";
import type { Loss } from "../../loss/loss.ts";
import { type Tensor, tf } from "../../tensor/tfjs.ts";
import {
  defineMethod,
  type Fields,
  type HeadName,
  type LossContext,
  type Method,
  type ScheduleContext,
  type SettingConflict,
} from "../method.ts";
import { perClass } from "../per_class.ts";
import { cumulativeWeight } from "./cumulative.ts";
import { glmcFields, type GlmcOptions, pairFields, type PairOptions } from "./fields.ts";
import { glmcLoss, type LossOptions, type ViewOutputs } from "./loss.ts";
import { planPairs } from "./pair_plan.ts";
import { glmcMixture, type MixedView, type MixtureInputs, type MixtureOptions } from "./mixture.ts";

export type { GlmcOptions };

/** The heads that each choice of `--tested` tests. */
const testedBy = {
  rebalanced: ["rebalancedLogits"],
  plain: ["logits"],
  mean: ["logits", "rebalancedLogits"],
} as const;

/** This file, from the folder of the project. */
const file = "lib/method/glmc/glmc.ts";

/** What every GLMC has, whatever its rebalanced classifier learns from. */
const common = {
  heads: ["logits", "rebalancedLogits", "prediction", "projection"],
  testedHead: "rebalancedLogits",
  testedHeads: ({ testedClassifier }: PairOptions) => testedBy[testedClassifier],
  predictor: ({ predictor }: PairOptions) => predictor,
  conflict: conflictOf,
  idleHeads: ({ classifiers }: PairOptions): HeadName[] => classifiers === "one" ? ["logits"] : [],
  terms: ["total", "balanced", "rebalanced", "consistency"],
  groups: 2,
  passes: 2,
  passNames: ["global", "local"],
  unit: "pairs",
  plan: planPairs,
  drawsOf: { box: "step", view1Box: "step" },
  schedule: ({ options: { cumulative: law }, epoch, epochs }: ScheduleContext<PairOptions>) => ({
    plainWeight: cumulativeWeight(epoch, epochs, { law }),
  }),
} as const;

/** The method of the paper, read as the official code reads it by default. */
export const glmc: Method<typeof glmcFields> = defineMethod<typeof glmcFields>({
  ...common,
  name: "glmc",
  title: "GLMC",
  summary: "Global and local mixtures, consistency between them, two classifiers with cumulative " +
    "weights (Du et al., CVPR 2023)",
  reference: {
    formula: String.raw`$\alpha L_c + (1-\alpha) L_{cb} + \gamma L_{sim}$`,
    source: "Du et al., CVPR 2023; its official code",
    file,
  },
  parts: { views: "glmc", loss: "cross_entropy" },
  fields: glmcFields,
  constants: ({ counts, options }) => ({
    classWeights: tf.tensor1d(classWeights(counts, { exponent: options.labelWeightExponent })),
  }),
  loss(context) {
    const { classWeights } = context.constants;
    return pairLoss(context, { classWeights, rebalanceTarget: context.options.rebalanceTarget });
  },
});

/**
 * GLMC whose rebalanced classifier learns the mixed labels by a loss that is balanced by itself, instead of
 * by labels that are weighted.
 *
 * The official table has a row with balanced softmax, for which there is no public code: this is our
 * reading of it.
 *
 * @param loss A loss that is linear in the labels, over a linear classifier.
 * @param names How the method is called; after the loss by default.
 * @returns The method.
 * @throws {RangeError} If the loss has no meaning for mixed labels.
 * @example By its name
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { losses } from "glmc/loss/losses.ts";
 * import { glmcWith } from "glmc/method/glmc/glmc.ts";
 *
 * assertEquals(glmcWith(losses.find(({ name }) => name === "vs")!).name, "glmc_vs");
 * ```
 */
export function glmcWith(
  loss: Loss,
  names: Partial<Pick<Method, "name" | "title">> = {},
): Method {
  if (loss.mixedLabels !== true) {
    throw new RangeError(
      `Cannot combine the views glmc with the loss ${loss.name}: ${loss.mixedLabels}: ` +
        "choose others with --views or --loss",
    );
  }
  const fields = { ...pairFields, ...loss.fields };
  return defineMethod<Fields>({
    ...common as unknown as Method,
    name: `glmc_${loss.name}`,
    title: `GLMC with ${loss.title}`,
    ...names,
    summary:
      `GLMC whose rebalanced classifier learns mixed labels by ${loss.title}; ${loss.summary}`,
    reference: {
      formula: `the same with $L_{cb}$: ${loss.title}; our reading`,
      source: "a row of the official table, without public code",
      file,
    },
    parts: { views: "glmc", loss: loss.name },
    fields,
    constants: ({ counts, options }) => perClass(loss.constants(counts, options)),
    loss: (context) =>
      pairLoss(context as unknown as LossContext<PairOptions>, {
        rebalancedLoss: ({ rebalancedLogits, labels }) =>
          loss.compute(rebalancedLogits, labels, context),
      }),
  });
}

/** A setting that the others leave nothing to say. */
function conflictOf(options: PairOptions): SettingConflict | undefined {
  if (options.classifiers === "one" && options.testedClassifier !== "rebalanced") {
    return {
      setting: "testedClassifier",
      reason: "there is no plain classifier with --classifiers one: leave one of them out",
    };
  }
  if (options.pairViews === "mixup" && options.cutMixLabel !== "lambda") {
    return {
      setting: "cutMixLabel",
      reason: "no view is cut with --pair-views mixup: leave one of them out",
    };
  }
  return undefined;
}

/** What the rebalanced classifier of a pair learns from. */
type Rebalancing =
  & Pick<MixtureInputs, "classWeights">
  & MixtureOptions
  & Pick<LossOptions, "rebalancedLoss">;

function pairLoss(
  context: LossContext<PairOptions>,
  { classWeights, rebalanceTarget, ...rebalancing }: Rebalancing,
): Readonly<Record<string, Tensor>> {
  const { options, images, labels, draws, schedule, network } = context;
  const [[firstView1, secondView1], [firstView2, secondView2], [firstLabels, secondLabels]] = [
    halves(images[0]!),
    halves(images[1]!),
    halves(labels(0)),
  ];
  const { cutMixLabel, pairViews } = options;
  const { global, local } = glmcMixture({
    firstView1,
    secondView1,
    firstView2,
    secondView2,
    firstLabels,
    secondLabels,
    // Whatever the plan has drawn for these settings.
    ...draws as Pick<MixtureInputs, "mixWeight" | "view2MixWeight" | "box" | "view1Box">,
    classWeights,
  }, { cutMixLabel, pairViews, ...(rebalanceTarget && { rebalanceTarget }) });
  // In this order: the second pass continues the running statistics of the first, as two calls of the
  // official model.
  const ofGlobal = outputsOf(global);
  const ofLocal = outputsOf(local);
  const { plainWeight } = schedule as { plainWeight: Tensor };
  return glmcLoss(ofGlobal, ofLocal, {
    plainWeight,
    consistencyWeight: options.consistencyWeight,
    lossScale: options.lossScale,
    ...rebalancing,
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
