/**
 * Files that settings name, as a study knows them: images and their lists, rows of a subset, and weights.
 *
 * @module
 */

import { loadDataset, type LoadDatasetOptions } from "../data/dataset.ts";
import type { DatasetName } from "../data/datasets.ts";
import type { FileDataset } from "../data/file_dataset.ts";
import { fileDatasetEntry } from "../data/file_datasets.ts";
import { hashDataset } from "../data/image_set.ts";
import { largeSets } from "../data/large_sets.ts";
import { configure, type RunConfig, type Settings } from "../experiment/config.ts";
import { withSplitHash } from "../experiment/configured.ts";
import { openConfiguredFiles, withListHashes } from "../experiment/configured_files.ts";
import { dataFields } from "../experiment/data_fields.ts";
import { imagesHashOf, namesUnknownImages } from "../experiment/own_images.ts";
import { withPretrainedHash } from "../experiment/pretrained.ts";
import type { Study, Variant } from "./study.ts";

/** Who is told what. */
export type FilesOptions = Pick<LoadDatasetOptions, "onNotice">;

/** Settings that say which files are meant, and those that tell what these hold. */
const kinds = [
  {
    named: ["dataset", "dataFolder", "trainList", "testList", "testShare", "splitSeed"],
    told: ["trainListHash", "testListHash"],
  },
  { named: ["dataset", "dataFolder"], told: ["imagesHash"] },
  { named: ["splitFile"], told: ["splitHash"] },
  { named: ["pretrained"], told: ["pretrainedHash"] },
];

/**
 * Settings with the hashes of the files that they name: rows, lists and altered images are known by these,
 * wherever they lie, and a part of what a run asks for. Images also tell how many classes there are.
 *
 * @param settings Settings, with or without files.
 * @param options Who is told of images that are not the published ones.
 * @returns The settings.
 * @throws {Error} If a file cannot be read, or does not fit.
 * @example No files
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { withFiles } from "glmc/study/given_files.ts";
 *
 * assertEquals(await withFiles({ epochs: 3 }), { epochs: 3 });
 * ```
 */
export async function withFiles(
  settings: Settings,
  options: FilesOptions = {},
): Promise<Settings> {
  return { ...settings, ...await toldBy(settings, options) };
}

/**
 * A study with the hashes of the files that it names, as {@linkcode withFiles} finds them.
 *
 * A variant may name other files than the base, or say more of them: it has the hashes of its own then.
 *
 * @param study The study.
 * @param options Who is told of images that are not the published ones.
 * @returns The study, with hashes in its base where its variants share all files, else in each variant.
 * @throws {Error} If a file cannot be read, or does not fit.
 * @example No files
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { studyWithFiles } from "glmc/study/given_files.ts";
 *
 * const variants = [{ name: "short", settings: { epochs: 3 } }];
 * const study = { name: "none", title: "None", base: {}, variants, seeds: [1] };
 *
 * assertEquals(await studyWithFiles(study), study);
 * ```
 */
export async function studyWithFiles(study: Study, options: FilesOptions = {}): Promise<Study> {
  const { variants } = study;
  if (!variants.some(({ settings }) => kinds.some(({ named }) => hasAny(settings, named)))) {
    return { ...study, base: await withFiles(study.base, options) };
  }
  const base = { ...study.base, ...await imagesOf(study.base, options) };
  const own: Variant[] = [];
  // One after the other: the lists of a large set fill some memory.
  for (const { name, settings } of variants) {
    const told = await toldBy({ ...inherited(base, settings), ...settings }, options);
    own.push({ name, settings: { ...settings, ...told } });
  }
  return { ...study, base, variants: own };
}

/** The base as a variant takes it over: a hash that was given for other files is none of its own. */
function inherited(base: Settings, settings: Settings): Settings {
  const stale = kinds.flatMap(({ named, told }) => hasAny(settings, named) ? told : []);
  return Object.fromEntries(Object.entries(base).filter(([name]) => !stale.includes(name)));
}

function hasAny(settings: Settings, names: readonly string[]): boolean {
  return names.some((name) => Object.hasOwn(settings, name));
}

/** What the files say that settings name. */
async function toldBy(settings: Settings, options: FilesOptions): Promise<Settings> {
  const [rows, lists] = [await rowsOf(settings), await listsOf(settings)];
  const images = await imagesOf(settings, options);
  return { ...rows, ...lists, ...images, ...await weightsOf(settings) };
}

/** The hash of an own copy in memory that is not of the published images. */
async function imagesOf(settings: Settings, { onNotice }: FilesOptions): Promise<Settings> {
  const { data } = configured(settings);
  if (!namesUnknownImages(data)) return {};
  const images = await loadDataset(data.dataset as DatasetName, {
    folder: data.dataFolder!,
    ...(onNotice && { onNotice }),
  });
  const imagesHash = imagesHashOf(data.dataset, hashDataset(images));
  return imagesHash === null ? {} : { imagesHash };
}

async function weightsOf(
  { pretrained = null, pretrainedHash = null }: Settings,
): Promise<Settings> {
  if (pretrained === null || pretrainedHash !== null) return {};
  const { network } = await withPretrainedHash(configure({ pretrained }));
  return { pretrainedHash: network.pretrainedHash };
}

async function rowsOf({ splitFile = null, splitHash = null }: Settings): Promise<Settings> {
  if (splitFile === null || splitHash !== null) return {};
  const { data } = await withSplitHash(configure({ splitFile }));
  return { splitHash: data.splitHash };
}

/**
 * Which lists of a published set, as settings name them, are not the ones that published numbers are of.
 *
 * @param settings Settings, with or without files.
 * @returns What each is, in words; nothing of sets that come without published lists.
 * @throws {Error} If the images or lists of a published set are not named, or cannot be read.
 * @example No files
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { unpublishedLists } from "glmc/study/given_files.ts";
 *
 * assertEquals(await unpublishedLists({ epochs: 3 }), []);
 * ```
 */
export async function unpublishedLists(settings: Settings): Promise<string[]> {
  const published = fileDatasetEntry(`${settings.dataset}`)?.published;
  if (published === undefined) return [];
  const { train, test } = (await filesOf(settings))!;
  // Where there is a test list, what is published is of it.
  const isWithTest = largeSets[published].lists.some(({ part }) => part === "test");
  return [
    ...(train.known?.part === "train" ? [] : ["another list of training images"]),
    ...(test.known?.part === (isWithTest ? "test" : "validation")
      ? []
      : ["another list of test images"]),
  ];
}

/** A configuration of the settings of the data alone. */
function configured(settings: Settings): RunConfig {
  return configure(Object.fromEntries(
    Object.entries(settings).filter(([name]) => Object.hasOwn(dataFields, name)),
  ));
}

async function filesOf(settings: Settings): Promise<FileDataset | undefined> {
  const { classes } = settings;
  return await openConfiguredFiles(configured(settings).data, {
    ...(typeof classes === "number" && { classes }),
  });
}

async function listsOf(settings: Settings): Promise<Settings> {
  const files = await filesOf(settings);
  if (files === undefined) return {};
  const classes = files.classNames.length;
  const { data } = withListHashes(configured({ ...settings, classes }), files);
  return { classes, trainListHash: data.trainListHash, testListHash: data.testListHash };
}
