/**
 * Class folders as people have them: with a training and a test part under their usual names, or one folder
 * of classes.
 *
 * @module
 */

import { join } from "node:path";
import { readError } from "../disk/errors.ts";
import {
  type ClassFolders,
  listClassFolders,
  listsOfFolder,
  type PartPlaces,
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
 * `train/<class>/` alone, or `<class>/` in the folder itself.
 *
 * @param folder The folder.
 * @returns The lists, whose paths lie below the folder.
 * @throws {Deno.errors.NotFound} If the folder is not there.
 * @throws {RangeError} If a class has no images to train on, is there twice, or holds folders with files.
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
  const { train, test } = listsOfFolder(folder, listed);
  return { train, ...(places.test !== undefined && { test }), leftOut: listed.leftOut };
}

async function placesIn(folder: string): Promise<PartPlaces> {
  const isThere = async (name: string): Promise<boolean> =>
    (await Deno.stat(join(folder, name)).catch(() => undefined))?.isDirectory ?? false;
  await Deno.stat(folder).catch((error) => {
    throw readError(folder, error);
  });
  if (!await isThere("train")) return { train: "" };
  for (const test of testNames) if (await isThere(test)) return { train: "train", test };
  return { train: "train" };
}
