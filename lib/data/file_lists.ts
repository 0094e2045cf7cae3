/**
 * The lists of a data set in files: by their files, or of class folders.
 *
 * @module
 */

import { readError } from "../disk/errors.ts";
import { sameClasses } from "./file_classes.ts";
import type { OpenFileDatasetOptions } from "./file_dataset.ts";
import { type FileDatasetEntry, type FileDatasetName, fileDatasets } from "./file_datasets.ts";
import { folderLists } from "./folder_lists.ts";
import { type ImageList, parseImageList } from "./image_list.ts";
import { type RecognisedList, recogniseList } from "./known_list.ts";
import { type LargeSetName, largeSets, type ListPart } from "./large_sets.ts";
import { partForTesting } from "./list_parts.ts";

/** Share of each class that is tested on where no images are given for it. */
const usualTestShare = 0.2;

/** Images to train on and to test on. */
export interface FileLists {
  /** Training images. */
  readonly train: ImageList;
  /** Test images. */
  readonly test: ImageList;
  /** Published lists by the paths of the files that hold them. */
  readonly recognised: ReadonlyMap<string, RecognisedList>;
}

type Lists = Pick<FileLists, "train" | "test">;

/**
 * Reads the lists of a data set, or looks through its class folders.
 *
 * @param name Which data set.
 * @param options Folder and lists, and where notes go.
 * @returns The lists.
 * @throws {RangeError} If a list is not named, or does not fit.
 * @throws {SyntaxError} If one cannot be read.
 */
export async function listsOf(
  name: FileDatasetName,
  options: OpenFileDatasetOptions & { readonly folder: string; readonly notes: string[] },
): Promise<FileLists> {
  const { folder, trainList, testList } = options;
  const { published } = entryOf(name);
  if (published !== undefined) requireLists(published, { trainList, testList });
  if (trainList === undefined && testList !== undefined) {
    throw new RangeError(
      `Cannot use the list "${testList}" for testing alone: there is none for training: pass one with ` +
        "--dir_train_txt",
    );
  }
  const recognised = new Map<string, RecognisedList>();
  const lists = trainList === undefined
    ? await fromFolders(folder, options)
    : await fromLists(name, { ...options, trainList, recognised });
  return { ...lists, recognised };
}

function entryOf(name: FileDatasetName): FileDatasetEntry {
  return fileDatasets[name];
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

type Noting = OpenFileDatasetOptions & { readonly notes: string[] };

/** Published lists by the paths of the files that hold them. */
interface Recognising {
  readonly recognised: Map<string, RecognisedList>;
}

async function fromFolders(folder: string, options: Noting): Promise<Lists> {
  const { train, test, leftOut } = await folderLists(folder);
  for (const [what, [first, ...others]] of Map.groupBy(leftOut, ({ what }) => what)) {
    const such = others.length === 0 ? "" : `${others.length + 1} files, such as `;
    options.notes.push(`Left out: ${such}${first!.path} (${what})`);
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
  if (parts.test.count === 0) {
    throw new RangeError(
      `Cannot test on the images of "${list.name}": no class has two, of which one could be tested on: ` +
        "add some, or images for testing alone",
    );
  }
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
