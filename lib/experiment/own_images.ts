/**
 * Own copies of a data set in memory: which images these are is a part of what a run asks for.
 *
 * @module
 */

import { type DatasetName, datasets } from "../data/datasets.ts";
import { type Dataset, hashDataset, hashOfParts } from "../data/image_set.ts";
import type { DataConfig, RunConfig } from "./config.ts";
import { type ConfiguredDataset, isInFiles } from "./data_fields.ts";

/**
 * Whether a configuration names a copy of a data set in memory, of which only the images tell what it is.
 *
 * @param data The part of the configuration.
 * @returns `false` of what is fetched, of images in files, and of those that are known by their hash.
 * @example An own copy
 * ```ts
 * import { assert } from "@std/assert";
 * import { configure } from "glmc";
 * import { namesUnknownImages } from "glmc/experiment/own_images.ts";
 *
 * assert(namesUnknownImages(configure({ dataFolder: "/noisy-cifar" }).data));
 * assert(!namesUnknownImages(configure().data));
 * ```
 */
export function namesUnknownImages(data: DataConfig): boolean {
  return data.dataFolder !== null && data.imagesHash === null && !isInFiles(data);
}

/**
 * A configuration that tells which images it is of, where these are an own copy in memory.
 *
 * @param config The configuration.
 * @param dataset The data set that it is to be trained on.
 * @returns One with their hash, unless they are the published ones.
 * @throws {RangeError} If it has another hash.
 */
export function withImagesHash(config: RunConfig, dataset: Dataset): RunConfig {
  const { data } = config;
  if (data.imagesHash === null && !namesUnknownImages(data)) return config;
  const found = hashDataset(dataset);
  if (data.imagesHash !== null && data.imagesHash !== found) {
    throw new RangeError(
      `Cannot use the images of ${data.dataset}: they must have SHA-256 ${data.imagesHash}: they ` +
        `have ${found}: use those that the run was started with, or begin a new run with these`,
    );
  }
  return { ...config, data: { ...data, imagesHash: imagesHashOf(data.dataset, found) } };
}

/**
 * What a configuration writes down of images in memory.
 *
 * @param dataset Name of the data set.
 * @param hash SHA-256 of its images and labels; see `hashDataset`.
 * @returns The hash; null of the published images, and where their hash is not known.
 */
export function imagesHashOf(dataset: ConfiguredDataset, hash: string): string | null {
  if (!Object.hasOwn(datasets, dataset)) return null;
  const { hashes } = datasets[dataset as DatasetName];
  return hashes === undefined || hash === hashOfParts(hashes) ? null : hash;
}
