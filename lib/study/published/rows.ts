/**
 * Published top-1 accuracies on CIFAR-LT, ImageNet-LT and iNaturalist 2018, in percent.
 *
 * @module
 */

import type { Settings } from "../../settings/field.ts";
import type { SourceName } from "./sources.ts";

/** Numbers of imbalance factor 100, 50 and 10; null where there is none. */
export type Numbers = readonly [number | null, number | null, number | null];

/** A row of a table: one method from one source. */
export interface PublishedRow {
  /** Name of the method here. */
  readonly method: string;
  /** Where the numbers stand. */
  readonly source: SourceName;
  /** CIFAR-10-LT. */
  readonly cifar10?: Numbers;
  /** CIFAR-100-LT. */
  readonly cifar100?: Numbers;
  /** ImageNet-LT. */
  readonly imagenet_lt?: number;
  /** iNaturalist 2018. */
  readonly inat18?: number;
  /** Settings that belong to the row, where they are not those of the method. */
  readonly settings?: Settings;
  /** What is done to the classifier without training. */
  readonly postHoc?: "logit_adjustment" | "tau_normalisation";
  /** What to know of this row. */
  readonly note?: string;
}

const maxNorm: Settings = { secondStage: "maxnorm" };

const glmc: readonly PublishedRow[] = [
  {
    method: "glmc",
    source: "glmc-g0",
    cifar10: [92.34, 94.18, 94.92],
    cifar100: [55.88, 61.08, 70.74],
  },
  {
    method: "glmc",
    source: "glmc-g0",
    settings: maxNorm,
    cifar10: [94.18, 95.13, 95.7],
    cifar100: [57.11, 62.32, 72.33],
  },
  {
    method: "glmc",
    source: "glmc-g1",
    cifar10: [87.75, 90.18, 94.04],
    cifar100: [55.88, 61.08, 70.74],
  },
  {
    method: "glmc",
    source: "glmc-g1",
    settings: maxNorm,
    cifar10: [87.57, 90.22, 94.03],
    cifar100: [57.11, 62.32, 72.33],
  },
  {
    method: "glmc",
    source: "glmc-g2",
    cifar10: [88.5, 91.04, 94.87],
    cifar100: [57.97, 63.78, 73.4],
  },
  {
    method: "glmc",
    source: "glmc-g2",
    settings: maxNorm,
    cifar10: [89.58, 92.04, 95],
    cifar100: [58.41, 64.57, 74.28],
  },
  {
    method: "glmc",
    source: "glmc-large",
    imagenet_lt: 56.3,
    inat18: 72.21,
    note: "many, medium, few: 70.1, 52.4, 30.4 on ImageNet-LT, 64.60, 73.16, 73.01 on iNaturalist",
  },
  {
    method: "glmc",
    source: "glmc-large",
    settings: maxNorm,
    imagenet_lt: 56.7,
    note: "many, medium, few: 60.8, 55.9, 45.5; taken out of the README again in March 2023",
  },
];

const ofBagOfTricks: readonly Omit<PublishedRow, "source">[] = [
  { method: "cross_entropy", cifar10: [71.95, 76.45, null], cifar100: [37.73, 43.78, null] },
  {
    method: "cb",
    cifar10: [70.48, 77.48, null],
    cifar100: [38.97, 43.78, null],
    note: "beta 0.9999 on CIFAR-10, 0.9 on CIFAR-100",
  },
  {
    method: "focal",
    cifar10: [71.56, 77.91, null],
    cifar100: [37.22, 41.79, null],
    note: "of sigmoids, gamma 2",
  },
  {
    method: "cb_focal",
    cifar10: [75.2, 78.99, null],
    cifar100: [38.56, 42.37, null],
    note: "of sigmoids; beta 0.9999 on CIFAR-10, 0.9 and 0.99 on CIFAR-100",
  },
  { method: "ldam", cifar10: [73.66, 79.01, null], cifar100: [38.88, 43.59, null] },
  { method: "ldam_drw", cifar10: [77.73, 81.6, null], cifar100: [42.47, 47.29, null] },
  { method: "balanced_softmax", cifar10: [77.54, 81.11, null], cifar100: [42.99, 46.55, null] },
  { method: "cdt", cifar10: [77.1, 81.81, null], cifar100: [39.59, 44.83, null] },
  {
    method: "mixup",
    cifar10: [74.06, 78.67, null],
    cifar100: [40.82, 45.92, null],
    note: "400 epochs",
  },
  {
    method: "cross_entropy",
    settings: { samplingExponent: 1 },
    cifar10: [72.45, 78.08, null],
    cifar100: [35.24, 39.46, null],
  },
  {
    method: "cross_entropy",
    settings: { secondStage: "crt" },
    cifar10: [74.99, 80.17, null],
    cifar100: [40.26, 45.36, null],
    note: "second stage of 30 epochs with steps",
  },
  {
    method: "cross_entropy",
    settings: { secondStage: "lws" },
    cifar10: [72.63, 78.66, null],
    cifar100: [40.16, 45.21, null],
    note: "second stage of 30 epochs with steps",
  },
  {
    method: "cross_entropy",
    postHoc: "tau_normalisation",
    cifar10: [72.7, 79.78, null],
    cifar100: [40.96, 45.69, null],
    note: "tau 1, bias kept",
  },
];

