/**
 * The losses of the field, each with its settings, constants and source.
 *
 * @module
 */

import { balancedSoftmaxLoss, logCounts } from "./balanced_softmax.ts";
import { binaryClassBalancedLoss } from "./binary_class_balanced.ts";
import {
  classBalancedByBatch,
  classBalancedByWeights,
  effectiveNumberWeights,
} from "./class_balanced.ts";
import { classTemperatures, logPriors } from "./class_counts.ts";
import { cbBeta, cdtGamma, focalGamma, ldamMargin, ldamScale, tau, vsGamma } from "./fields.ts";
import { focalLoss } from "./focal.ts";
import { ldamLoss, ldamMargins } from "./ldam.ts";
import { defineLoss, type Loss } from "./loss.ts";
import { cdtLoss, logitAdjustedLoss, vsLoss } from "./vector_scaling.ts";
import { weightedCrossEntropy } from "./weighted_cross_entropy.ts";

/** What losses have in common whose classes are weighted by their effective numbers of images. */
const byEffectiveNumbers = {
  fields: { cbBeta },
  head: "plain",
  reweighting: "its classes are weighted already",
  constants: (counts: readonly number[], { cbBeta: beta }: { readonly cbBeta: number }) => ({
    weights: effectiveNumberWeights(counts, { beta }),
  }),
} as const;

