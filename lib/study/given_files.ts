/**
 * Files that settings name, as a study knows them: rows of a subset, lists of images, and weights.
 *
 * @module
 */

import type { FileDataset } from "../data/file_dataset.ts";
import { fileDatasetEntry } from "../data/file_datasets.ts";
import { largeSets } from "../data/large_sets.ts";
import { configure, type Settings } from "../experiment/config.ts";
import { withSplitHash } from "../experiment/configured.ts";
import { openConfiguredFiles } from "../experiment/configured_files.ts";
import { dataFields } from "../experiment/data_fields.ts";
import { withPretrainedHash } from "../experiment/pretrained.ts";

/**
 * Settings with the hashes of the files that they name: rows and lists are known by these, wherever they lie,
 * and a part of what a run asks for. Images also tell how many classes there are.
 *
 * @param settings Settings, with or without files.
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
export async function withFiles(settings: Settings): Promise<Settings> {
  const [rows, lists] = [await rowsOf(settings), await listsOf(settings)];
  return { ...settings, ...rows, ...lists, ...await weightsOf(settings) };
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

async function filesOf(settings: Settings): Promise<FileDataset | undefined> {
  const ofData = Object.fromEntries(
    Object.entries(settings).filter(([name]) => Object.hasOwn(dataFields, name)),
  );
  const { classes } = settings;
  return await openConfiguredFiles(configure(ofData).data, {
    ...(typeof classes === "number" && { classes }),
  });
}

async function listsOf(settings: Settings): Promise<Settings> {
  const files = await filesOf(settings);
  if (files === undefined) return {};
  return {
    classes: files.classNames.length,
    trainListHash: files.train.hash,
    testListHash: files.test.hash,
  };
}