const bagOfTricks: readonly PublishedRow[] = ofBagOfTricks.map((row) => ({
  ...row,
  source: "bagoftricks",
}));

const others: readonly PublishedRow[] = [
  {
    method: "cross_entropy",
    source: "bagoftricks-reference",
    cifar10: [70.36, 74.81, null],
    cifar100: [38.32, 43.85, null],
  },
  {
    method: "cross_entropy",
    source: "imbalanced-dl",
    cifar10: [71.23, null, null],
    cifar100: [38.46, null, null],
  },
  {
    method: "ce_drw",
    source: "imbalanced-dl",
    cifar10: [75.08, null, null],
    cifar100: [40.4, null, null],
  },
  {
    method: "ldam_drw",
    source: "imbalanced-dl",
    cifar10: [77.75, null, null],
    cifar100: [41.28, null, null],
  },
  {
    method: "mixup_drw",
    source: "imbalanced-dl",
    cifar10: [82.11, null, null],
    cifar100: [46.91, null, null],
  },
  {
    method: "cross_entropy",
    source: "logit-adjustment",
    cifar10: [71.36, null, null],
    cifar100: [39.87, null, null],
  },
  {
    method: "logit_adjusted",
    source: "logit-adjustment",
    cifar10: [77.89, null, null],
    cifar100: [44.06, null, null],
  },
  {
    method: "cross_entropy",
    postHoc: "logit_adjustment",
    source: "logit-adjustment",
    cifar10: [77.32, null, null],
    cifar100: [44.07, null, null],
  },
  { method: "cross_entropy", source: "openlt", cifar100: [40.3, null, null] },
  {
    method: "ldam_drw",
    source: "openlt",
    cifar100: [42.9, null, null],
    note: "its configuration names mixup and a cosine classifier",
  },
  { method: "balanced_softmax", source: "openlt", cifar100: [46.47, null, null] },
  { method: "logit_adjusted", source: "openlt", cifar100: [45.3, null, null] },
  {
    method: "mixup",
    source: "mislas",
    cifar10: [72.8, 78.1, 87.6],
    cifar100: [39.5, 45.4, 59.1],
  },
  { method: "cmo", source: "cmo", cifar100: [43.9, null, null] },
  { method: "cmo_bs", source: "cmo", cifar100: [46.6, null, null] },
  { method: "cmo_ldam_drw", source: "cmo", cifar100: [47.2, null, null] },
  {
    method: "vs",
    source: "vs-note",
    cifar10: [80.82, null, null],
    cifar100: [43.52, null, null],
  },
  {
    method: "logit_adjusted",
    source: "vs-note",
    cifar10: [80.81, null, null],
    cifar100: [42.87, null, null],
  },
  {
    method: "cdt",
    source: "vs-note",
    cifar10: [79.55, null, null],
    cifar100: [42.57, null, null],
  },
  {
    method: "cross_entropy",
    source: "score",
    cifar10: [70.4, 74.8, 86.4],
    cifar100: [38.3, 43.9, 55.7],
  },
  {
    method: "cb_focal",
    source: "score",
    cifar10: [74.6, 79.3, 87.1],
    cifar100: [39.6, 45.2, 58],
  },
  {
    method: "logit_adjusted",
    source: "score",
    cifar10: [80.92, null, null],
    cifar100: [42.01, 47.03, 57.74],
    note: "80.92 is 3 points above the number of logit_adjustment's own README",
  },
  {
    method: "mixup",
    source: "score",
    cifar10: [73.06, 77.82, 87.1],
    // 54.99 stands there for factor 50 on CIFAR-100, which cannot be right.
    cifar100: [39.54, null, 58.02],
  },
];

/** All rows, those of GLMC first. */
export const publishedRows: readonly PublishedRow[] = [...glmc, ...bagOfTricks, ...others];
