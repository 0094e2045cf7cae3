/**
 * MixUp alone.
 *
 * @module
 */

import { hostScalar, stepRanges } from "../../data/plan.ts";
import { betaRange } from "../../data/random.ts";
import { shuffledRows } from "../../data/sampler.ts";
import { mixUp } from "../../images/mix.ts";
import { gatherFloats } from "../../ops/gather.ts";
import { numberField } from "../../settings/field.ts";
import type { Tensor } from "../../tensor/tfjs.ts";
import { defineViews, type Views } from "./views.ts";

/** Settings of {@linkcode mixupViews}. */
export const mixupFields = {
  /** Parameter a of the law Beta(a, a) of λ. */
  mixupAlpha: numberField({
    default: 1,
    ...betaRange,
    flags: ["mixup_alpha"],
    help: "a of the law Beta(a, a) of MixUp's mix weight, one weight a step",
  }),
};

/**
 * MixUp: x = λ xᵢ + (1 − λ) xⱼ, the second image from the same batch, λ ~ Beta(a, a) once a step
 * (Zhang et al. 2018; facebookresearch/mixup-cifar10, a = 1).
 */
export const mixupViews: Views<typeof mixupFields> = defineViews({
  name: "mixup",
  title: "MixUp",
  summary: "Each image blended with another of its batch (Zhang et al. 2018)",
  fields: mixupFields,
  labels: "mixture",
  drawsOf: { partner: "partners" },
  plan({ options: { mixupAlpha }, counts, batchSize, stream }) {
    const mix = stream("mix");
    const order = shuffledRows(counts, stream("shuffle"));
    return stepRanges(order.length, batchSize).map(([begin, end]) => {
      const count = end - begin;
      const mixWeight = hostScalar(mix.beta(mixupAlpha, mixupAlpha));
      const partner = { shape: [count], data: mix.shuffled(count) };
      return { count, rows: [order.slice(begin, end)], draws: { mixWeight, partner } };
    });
  },
  show({ images: [first], labels, draws }) {
    const { mixWeight, partner } = draws as { mixWeight: Tensor; partner: Tensor };
    const own = labels(0);
    return {
      images: mixUp(first!, gatherFloats(first!, partner), mixWeight),
      labels: { first: own, second: gatherFloats(own, partner), share: mixWeight },
    };
  },
});
