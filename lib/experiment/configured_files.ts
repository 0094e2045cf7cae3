/**
 * The images, rows and weights that a configuration names, known by what they hold.
 *
 * @module
 */

import { type AnyDataset, isFileDataset } from "../images/dataset_images.ts";
import {
  type FileDataset,
  openFileDataset,
  type OpenFileDatasetOptions,
} from "../data/file_dataset.ts";
import { fileDatasetEntry, type FileDatasetName } from "../data/file_datasets.ts";
import type { DataConfig, RunConfig } from "./config.ts";
import { withSplitHash } from "./configured.ts";
import { withImagesHash } from "./own_images.ts";
import { withPretrainedHash } from "./pretrained.ts";

/**
 * Opens the data set of a configuration, if its images stay in files.
 *
 * @param data The part of the configuration.
 * @param options Number of classes that labels must lie within, where it is known.
 * @returns The data set; `undefined` if it is held in memory.
 * @throws {Error} If its lists or its folder cannot be used.
 */
export async function openConfiguredFiles(
  data: DataConfig,
  { classes }: Pick<OpenFileDatasetOptions, "classes"> = {},
): Promise<FileDataset | undefined> {
  if (fileDatasetEntry(data.dataset) === undefined) return undefined;
  const { dataFolder, trainList, testList, imageSize, testShare, splitSeed, onBadImage } = data;
  return await openFileDataset(data.dataset as FileDatasetName, {
    folder: dataFolder ?? undefined,
    trainList: trainList ?? undefined,
    testList: testList ?? undefined,
    side: imageSize ?? undefined,
    testShare: testShare ?? undefined,
    ...{ classes, splitSeed, onBadImage },
  });
}

/**
 * A configuration that tells what its lists hold.
 *
 * @param config The configuration.
 * @param dataset The data set that it is to be trained on.
 * @returns One with the hashes of the lists; the same if it has them.
 * @throws {RangeError} If it has others, or is of another data set, size or number of classes.
 */
export function withListHashes(config: RunConfig, dataset: FileDataset): RunConfig {
  const { data } = config;
  const parts = [["train", data.trainListHash], ["test", data.testListHash]] as const;
  for (const [part, hash] of parts) {
    const { list, hash: found } = dataset[part];
    if (hash === null || hash === found) continue;
    throw new RangeError(
      `Cannot use the images of "${list.name}": their paths and labels must have SHA-256 ${hash}: ` +
        `they have ${found}: use those that the run was started with, or begin a new run with these`,
    );
  }
  const expected = {
    dataset: [data.dataset, dataset.name],
    classes: [data.classes, dataset.classNames.length],
    imageSize: [data.imageSize, dataset.side],
  };
  for (const [name, [asked, found]] of Object.entries(expected)) {
    if (asked === found) continue;
    throw new RangeError(
      `Cannot train on "${dataset.folder}": the configuration has ${name} ${asked}, the data set ` +
        `${found}: give both the same`,
    );
  }
  const [trainListHash, testListHash] = [dataset.train.hash, dataset.test.hash];
  return { ...config, data: { ...data, trainListHash, testListHash } };
}

/**
 * Makes sure that images are those that a configuration tells of.
 *
 * @param config The configuration.
 * @param dataset The data set.
 * @throws {RangeError} If it has other images or lists, or is of another data set, size or number of classes.
 */
export function checkImages(config: RunConfig, dataset: AnyDataset): void {
  if (isFileDataset(dataset)) withListHashes(config, dataset);
  else if (config.data.imagesHash !== null) withImagesHash(config, dataset);
}

/**
 * A configuration that tells what the files hold that it names: own images and their lists, rows of a subset,
 * weights.
 *
 * @param config The configuration.
 * @param options The data set that it is to be trained on, where that is at hand; one in files whose hashes
 * are not known yet is opened otherwise. Of an own copy in memory it has to be.
 * @returns One with hashes; the same if it names no files.
 * @throws {Error} If a file cannot be read, or holds something else than the configuration says.
 */
export async function withFileHashes(
  config: RunConfig,
  { dataset }: { readonly dataset?: AnyDataset | undefined } = {},
): Promise<RunConfig> {
  const { classes, trainListHash, testListHash } = config.data;
  const isKnown = trainListHash !== null && testListHash !== null;
  const imaged = dataset === undefined || isFileDataset(dataset)
    ? config
    : withImagesHash(config, dataset);
  const files = dataset !== undefined && isFileDataset(dataset)
    ? dataset
    : isKnown
    ? undefined
    : await openConfiguredFiles(config.data, { classes });
  const listed = files === undefined ? imaged : withListHashes(config, files);
  return await withPretrainedHash(await withSplitHash(listed));
}
