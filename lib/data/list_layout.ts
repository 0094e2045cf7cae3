/**
 * Where the images of a list lie below a folder: archives are unpacked, and lists written, in several ways.
 *
 * @module
 */

import { isAbsolute, join } from "node:path";
import { counted } from "../settings/count.ts";
import type { ImageList } from "./image_list.ts";

/** How paths of a list become paths below the folder. */
export interface ListLayout {
  /** What is done to them, for people. */
  readonly name: string;
  /**
   * The path of a file below the folder.
   *
   * @param path As the list has it.
   */
  readonly place: (path: string) => string;
}

/** The ways, the most common first. A way that does not fit a path leaves it as it is. */
const layouts: readonly ListLayout[] = [
  { name: "as they are", place: (path) => path },
  { name: "without their first folder", place: (path) => path.replace(/^[^/]+\//, "") },
  {
    name: "without the folders of the classes, as in the archive of ILSVRC's validation images",
    place: (path) => path.replace(/^([^/]+\/)[^/]+\/(?=ILSVRC2012_val_)/, "$1"),
  },
  {
    name: "without any folder, as in the archive of ILSVRC's validation images",
    place: (path) => path.replace(/^.*\/(?=ILSVRC2012_val_)/, ""),
  },
  {
    name: "val_256 for val/<class>",
    place: (path) => path.replace(/^val\/(?:.+\/)?(?=Places365_val_)/, "val_256/"),
  },
  {
    name: "val for val/<class> or val_256",
    place: (path) => path.replace(/^val(?:_256)?\/(?:.+\/)?(?=Places365_val_)/, "val/"),
  },
  {
    name: "train/<class> for data_256/<letter>/<class>",
    place: (path) => path.replace(/^data_256\/[a-z]\/(.+)(?=\/)/, placesClass),
  },
  {
    name: "data_256/<letter>/<class> for train/<class>",
    place: (path) =>
      path.replace(
        /^train\/(([a-z])[^/]*)(?=\/)/,
        (_, name: string, letter: string) => `data_256/${letter}/${name.replace("-", "/")}`,
      ),
  },
  { name: "with / for \\, as on Windows", place: (path) => path.replaceAll("\\", "/") },
  { name: "below train_val2018", place: (path) => `train_val2018/${path}` },
  { name: "below train", place: (path) => `train/${path}` },
  { name: "below val", place: (path) => `val/${path}` },
];

/** Kinds of a place, such as indoor and outdoor, are folders in one archive and suffixes in the other. */
function placesClass(_: string, name: string): string {
  return `train/${name.replaceAll("/", "-")}`;
}

/** Files of a list that are looked for. */
const probes = 16;

/**
 * Finds out how the paths of a list lead to files below a folder, from a few of them.
 *
 * Knows both forms of the lists of Places-LT, the validation images of both sets in one folder, paths
 * of Windows, and a root that is one folder too deep or too high. A test list of Places-LT that names no
 * classes does not lead to images in class folders.
 *
 * @param list The list.
 * @param root The folder with the images.
 * @returns The first of the ways by which most of the files are there.
 * @throws {Deno.errors.NotFound} If none of them is there in any way.
 * @example The root is a folder too deep
 * ```ts
 * import { findLayout } from "glmc/data/list_layout.ts";
 * import { parseImageList } from "glmc/data/image_list.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const root = Deno.makeTempDirSync();
 * Deno.mkdirSync(`${root}/cat`);
 * Deno.writeTextFileSync(`${root}/cat/1.jpg`, "");
 * const bytes = new TextEncoder().encode("train/cat/1.jpg 0\n");
 * const { place } = await findLayout(parseImageList(bytes, { name: "list.txt" }), root);
 *
 * assertEquals(place("train/cat/1.jpg"), "cat/1.jpg");
 * ```
 */
export async function findLayout(list: ImageList, root: string): Promise<ListLayout> {
  const step = Math.max(1, Math.floor(list.count / probes));
  const rows = Array.from(
    { length: Math.min(probes, list.count) },
    (_, i) => Math.min(i * step, list.count - 1),
  );
  const found = await Promise.all(layouts.map(async ({ place }) => {
    const there = await Promise.all(rows.map((row) => isFile(join(root, place(list.path(row))))));
    return there.filter(Boolean).length;
  }));
  const most = Math.max(...found);
  if (most > 0) return layouts[found.indexOf(most)]!;
  const first = list.path(0);
  const tried = [...new Set(layouts.slice(0, 2).map(({ place }) => place(first)))];
  throw new Deno.errors.NotFound(
    `Cannot find the images of "${list.name}" in "${root}": of ${counted(rows.length, "file")} ` +
      `looked for none is there, such as "${tried.join('" or "')}" of ${list.place(0)}: ` +
      (isAbsolute(first)
        ? "its paths are absolute: pass --root /"
        : "pass the folder that they lie below with --root"),
  );
}

async function isFile(path: string): Promise<boolean> {
  return (await Deno.stat(path).catch(() => undefined))?.isFile ?? false;
}
