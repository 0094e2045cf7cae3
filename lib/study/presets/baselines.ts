/**
 * The baselines of the field under its two schedules: narrow ResNet-32, its subset, 200 epochs.
 *
 * Schedule `l` is that of LDAM-DRW (BagofTricks-LT, VS-Loss, Saddle): rate 0.1, batch 128, weight decay
 * 2e-4, 5 epochs of warm-up, a hundredth from epoch 160 and a ten-thousandth from 180 on. Schedule `c` is
 * that of CMO (BBN, MiSLAS' first stage): the same with 120 and 160.
 *
 * @module
 */

import type { Settings } from "../../settings/field.ts";
import { fieldSubset, type Preset, type TailedDataset, tailedDatasets } from "./preset.ts";

/** A way to train that the field compares with. */
interface Baseline {
  /** Its short name. */
  readonly name: string;
  /** Its name for people. */
  readonly title: string;
  /** Method and what it is told beyond its defaults. */
  readonly settings: Settings;
}

/** Methods that are presets of themselves: short name, name for people, name of the method. */
const methods: readonly Baseline[] = ([
  ["ce", "Cross-entropy", "cross_entropy"],
  ["cb", "Class-balanced cross-entropy", "cb"],
  ["focal", "Focal", "focal"],
  ["cb-focal", "Class-balanced focal", "cb_focal"],
  ["ce-drw", "Cross-entropy with deferred weights", "ce_drw"],
  ["ldam", "LDAM", "ldam"],
  ["ldam-drw", "LDAM-DRW", "ldam_drw"],
  ["bs", "Balanced softmax", "balanced_softmax"],
  ["la", "Logit adjustment", "logit_adjusted"],
  ["vs", "Vector scaling", "vs"],
  ["cdt", "Class-dependent temperatures", "cdt"],
  ["mixup", "MixUp", "mixup"],
  ["mixup-drw", "MixUp with deferred weights", "mixup_drw"],
  ["cutmix", "CutMix", "cutmix"],
  ["cmo", "CMO", "cmo"],
  ["cmo-bs", "CMO with balanced softmax", "cmo_bs"],
  ["cmo-ldam-drw", "CMO with LDAM-DRW", "cmo_ldam_drw"],
] as const).map(([name, title, method]) => ({ name, title, settings: { method } }));

/** Second stage of cRT and LWS on CIFAR: BagofTricks' length and rate; our decay is the cosine. */
const retraining: Settings = {
  method: "cross_entropy",
  secondEpochs: 30,
  secondLearningRate: 0.1,
  secondWeightDecay: 5e-4,
};

const baselines: readonly Baseline[] = [
  ...methods,
  {
    name: "balanced",
    title: "Class-balanced sampling",
    settings: { method: "cross_entropy", samplingExponent: 1 },
  },
  {
    name: "crt",
    title: "Classifier re-training (cRT)",
    settings: { ...retraining, secondStage: "crt" },
  },
  {
    name: "lws",
    title: "Learned weight scaling (LWS)",
    settings: { ...retraining, secondStage: "lws" },
  },
];

/** Short names of the baselines, as the names of their presets begin. */
export const baselineNames: readonly string[] = baselines.map(({ name }) => name);

/** What a schedule is, by the letter that names it. */
const schedules = {
  l: { decay: "steps_160_180", title: "schedule L", steps: "160 and 180" },
  c: { decay: "steps_120_160", title: "schedule C", steps: "120 and 160" },
} as const;

type Schedule = keyof typeof schedules;

/** What all baselines have in common; momentum without Nesterov, as in LDAM-DRW. */
const common: Settings = {
  architecture: "resnet32",
  width: 16,
  epochs: 200,
  batchSize: 128,
  learningRate: 0.1,
  momentum: 0.9,
  weightDecay: 2e-4,
  seed: 1,
  ...fieldSubset,
};

/** Baselines that BagofTricks-LT trains like this; its focal losses and its CB on CIFAR-100 are others. */
const inBagOfTricks = ["ce", "cb", "ldam", "ldam-drw", "bs", "cdt", "balanced", "crt", "lws"];

/** Whose number a baseline under a schedule is measured against: one that was made under it. */
function targetOf(baseline: string, schedule: Schedule, dataset: TailedDataset): Preset["target"] {
  const { imbalanceRate, dataset: images } = dataset.settings;
  if (schedule === "l") {
    const isAlike = inBagOfTricks.includes(baseline) &&
      !(baseline === "cb" && images === "cifar100");
    return isAlike && imbalanceRate !== 0.1 ? "bagoftricks" : undefined;
  }
  if (baseline === "mixup") return "mislas";
  const isInCmo = baseline.startsWith("cmo") && images === "cifar100" && imbalanceRate === 0.01;
  return isInCmo ? "cmo" : undefined;
}

function baselinePreset(baseline: Baseline, schedule: Schedule, dataset: TailedDataset): Preset {
  const { decay, title, steps } = schedules[schedule];
  const target = targetOf(baseline.name, schedule, dataset);
  return {
    name: `${baseline.name}-${schedule}-${dataset.name}`,
    title: `${baseline.title}, ${dataset.title} (${title})`,
    summary: `${baseline.title}, width 16, 200 epochs, steps at ${steps}`,
    settings: { ...dataset.settings, ...common, decay, ...baseline.settings },
    seeds: [1, 2, 3],
    ...(target !== undefined && { target }),
  };
}

/** Every baseline under both schedules on every data set. */
export const baselinePresets: readonly Preset[] = baselines.flatMap((baseline) =>
  (Object.keys(schedules) as Schedule[]).flatMap((schedule) =>
    tailedDatasets.map((dataset) => baselinePreset(baseline, schedule, dataset))
  )
);
