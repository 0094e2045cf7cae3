/**
 * Images as they are, each once an epoch: the views of every plain loss.
 *
 * @module
 */

import { stepRanges } from "../../data/plan.ts";
import { resampledRows, shuffledRows } from "../../data/sampler.ts";
import { numberField } from "../../settings/field.ts";
import { defineViews, type Views } from "./views.ts";

/** Settings of {@linkcode plainViews}. */
export const plainFields = {
  /** Exponent of the sampler. */
  samplingExponent: numberField({
    default: 0,
    most: 10,
    flags: ["sampling_exponent"],
    help: "sampler: 0 every image once an epoch, 1 class-balanced with replacement, 2 reversed",
    earlier: 0,
    since: 3,
  }),
};

/**
 * Each image once an epoch, cropped and mirrored; or as many drawn with replacement, each with the weight
 * N_y^(−q), which balances the classes at q = 1.
 */
export const plainViews: Views<typeof plainFields> = defineViews({
  name: "plain",
  title: "Plain",
  summary: "Each image as it is",
  fields: plainFields,
  labels: "one",
  plan({ options: { samplingExponent = 0 }, counts, batchSize, stream }) {
    const order = samplingExponent === 0
      ? shuffledRows(counts, stream("shuffle"))
      : resampledRows(counts, { resampleExponent: samplingExponent, random: stream("sampler") });
    return stepRanges(order.length, batchSize).map(([begin, end]) => ({
      count: end - begin,
      rows: [order.slice(begin, end)],
      draws: {},
    }));
  },
  show: ({ images: [images], labels }) => ({ images: images!, labels: { first: labels(0) } }),
});
