/**
 * CMO: context-rich minority oversampling.
 *
 * @module
 */

import { stepRanges } from "../../data/plan.ts";
import { betaRange } from "../../data/random.ts";
import { resampledRows, shuffledRows } from "../../data/sampler.ts";
import { numberField, optionalNumberField } from "../../settings/field.ts";
import { type Tensor, tf } from "../../tensor/tfjs.ts";
import { drawPaste, paste } from "./paste.ts";
import { defineViews, type Views } from "./views.ts";

/** Epochs of the official training, and those at its beginning and end without pasting. */
const official = { epochs: 200, first: 4, last: 3 };

const epochsField = (flag: string, which: "first" | "last") =>
  optionalNumberField({
    whole: true,
    flags: [flag],
    unit: "epochs",
    help: `${which} epochs without pasting`,
    defaultText: `${official[which]} of ${official.epochs}, in proportion`,
  });

/** Settings of {@linkcode cmoViews}. */
export const cmoFields = {
  /** Parameter a of the law Beta(a, a) of the share that is left. */
  cmoAlpha: numberField({
    default: 1,
    ...betaRange,
    flags: ["cmo_alpha"],
    help: "a of the law Beta(a, a) of the share that CMO leaves",
  }),
  /** Probability that a step is mixed. */
  cmoProbability: numberField({
    default: 0.5,
    most: 1,
    flags: ["cmo_prob", "mixup_prob"],
    help: "probability that CMO mixes a step",
  }),
  /** Exponent of the sampler of pasted images. */
  cmoExponent: numberField({
    default: 1,
    most: 10,
    flags: ["weighted_alpha"],
    help: "exponent of the sampler of pasted images: 0 uniform, 1 class-balanced, 2 reversed",
  }),
  /** First epochs without pasting, or null. */
  cmoFirst: epochsField("cmo_first", "first"),
  /** Last epochs without pasting, or null. */
  cmoLast: epochsField("cmo_last", "last"),
};

/**
 * CMO: a box of an image of a rare class is pasted into an image of the natural order, which becomes its
 * background; the label is shared by area (Park et al. 2022; naver-ai/cmo).
 *
 * The pasted images come from a sampler of their own, with the weight 1 / N_c for each image.
 */
export const cmoViews: Views<typeof cmoFields> = defineViews({
  name: "cmo",
  title: "CMO",
  summary: "Boxes of images of rare classes pasted into images of all (Park et al. 2022)",
  formula: String
    .raw`$\lambda L(z, y_1) + (1-\lambda) L(z, y_2)$, $\lambda$ the area that is left, $y_2$ of a class-balanced sampler`,
  source: "Park et al., CVPR 2022; cmo",
  fields: cmoFields,
  labels: "pair",
  plan(context) {
    const { options, counts, batchSize, height, width, epoch, epochs, stream } = context;
    const { cmoAlpha: alpha, cmoExponent: resampleExponent } = options;
    const mix = stream("mix");
    const order = shuffledRows(counts, stream("shuffle"));
    const rare = resampledRows(counts, { resampleExponent, random: stream("sampler") });
    const probability = isPasting(epoch, { ...options, epochs }) ? options.cmoProbability : 0;
    return stepRanges(order.length, batchSize).map(([begin, end]) => {
      const count = end - begin;
      const rows = new Int32Array(2 * count);
      rows.set(order.subarray(begin, end));
      rows.set(rare.subarray(begin, end), count);
      return { count, rows: [rows], draws: drawPaste(mix, { alpha, probability, height, width }) };
    });
  },
  drawsOf: { box: "step" },
  show({ images: [both], labels, draws }) {
    const [images, rareImages] = tf.split(both!, 2) as [Tensor, Tensor];
    const [ofImages, ofRare] = tf.split(labels(0), 2) as [Tensor, Tensor];
    return paste({
      into: { images, labels: ofImages },
      from: { images: rareImages, labels: ofRare },
      box: draws.box!,
    });
  },
});

/** Whether an epoch lies between the first and the last ones, which see images as they are. */
function isPasting(
  epoch: number,
  { cmoFirst, cmoLast, epochs }: {
    readonly cmoFirst: number | null;
    readonly cmoLast: number | null;
    readonly epochs: number;
  },
): boolean {
  const inProportion = (count: number): number => Math.round(count * epochs / official.epochs);
  const first = cmoFirst ?? inProportion(official.first);
  const last = cmoLast ?? inProportion(official.last);
  return epoch >= first && epoch < epochs - last;
}
