/**
 * Plain cross-entropy: the baseline of the field, one view and one classifier.
 *
 * @module
 */

import { stepRanges } from "../data/plan.ts";
import { crossEntropy } from "../loss/cross_entropy.ts";
import { defineMethod, type Method } from "./method.ts";

/** Each image once an epoch, cropped and mirrored; the loss is −log p of its class. */
export const crossEntropyMethod: Method<Record<never, never>> = defineMethod({
  name: "cross_entropy",
  title: "Cross-entropy",
  summary: "Each image as it is, one classifier, no regard for rarity: the baseline",
  fields: {},
  heads: ["logits"],
  testedHead: "logits",
  terms: ["total"],
  groups: 1,
  passes: 1,
  unit: "images",
  plan({ counts, batchSize, stream }) {
    const order = stream("shuffle").shuffled(counts.reduce((sum, count) => sum + count, 0));
    return stepRanges(order.length, batchSize).map(([begin, end]) => ({
      count: end - begin,
      rows: [order.slice(begin, end)],
      draws: {},
    }));
  },
  loss: ({ images: [images], labels, network }) => ({
    total: crossEntropy(network(images!).logits, labels(0)),
  }),
});