/** All losses, the plain one first; a new one is a file of its own and an entry here. */
export const losses: readonly Loss[] = [
  defineLoss({
    name: "cross_entropy",
    title: "Cross-entropy",
    summary: "-log p of the class, without regard for rarity",
    source: "PyTorch, F.cross_entropy",
    formula: String.raw`$\operatorname{CE}(z, y)$`,
    file: "cross_entropy.ts",
    fields: {},
    head: "plain",
    mixedLabels: true,
    reweighting: true,
    constants: () => ({}),
    compute: (logits, labels, { weights }) => weightedCrossEntropy(logits, labels, { weights }),
  }),
  defineLoss({
    ...byEffectiveNumbers,
    name: "class_balanced_by_weights",
    title: "Class-balanced, by weights",
    summary: "Cross-entropy weighted by effective numbers, divided by the weights of the batch",
    source: "Cui et al., CVPR 2019; LDAM-DRW, cifar_train.py with train rule Reweight",
    formula: String.raw`$\sum_b w_{y_b} \operatorname{CE} / \sum_b w_{y_b}$, $\beta = 0.9999$`,
    file: "class_balanced.ts",
    mixedLabels: "it is divided by the weights of the batch's labels, so it is not linear in them",
    compute: (logits, labels, { constants }) => classBalancedByWeights(logits, labels, constants),
  }),
  defineLoss({
    ...byEffectiveNumbers,
    name: "class_balanced_by_batch",
    title: "Class-balanced, by batch",
    summary: "Cross-entropy weighted by effective numbers, divided by the size of the batch",
    source: "Cui et al., CVPR 2019; class-balanced-loss, src/cifar_main.py",
    formula: String.raw`$\sum_b w_{y_b} \operatorname{CE} / B$, $\beta = 0.9999$`,
    file: "class_balanced.ts",
    mixedLabels: true,
    compute: (logits, labels, { constants }) => classBalancedByBatch(logits, labels, constants),
  }),
  defineLoss({
    name: "focal",
    title: "Focal",
    summary: "Cross-entropy that counts images the less, the surer the network is of them",
    source: "Lin et al., ICCV 2017; LDAM-DRW, losses.py FocalLoss (softmax form)",
    formula: String.raw`$(1-p_y)^{\gamma} \operatorname{CE}$, $\gamma = 1$`,
    file: "focal.ts",
    fields: { focalGamma },
    head: "plain",
    mixedLabels: true,
    reweighting: true,
    constants: () => ({}),
    compute: (logits, labels, { options: { focalGamma: gamma }, weights }) =>
      focalLoss(logits, labels, { gamma, weights }),
  }),
  defineLoss({
    name: "ldam",
    title: "LDAM",
    summary: "Cross-entropy of scaled cosines behind margins that grow with rarity",
    source: "Cao et al., NeurIPS 2019; LDAM-DRW, losses.py LDAMLoss",
    formula: String
      .raw`$\operatorname{CE}(s(\cos - m_y e_y), y)$, $m_c \propto n_c^{-1/4}$, at most 0.5, $s = 30$`,
    file: "ldam.ts",
    fields: { ldamMargin, ldamScale },
    head: "cosine",
    scale: ({ ldamScale }) => ldamScale,
    mixedLabels: "its margin belongs to the true class, and a mixed label has none",
    reweighting: true,
    constants: (counts, { ldamMargin: max }) => ({ margins: ldamMargins(counts, { max }) }),
    compute: (cosines, labels, { options: { ldamScale: scale }, constants, weights }) =>
      ldamLoss(cosines, labels, { ...constants, scale, weights }),
  }),
  defineLoss({
    name: "balanced_softmax",
    title: "Balanced softmax",
    summary: "Cross-entropy of logits that the counts of the classes are added to in training",
    source: "Ren et al., NeurIPS 2020; BALMS, loss/BalancedSoftmaxLoss.py",
    formula: String.raw`$\operatorname{CE}(z + \log n, y)$`,
    file: "balanced_softmax.ts",
    fields: {},
    head: "plain",
    mixedLabels: true,
    reweighting: true,
    constants: (counts) => ({ logCounts: logCounts(counts) }),
    compute: (logits, labels, { constants, weights }) =>
      balancedSoftmaxLoss(logits, labels, { ...constants, weights }),
  }),
  defineLoss({
    name: "logit_adjusted",
    title: "Logit adjustment",
    summary: "Cross-entropy of logits that tau log priors are added to in training",
    source: "Menon et al., ICLR 2021; logit_adjustment, utils.py",
    formula: String.raw`$\operatorname{CE}(z + \tau \log \pi, y)$, $\tau = 1$`,
    file: "vector_scaling.ts",
    fields: { tau },
    head: "plain",
    mixedLabels: true,
    reweighting: true,
    constants: (counts) => ({ logPriors: logPriors(counts) }),
    compute: (logits, labels, { options: { tau }, constants, weights }) =>
      logitAdjustedLoss(logits, labels, { ...constants, tau, weights }),
  }),
  defineLoss({
    name: "vs",
    title: "Vector scaling (VS)",
    summary: "Logit adjustment of logits that are divided by temperatures of the classes",
    source: "Kini et al., NeurIPS 2021; VS-Loss, class_imbalance/losses.py",
    formula: String.raw`$\operatorname{CE}(z / D + \tau \log \pi, y)$, $D_c = (n_{max}/n_c)^{0.3}$`,
    file: "vector_scaling.ts",
    fields: { vsGamma, tau },
    head: "plain",
    mixedLabels: true,
    reweighting: true,
    constants: (counts, { vsGamma: gamma }) => ({
      temperatures: classTemperatures(counts, { gamma }),
      logPriors: logPriors(counts),
    }),
    compute: (logits, labels, { options: { tau }, constants, weights }) =>
      vsLoss(logits, labels, { ...constants, tau, weights }),
  }),
  defineLoss({
    name: "cdt",
    title: "Class-dependent temperatures (CDT)",
    summary: "Cross-entropy of logits that are divided by temperatures of the classes",
    source: "Ye et al., arXiv 2001.01385; BagofTricks-LT, loss_impl",
    formula: String.raw`$\operatorname{CE}(z / D, y)$, $D_c = (n_{max}/n_c)^{0.2}$`,
    file: "vector_scaling.ts",
    fields: { cdtGamma },
    head: "plain",
    mixedLabels: true,
    reweighting: true,
    constants: (counts, { cdtGamma: gamma }) => ({
      temperatures: classTemperatures(counts, { gamma }),
    }),
    compute: (logits, labels, { constants, weights }) =>
      cdtLoss(logits, labels, { ...constants, weights }),
  }),
  defineLoss({
    ...byEffectiveNumbers,
    name: "binary_class_balanced",
    title: "Binary class-balanced",
    summary: "Binary cross-entropy of softmax outputs, weighted by effective numbers",
    source: "Alshammari et al., CVPR 2022; LTR-weight-balancing, utils/class_balanced_loss.py",
    mixedLabels: true,
    compute: (logits, labels, { constants }) => binaryClassBalancedLoss(logits, labels, constants),
  }),
];
