/**
 * A data set whose images stay in their files: which file belongs to which class.
 *
 * @module
 */

import { basename } from "node:path";
import { sha256 } from "../disk/digest.ts";
import { readError } from "../disk/errors.ts";
import { counted } from "../settings/count.ts";
import { checkClasses, classNamesOf } from "./file_classes.ts";
import { type FileDatasetName, fileDatasets } from "./file_datasets.ts";
import { listsOf } from "./file_lists.ts";
import type { ImageList } from "./image_list.ts";
import type { RecognisedList } from "./known_list.ts";
import { findLayout } from "./list_layout.ts";
import { hashList } from "./list_parts.ts";
import { openPack } from "./open_pack.ts";
import type { FilePart } from "./picture_files.ts";

/** Images of one part. */
export interface FileSet {
  /** Files and classes. */
  readonly list: ImageList;
  /** Class of each image `[count]`. */
  readonly labels: Int32Array;
  /** The path of a file below the folder, from its path in the list. */
  readonly place: (path: string) => string;
  /** The same in words. */
  readonly layout: string;
  /** Where an image lies, if not in a file of its own; by its row. */
  readonly partOf?: (row: number) => FilePart;
  /** SHA-256 of paths and labels: what the part is known by. */
  readonly hash: string;
  /** The published list that it is, if it is one. */
  readonly known: RecognisedList | undefined;
}

/** What becomes of an image that cannot be decoded. */
export type OnBadImage = "stop" | "skip";

/** A data set whose images stay in their files. */
export interface FileDataset {
  /** Name of the data set. */
  readonly name: FileDatasetName;
  /** The folder that all paths lie below. */
  readonly folder: string;
  /** Images to train on. */
  readonly train: FileSet;
  /** Images to test on. */
  readonly test: FileSet;
  /** Name of each class, in label order. */
  readonly classNames: readonly string[];
  /** Height and width of a view in pixels. */
  readonly side: number;
  /** What becomes of an image that cannot be decoded. */
  readonly onBadImage: OnBadImage;
  /** What a person should know, a sentence each. */
  readonly notes: readonly string[];
}

/** Settings of {@linkcode openFileDataset}. */
export interface OpenFileDatasetOptions {
  /** The folder with the images, `--root`. */
  readonly folder?: string | undefined;
  /** The list of training images; of one's own images class folders by default. */
  readonly trainList?: string | undefined;
  /** The list of test images. */
  readonly testList?: string | undefined;
  /** Number of classes that labels must lie within; that of the data set by default. */
  readonly classes?: number | undefined;
  /** Height and width of a view in pixels; 224 by default. */
  readonly side?: number | undefined;
  /** What becomes of an image that cannot be decoded; the training stops by default. */
  readonly onBadImage?: OnBadImage | undefined;
  /** Share of each class that is tested on where no images are given for it; 0.2 by default. */
  readonly testShare?: number | undefined;
  /** Seed of that choice; 0 by default. */
  readonly splitSeed?: number | undefined;
}

/** Height and width of a view in pixels, as in the official code. */
export const usualSide = 224;

/**
 * Opens a data set in files: reads its lists, or looks through its class folders, and finds out how paths of
 * the lists lead to files below the folder. No image is opened.
 *
 * @param name Which one; `folder` for one's own images.
 * @param options Folder, lists, and how views are made.
 * @returns The data set.
 * @throws {Deno.errors.NotFound} If a folder, a list, or the files of a list are not there.
 * @throws {RangeError} If a list or the folder is not named, a label is outside the classes, there are not as many
 * classes as were asked for, or one has no images to train on.
 * @throws {SyntaxError} If a list cannot be read.
 * @example Two classes, of which a fifth is tested on
 * ```ts
 * import { openFileDataset } from "glmc/data/file_dataset.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const folder = Deno.makeTempDirSync();
 * for (const name of ["dog", "cat"]) {
 *   Deno.mkdirSync(`${folder}/${name}`);
 *   for (const i of [1, 2, 3, 4, 5]) Deno.writeTextFileSync(`${folder}/${name}/${i}.jpg`, "");
 * }
 * const { train, test, classNames } = await openFileDataset("folder", { folder });
 *
 * assertEquals([classNames, train.list.count, test.list.count], [["cat", "dog"], 8, 2]);
 * ```
 */
export async function openFileDataset(
  name: FileDatasetName,
  options: OpenFileDatasetOptions,
): Promise<FileDataset> {
  const { title } = fileDatasets[name];
  const { folder, trainList, testList, side = usualSide, onBadImage = "stop" } = options;
  if (folder === undefined) {
    throw new RangeError(
      `Cannot open ${title}: the folder of its images is not named: pass it with --root`,
    );
  }
  await checkFolder(folder, title);
  const pack = await openPack(folder, { name, trainList, testList });
  const notes: string[] = [];
  const { recognised, ...parts } = pack ?? await listsOf(name, { ...options, folder, notes });
  const classNames = classNamesOf(parts.train);
  checkClasses(parts, { title, classNames, notes });
  if (options.classes !== undefined && options.classes !== classNames.length) {
    throw new RangeError(
      `Cannot open ${title} with --num_classes ${options.classes}: there are ` +
        `${counted(classNames.length, "class", "classes")} in "${parts.train.name}": leave it out`,
    );
  }
  const setOf = async (part: "train" | "test"): Promise<FileSet> => {
    const list = parts[part];
    const { place, name: layout } = await (pack?.layout ?? findLayout(list, folder));
    if (layout !== "as they are") notes.push(`Paths of ${basename(list.name)} are read ${layout}`);
    const whole = recognised.get(list.name);
    // A part of a list that was parted for testing is not that list.
    const known = whole?.lines === list.count ? whole : undefined;
    const partOf = pack?.places[part];
    const hash = pack?.hashes[part] ?? hashList(list);
    return { list, labels: list.labels, place, layout, hash, known, ...(partOf && { partOf }) };
  };
  return {
    name,
    folder,
    train: await setOf("train"),
    test: await setOf("test"),
    classNames,
    side,
    onBadImage,
    notes,
  };
}

/**
 * SHA-256 of what is known of a data set in files: the paths and labels of its lists. Reading all images would
 * take hours.
 *
 * @param dataset The data set.
 * @returns 64 hexadecimal digits.
 */
export function hashFileDataset({ train, test }: FileDataset): string {
  return sha256(`${train.hash} ${test.hash}`);
}

async function checkFolder(folder: string, title: string): Promise<void> {
  const cannot = (what: string): string => `Cannot open ${title}: ${what}: pass it with --root`;
  const { isDirectory } = await Deno.stat(folder).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw readError(folder, error);
    const what = `there is no folder "${folder}" with its images`;
    throw new Deno.errors.NotFound(cannot(what), { cause: error });
  });
  if (!isDirectory) throw new RangeError(cannot(`"${folder}" is no folder with its images`));
}
