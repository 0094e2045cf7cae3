/**
 * Class folders as people have them: with a training and a test part under their usual names, or one folder
 * of classes.
 *
 * @module
 */

import { dirname } from "node:path";
import { readError } from "../disk/errors.ts";
import {
  type ClassFile,
  type ClassFolders,
  listClassFolders,
  listsOfFolder,
  type PartPlaces,
  unusable,
} from "./class_folders.ts";
import type { ImageList } from "./image_list.ts";

/** Usual names of the part that is tested on. */
const testNames = ["test", "val", "validation", "valid"];

/** The images of class folders, in lists. */
export interface FolderLists {
  /** Training images; all there are, where no part is for testing. */
  readonly train: ImageList;
  /** Test images, where they lie apart. */
  readonly test?: ImageList;
  /** What is not used. */
  readonly leftOut: ClassFolders["leftOut"];
}

/**
 * Lists the images of class folders: `train/<class>/` and `test/<class>/` (or `val`, `validation`, `valid`),
 * `train/<class>/` alone, or `<class>/` in the folder itself. Capitals in the names of the parts do not matter.
 * No file is opened: what is named as no image is left out.
 *
 * @param folder The folder.
 * @returns The lists, whose paths lie below the folder.
 * @throws {Deno.errors.NotFound} If the folder is not there.
 * @throws {RangeError} If a class has no images to train on, or none that is named as an image, is there twice, or holds folders with files.
 * @example Classes without a test part
 * ```ts
 * import { folderLists } from "glmc/data/folder_lists.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const folder = Deno.makeTempDirSync();
 * for (const name of ["dog", "cat"]) {
 *   Deno.mkdirSync(`${folder}/${name}`);
 *   Deno.writeTextFileSync(`${folder}/${name}/1.jpg`, "");
 * }
 * const { train, test } = await folderLists(folder);
 *
 * assertEquals([train.classNames, train.path(0), test], [["cat", "dog"], "cat/1.jpg", undefined]);
 * ```
 */
export async function folderLists(folder: string): Promise<FolderLists> {
  const places = await placesIn(folder);
  const listed = await listClassFolders(folder, places);
  const others = listed.files.filter(({ isNamedImage }) => !isNamedImage);
  refuseNameless(folder, listed, others);
  const { train, test } = listsOfFolder(folder, listed);
  const what = "its name does not end as those of images do";
  const leftOut = [...listed.leftOut, ...others.map(({ path }) => ({ path, what }))];
  return { train, ...(places.test !== undefined && { test }), leftOut };
}

/** A class all of whose files have other names is one whose images would be missed. */
function refuseNameless(
  folder: string,
  { files }: ClassFolders,
  others: readonly ClassFile[],
): void {
  const trained = files.filter(({ part, isNamedImage }) => part === "train" && isNamedImage);
  const labels = new Set(trained.map(({ label }) => label));
  const nameless = others.find(({ part, label }) => part === "train" && !labels.has(label));
  if (nameless === undefined) return;
  throw unusable(
    folder,
    `${dirname(nameless.path)} is a class without images by their names, such as ` +
      `${nameless.path}: put some in, let them end in .jpg, .png or as they should, or list them in a file for ` +
      "--dir_train_txt",
  );
}

async function placesIn(folder: string): Promise<PartPlaces> {
  const names: string[] = [];
  try {
    for await (const { name, isFile } of Deno.readDir(folder)) if (!isFile) names.push(name);
  } catch (error) {
    throw readError(folder, error);
  }
  // As it is written first, then in other capitals: a disk may have both.
  const found = (wanted: string): string | undefined =>
    names.find((name) => name === wanted) ??
      names.sort().find((name) => name.toLowerCase() === wanted);
  const train = found("train");
  if (train === undefined) return { train: "" };
  const [test] = testNames.flatMap((name) => found(name) ?? []);
  return { train, test };
}
