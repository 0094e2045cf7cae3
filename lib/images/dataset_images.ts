/**
 * The images of a data set as a training wants them, wherever they lie: in memory or in files.
 *
 * @module
 */

import { type FileDataset, hashFileDataset } from "../data/file_dataset.ts";
import { type Dataset, hashDataset } from "../data/image_set.ts";
import type { PictureFiles } from "../data/picture_files.ts";
import { fileRecipe } from "./file_recipe.ts";
import { memorySource } from "./memory_source.ts";
import type { ChannelStatistics } from "./normalise.ts";
import { pictureSource } from "./picture_source.ts";
import type { ImageSource } from "./source.ts";

/** A data set that can be trained on: its pixels in memory, or its images in files. */
export type AnyDataset = Dataset | FileDataset;

/** Classes of the images of a data set; all that a subset is drawn from. */
export interface LabelledImages {
  /** Training images. */
  readonly train: {
    /** Class of each. */
    readonly labels: Int32Array;
  };
}

/** The images of a data set, ready to become sources. */
export interface DatasetImages extends LabelledImages {
  /** Test images. */
  readonly test: LabelledImages["train"];
  /** Values of a pixel. */
  readonly channels: number;
  /** Name of each class, in label order. */
  readonly classNames: readonly string[];
  /** What views are normalised by. */
  readonly statistics: ChannelStatistics;
  /**
   * SHA-256 of what a training can see of the data set: pixels and labels of images in memory; of images in
   * files the paths and labels of their lists, since reading them all would take hours.
   */
  readonly hash: () => string;
  /** Opens images of a part, all or some rows of it in their order; the caller disposes the source. */
  readonly source: (part: "train" | "test", rows?: Int32Array) => ImageSource;
}

/**
 * The images of a data set.
 *
 * @param dataset The data set.
 * @param options Told of images that are skipped, a line each.
 * @returns What a training needs of it.
 * @example In memory
 * ```ts
 * import { datasetImages } from "glmc/images/dataset_images.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const size = { height: 1, width: 1, channels: 3, classNames: ["a"] };
 * const set = { ...size, images: new Uint8Array(3), labels: Int32Array.of(0) };
 * const images = datasetImages({ name: "one", train: set, test: set, mean: [0], std: [1] });
 *
 * assertEquals([images.channels, images.hash().length], [3, 64]);
 * ```
 */
export function datasetImages(
  dataset: AnyDataset,
  options: { readonly onSkip?: (line: string) => void } = {},
): DatasetImages {
  return isFileDataset(dataset) ? imagesInFiles(dataset, options) : imagesInMemory(dataset);
}

/**
 * Whether the images of a data set stay in their files.
 *
 * @param dataset The data set.
 * @returns `false` if its pixels are in memory.
 */
export function isFileDataset(dataset: AnyDataset): dataset is FileDataset {
  return "folder" in dataset;
}

function imagesInMemory(dataset: Dataset): DatasetImages {
  const { train, test, mean, std } = dataset;
  return {
    train,
    test,
    channels: train.channels,
    classNames: train.classNames,
    statistics: { mean, std },
    hash: () => hashDataset(dataset),
    source: (part, rows) => memorySource(dataset[part], { mean, std, ...(rows && { rows }) }),
  };
}

function imagesInFiles(
  dataset: FileDataset,
  { onSkip }: { readonly onSkip?: (line: string) => void },
): DatasetImages {
  const { train, test, classNames, name, side, folder, onBadImage } = dataset;
  const recipe = fileRecipe(name, side);
  return {
    train,
    test,
    channels: 3,
    classNames,
    statistics: { mean: recipe.mean, std: recipe.std },
    hash: () => hashFileDataset(dataset),
    source(part, rows) {
      const { list, labels, place } = dataset[part];
      const rowOf = (image: number): number => rows === undefined ? image : rows[image]!;
      const files: PictureFiles = {
        folder,
        count: rows?.length ?? list.count,
        path: (image) => place(list.path(rowOf(image))),
        labels: rows?.map((row) => labels[row]!) ?? labels,
        where: (image) => `${list.place(rowOf(image))} of "${list.name}"`,
      };
      return pictureSource(files, {
        recipe,
        onBadImage,
        onSkip: ({ message }) => onSkip?.(message),
      });
    },
  };
}
