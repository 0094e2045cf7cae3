/**
 * MixUp alone.
 *
 * @module
 */

import { hostScalar, stepRanges } from "../../data/plan.ts";
import { betaRange } from "../../data/random.ts";
import { shuffledRows } from "../../data/sampler.ts";
import { mixUp } from "../../images/mix.ts";
import { numberField } from "../../settings/field.ts";
import type { Tensor } from "../../tensor/tfjs.ts";
import { withPartners } from "./partners.ts";
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
  drawsOf: { partner: "partners" },
  show(context) {
    const { mixWeight } = context.draws as { mixWeight: Tensor };
    const { own, partners } = withPartners(context);
    return {
      images: mixUp(own.images, partners.images, mixWeight),
      labels: { first: own.labels, second: partners.labels, share: mixWeight },
    };
  },
});
