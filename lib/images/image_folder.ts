/**
 * A data set made of image files in class folders.
 *
 * @module
 */

import { channelStatistics } from "../data/channel_statistics.ts";
import { listClassFolders, type Part, unusable } from "../data/class_folders.ts";
import type { DataProgress } from "../data/download.ts";
import { checkDataset, type Dataset, type ImageSet } from "../data/image_set.ts";
import { notesOn } from "./folder_notes.ts";
import { readFiles } from "./read_files.ts";

/** Settings of {@linkcode readImageFolder}. */
export interface ImageFolderOptions {
  /** Name of the data set; `own` by default, as a configuration calls images of one's own. */
  readonly name?: string;
  /**
   * Brings all images to squares of this many pixels: the shorter side is scaled, the middle cut
   * out. Without it, images of different sizes are refused.
   */
  readonly side?: number;
  /** Order of the classes: by their names (the default), or from many training images to few. */
  readonly classOrder?: "name" | "count";
  /** Called as the work goes on. */
  readonly onProgress?: (progress: DataProgress) => void;
}

/** A data set that was read from files. */
export interface ImageFolder extends Dataset {
  /** The file of each image, below the folder: row i of a set is `files[part][i]`. */
  readonly files: Readonly<Record<Part, readonly string[]>>;
  /** What was left out, what is there twice, which classes cannot be tested: a sentence each. */
  readonly notes: readonly string[];
}

/**
 * Reads the images of `train/<class>/` and `test/<class>/` into memory.
 *
 * Each file is decoded as {@linkcode decodeImage} says: PNG, JPEG, BMP, GIF and WebP by their
 * content, turned upright, in the order of their names. Hidden files, leftovers of programs and
 * files that neither are nor call themselves images are left out and noted; a class may have no
 * test images, which is noted too. Images that are there twice are kept and noted. Files that
 * cannot be read are named, the first five of them, before anything is trained.
 *
 * As many files are decoded at a time as there are cores, but 4 to 16. Memory: 3 bytes a pixel for
 * all images, and those files with their pixels twice. The engine must run.
 *
 * @param folder The folder with `train` and `test`.
 * @param options Size, order of the classes, progress.
 * @returns The data set, with mean and deviation of each channel over the training images.
 * @throws {Deno.errors.NotFound} If the folder, `train` or `test` is missing.
 * @throws {RangeError} If images differ in size, a class has none to train on, there is none to
 * test on, all pixels are equal, or the images do not fit into memory.
 * @throws {SyntaxError} If files are damaged; the message names them, as all others do.
 * @throws {TypeError} If files are images that cannot be decoded, or call themselves images and are
 * none.
 * @example Your own images
 * ```ts ignore
 * import { readImageFolder, startEngine } from "glmc";
 *
 * await startEngine();
 * const dataset = await readImageFolder("my-images", { side: 64 });
 * console.log(dataset.train.classNames, dataset.notes);
 * ```
 */
export async function readImageFolder(
  folder: string,
  options: ImageFolderOptions = {},
): Promise<ImageFolder> {
  const { name = "own", side, classOrder = "name" } = options;
  if (side !== undefined && !(Number.isSafeInteger(side) && side >= 1)) {
    throw new RangeError(
      `Cannot bring images to a side of ${side} pixels: it must be a whole number from 1`,
    );
  }
  const listed = await listClassFolders(folder);
  const read = await readFiles(folder, listed.files, options);
  const counts = listed.classNames.map(() => 0);
  for (const { part, label } of read.files) if (part === "train") counts[label]!++;
  const missing = counts.indexOf(0);
  if (missing >= 0) {
    throw unusable(
      folder,
      `train/${listed.classNames[missing]} is a class without images: ` +
        "put some in, or take it out",
    );
  }
  const order = [...counts.keys()];
  // Stable: classes of equal size stay in the order of their names.
  if (classOrder === "count") order.sort((a, b) => counts[b]! - counts[a]!);
  const labelOf = order.map((_, label) => order.indexOf(label));
  const { height, width } = read;
  const trainCount = read.files.filter(({ part }) => part === "train").length;
  const cut = (from: number, to?: number): ImageSet => ({
    images: read.images.subarray(3 * height * width * from, to && 3 * height * width * to),
    labels: Int32Array.from(read.files.slice(from, to), ({ label }) => labelOf[label]!),
    height,
    width,
    channels: 3,
    classNames: order.map((label) => listed.classNames[label]!),
  });
  const [train, test] = [cut(0, trainCount), cut(trainCount)];
  if (test.labels.length === 0) {
    throw unusable(
      folder,
      `there are no images in test: put some of each class in`,
    );
  }
  const dataset = checkDataset({ name, train, test, ...channelStatistics(train) });
  const paths = read.files.map(({ path }) => path);
  const files = { train: paths.slice(0, trainCount), test: paths.slice(trainCount) };
  const others = read.others.map(({ path }) => ({ path, what: "no image" }));
  return {
    ...dataset,
    files,
    notes: notesOn(dataset, { files, leftOut: [...listed.leftOut, ...others] }),
  };
}
