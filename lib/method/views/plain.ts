/**
 * Images as they are.
 *
 * @module
 */

import { stepRanges } from "../../data/plan.ts";
import { shuffledRows } from "../../data/sampler.ts";
import { defineViews, type Views } from "./views.ts";

/** Each image once an epoch, cropped and mirrored. */
export const plainViews: Views<Record<never, never>> = defineViews({
  name: "plain",
  title: "Plain",
  summary: "Each image as it is",
  fields: {},
  labels: "one",
  plan({ counts, batchSize, stream }) {
    const order = shuffledRows(counts, stream("shuffle"));
    return stepRanges(order.length, batchSize).map(([begin, end]) => ({
      count: end - begin,
      rows: [order.slice(begin, end)],
      draws: {},
    }));
  },
  show: ({ images: [images], labels }) => ({ images: images!, labels: { first: labels(0) } }),
});
