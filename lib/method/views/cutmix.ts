/**
 * CutMix alone.
 *
 * @module
 */

import { stepRanges } from "../../data/plan.ts";
import { betaRange } from "../../data/random.ts";
import { shuffledRows } from "../../data/sampler.ts";
import { numberField } from "../../settings/field.ts";
import { withPartners } from "./partners.ts";
import { drawPaste, paste } from "./paste.ts";
import { defineViews, type Views } from "./views.ts";

/** Settings of {@linkcode cutMixViews}. */
export const cutMixFields = {
  /** Parameter a of the law Beta(a, a) of the share that is left. */
  cutMixAlpha: numberField({
    default: 1,
    ...betaRange,
    flags: ["cutmix_alpha"],
    help: "a of the law Beta(a, a) of the share that CutMix leaves",
  }),
  /** Probability that a step is mixed. */
  cutMixProbability: numberField({
    default: 0.5,
    most: 1,
    flags: ["cutmix_prob"],
    help: "probability that CutMix mixes a step; 0.5 is usual on CIFAR, 1 on ImageNet",
  }),
};

/**
 * CutMix: a box of another image of the batch is pasted in, and the label is shared by area (Yun et al.
 * 2019; clovaai/CutMix-PyTorch).
 *
 * The share that is aimed at has the law Beta(a, a); what counts for the label is the area that the
 * clipped box really takes.
 */
export const cutMixViews: Views<typeof cutMixFields> = defineViews({
  name: "cutmix",
  title: "CutMix",
  summary: "Each image with a box of another of its batch pasted in (Yun et al. 2019)",
  fields: cutMixFields,
  labels: "mixture",
  plan({ options: { cutMixAlpha, cutMixProbability }, counts, batchSize, stream, ...size }) {
    const mix = stream("mix");
    const order = shuffledRows(counts, stream("shuffle"));
    return stepRanges(order.length, batchSize).map(([begin, end]) => {
      const count = end - begin;
      const law = { alpha: cutMixAlpha, probability: cutMixProbability };
      const pasted = drawPaste(mix, { ...law, ...size });
      const partner = { shape: [count], data: mix.shuffled(count) };
      return { count, rows: [order.slice(begin, end)], draws: { ...pasted, partner } };
    });
  },
  drawsOf: { box: "step", partner: "partners" },
  show(context) {
    const { own, partners } = withPartners(context);
    return paste({ into: own, from: partners, box: context.draws.box! });
  },
});
