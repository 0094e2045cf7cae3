/**
 * A data set whose images stay in their files: which file belongs to which class.
 *
 * @module
 */

import { basename } from "node:path";
import { folderLists } from "./folder_lists.ts";
import { type ImageList, parseImageList } from "./image_list.ts";
import { type RecognisedList, recogniseList } from "./known_list.ts";
import { type LargeSetName, largeSets, type ListPart } from "./large_sets.ts";
import { findLayout } from "./list_layout.ts";
import { hashList, partForTesting } from "./list_parts.ts";
import { sha256 } from "../disk/digest.ts";
import { readError } from "../disk/errors.ts";
import { checkClasses, classNamesOf, sameClasses } from "./file_classes.ts";
import { type FileDatasetName, fileDatasets } from "./file_datasets.ts";

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

/** Share of each class that is tested on where no images are given for it. */
const usualTestShare = 0.2;

/**
 * Opens a data set in files: reads its lists, or looks through its class folders, and finds out how paths of
 * the lists lead to files below the folder. No image is opened.
 *
 * @param name Which one; `folder` for one's own images.
 * @param options Folder, lists, and how views are made.
 * @returns The data set.
 * @throws {Deno.errors.NotFound} If a folder, a list, or the files of a list are not there.
 * @throws {RangeError} If a list or the folder is not named, a label is outside the classes, or a class has no images to
 * train on.
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
  const { title, published } = entryOf(name);
  const { folder, trainList, testList, side = usualSide, onBadImage = "stop" } = options;
  if (folder === undefined) {
    throw new RangeError(
      `Cannot open ${title}: the folder of its images is not named: pass it with --root`,
    );
  }
  await checkFolder(folder, title);
  if (published !== undefined) requireLists(published, { trainList, testList });
  if (trainList === undefined && testList !== undefined) {
    throw new RangeError(
      `Cannot use the list "${testList}" for testing alone: there is none for training: pass one with ` +
        "--dir_train_txt",
    );
  }
  const notes: string[] = [];
  const recognised = new Map<string, RecognisedList>();
  const parts = trainList === undefined
    ? await fromFolders(folder, { ...options, notes })
    : await fromLists(name, { ...options, trainList, notes, recognised });
  const classNames = classNamesOf(parts.train);
  checkClasses(parts, { title, classNames, notes });
  const setOf = async (list: ImageList): Promise<FileSet> => {
    const { place, name: layout } = await findLayout(list, folder);
    if (layout !== "as they are") notes.push(`Paths of ${basename(list.name)} are read ${layout}`);
    const whole = recognised.get(list.name);
    // A part of a list that was parted for testing is not that list.
    const known = whole?.lines === list.count ? whole : undefined;
    return { list, labels: list.labels, place, layout, hash: hashList(list), known };
  };
  return {
    name,
    folder,
    train: await setOf(parts.train),
    test: await setOf(parts.test),
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

function entryOf(name: FileDatasetName) {
  const entry: (typeof fileDatasets)[FileDatasetName] & {
    readonly published?: LargeSetName;
    readonly classes?: number;
  } = fileDatasets[name];
  return entry;
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

/** The lists of a published set are files of their own, which whoever has its images has as well. */
function requireLists(
  published: LargeSetName,
  lists: { readonly trainList: string | undefined; readonly testList: string | undefined },
): void {
  const { title, lists: known } = largeSets[published];
  const fileOf = (...parts: readonly ListPart[]): string =>
    parts.flatMap((part) => known.filter((list) => list.part === part))[0]!.file;
  const missing = lists.trainList === undefined
    ? `training images is missing: pass ${fileOf("train")} with --dir_train_txt`
    : lists.testList === undefined
    ? `test images is missing: pass ${fileOf("test", "validation")} with --dir_test_txt`
    : undefined;
  if (missing !== undefined) throw new RangeError(`Cannot open ${title}: its list of ${missing}`);
}

interface Lists {
  readonly train: ImageList;
  readonly test: ImageList;
}

type Noting = OpenFileDatasetOptions & { readonly notes: string[] };

/** Published lists by the paths of the files that hold them. */
interface Recognising {
  readonly recognised: Map<string, RecognisedList>;
}

async function fromFolders(folder: string, options: Noting): Promise<Lists> {
  const { train, test, leftOut } = await folderLists(folder);
  if (leftOut.length > 0) {
    const [first] = leftOut;
    options.notes.push(
      leftOut.length === 1
        ? `Left out: ${first!.path} (${first!.what})`
        : `Left out: ${leftOut.length} files, such as ${first!.path} (${first!.what})`,
    );
  }
  return test === undefined ? withTestPart(train, options) : { train, test };
}

async function fromLists(
  name: FileDatasetName,
  options: Noting & Recognising & { readonly trainList: string },
): Promise<Lists> {
  const { trainList, testList } = options;
  const train = await readPart(trainList, { name, ...options, part: "train" });
  if (testList === undefined) return withTestPart(train, options);
  const classes = options.classes ?? train.classes;
  const test = await readPart(testList, { name, ...options, classes, part: "test" });
  return { train, test: sameClasses(test, train) };
}

function withTestPart(
  list: ImageList,
  { testShare: share = usualTestShare, splitSeed: seed = 0, notes }: Noting,
): Lists {
  const parts = partForTesting(list, { share, seed });
  notes.push(
    `There are no images for testing: ${parts.test.count} of ${list.count}, a share of ${share} of ` +
      "each class, are tested on and not trained on (--test_share)",
  );
  return parts;
}

async function readPart(
  path: string,
  { name, part, classes, notes, recognised }: Noting & Recognising & {
    readonly name: FileDatasetName;
    readonly part: "train" | "test";
  },
): Promise<ImageList> {
  const { published, classes: usual } = entryOf(name);
  const bytes = await Deno.readFile(path).catch((error) => {
    throw readError(path, error);
  });
  const known = recogniseList(bytes);
  if (known !== undefined) {
    refuseOther(path, known, { published, part });
    recognised.set(path, known);
  }
  const wanted = classes ?? usual;
  const list = parseImageList(bytes, {
    name: path,
    ...(wanted !== undefined && { classes: wanted }),
  });
  if (published === undefined) return list;
  const { title, lists } = largeSets[published];
  const isTestedOnValidation = part === "test" && lists.some((list) => list.part === "test") &&
    known?.part === "validation";
  if (known === undefined) {
    notes.push(
      `"${path}" is not the published list of ${title} by its checksum: compare results only among ` +
        "runs on the same list",
    );
  } else if (isTestedOnValidation) {
    notes.push(
      `"${path}" is the validation list of ${title}: published numbers are of the test list`,
    );
  }
  return list;
}

/** A list of another data set, or of another part, has been mixed up. */
function refuseOther(
  path: string,
  known: { readonly set: LargeSetName; readonly part: ListPart },
  { published, part }: {
    readonly published: LargeSetName | undefined;
    readonly part: "train" | "test";
  },
): void {
  const what = `the ${known.part === "train" ? "training" : known.part} list of ` +
    largeSets[known.set].title;
  if (published !== undefined && known.set !== published) {
    throw new RangeError(
      `Cannot use the list "${path}": it is ${what}: pass --dataset ${known.set}, or the list of ` +
        largeSets[published].title,
    );
  }
  if ((part === "train") === (known.part === "train")) return;
  throw new RangeError(
    `Cannot use the list "${path}" for ${
      part === "train" ? "training" : "testing"
    }: it is ${what}: ` +
      "give each list to its own flag, --dir_train_txt and --dir_test_txt",
  );
}
