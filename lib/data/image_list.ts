/**
 * Lists of image files with their classes, as large data sets come with them: `path label` lines, or CSV.
 *
 * @module
 */

import { isUtf8 } from "node:buffer";
import { readError } from "../disk/errors.ts";
import { readCsvList } from "./list_csv.ts";
import { readListLines } from "./list_lines.ts";

/** Files with their classes; about 100 bytes a file in memory, whatever their number. */
export interface ImageList {
  /** Where it comes from, for messages. */
  readonly name: string;
  /** Number of files. */
  readonly count: number;
  /** Class of each file `[count]`, from 0. */
  readonly labels: Int32Array;
  /** Number of classes: one more than the largest label, or as many as were asked for. */
  readonly classes: number;
  /** Name of each class, where the list has names. */
  readonly classNames?: readonly string[];
  /**
   * Path of a file as the list has it.
   *
   * @param row Which file, from 0.
   */
  readonly path: (row: number) => string;
  /**
   * The same in UTF-8, without a copy.
   *
   * @param row Which file, from 0.
   */
  readonly pathBytes: (row: number) => Uint8Array;
  /**
   * Where the list names a file, such as `line 17`.
   *
   * @param row Which file, from 0.
   */
  readonly place: (row: number) => string;
}

/** Classes that a list may have without being told: a larger label is a slip, and memory goes with it. */
const mostClasses = 1_000_000;

/** Settings of {@linkcode readImageList}. */
export interface ReadImageListOptions {
  /** Number of classes that labels must lie within; as many as there are, up to a million, by default. */
  readonly classes?: number;
}

/**
 * Reads a list of image files: lines of a path, a space and a label, or, if its name ends with `.csv`, a
 * table with the columns `path` and `label`.
 *
 * The label is the last word, so paths may have spaces in them. Lines may end as those of Windows, the
 * last one in any way, all of them as those of old Macs; empty lines are passed over. Labels of a table may be names: classes are then in
 * their alphabetical order. The 437,513 lines of iNaturalist 2018 take a fraction of a second.
 *
 * @param path The file.
 * @param options Number of classes.
 * @returns The list.
 * @throws {Deno.errors.NotFound} If there is no such file.
 * @throws {SyntaxError} If it is no such list; the message has file, line and value.
 * @throws {RangeError} If a label is outside the classes.
 * @example Two images
 * ```ts
 * import { readImageList } from "glmc/data/image_list.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const path = Deno.makeTempFileSync();
 * Deno.writeTextFileSync(path, "train/cat/1.jpg 0\ntrain/my dog/2.jpg 1\n");
 * const list = await readImageList(path);
 *
 * assertEquals([...list.labels], [0, 1]);
 * assertEquals([list.path(1), list.place(1)], ["train/my dog/2.jpg", "line 2"]);
 * ```
 */
export async function readImageList(
  path: string,
  options: ReadImageListOptions = {},
): Promise<ImageList> {
  const bytes = await Deno.readFile(path).catch((error) => {
    throw readError(path, error);
  });
  return parseImageList(bytes, { ...options, name: path });
}

/**
 * Reads a list from memory; see {@linkcode readImageList}.
 *
 * @param bytes Content of the file; the list refers to it, so it must not change.
 * @param options Number of classes, and `name`: what messages call the list; a table if it ends with
 * `.csv`.
 * @returns The list.
 * @throws {SyntaxError} If it is no such list; the message has name, line and value.
 * @throws {RangeError} If a label is outside the classes.
 */
export function parseImageList(
  bytes: Uint8Array,
  { name, classes }: ReadImageListOptions & { readonly name: string },
): ImageList {
  const refuse = (what: string): never => {
    throw new SyntaxError(`Cannot use the list "${name}": ${what}`);
  };
  if (!isUtf8(bytes) || bytes.includes(0)) {
    refuse("its text is not UTF-8: save it as plain text, one path and label a line");
  }
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  const content = bytes.subarray(start);
  const read = /\.csv$/i.test(name) ? readCsvList : readListLines;
  const rows = read(content, refuse);
  const { labels, line, unit, classNames } = rows;
  if (labels.length === 0) refuse("it names no images: write one path and label a line");
  const place = (row: number): string => `${unit} ${line(row)}`;
  const given = classNames?.length ?? classes;
  const known = given ?? mostClasses;
  const outside = labels.findIndex((label) => label >= known);
  if (outside >= 0) {
    throw new RangeError(
      `Cannot use the list "${name}": ${place(outside)} has label ${
        labels[outside]
      }, outside 0 to ` +
        `${known - 1}: labels count from 0; give the list of the right data set`,
    );
  }
  const decoder = new TextDecoder();
  return {
    name,
    count: labels.length,
    labels,
    classes: given ?? 1 + labels.reduce((most, label) => Math.max(most, label), 0),
    ...(classNames && { classNames }),
    path: (row) => decoder.decode(rows.pathBytes(row)),
    pathBytes: rows.pathBytes,
    place,
  };
}

/**
 * A list of files that were found in some other way.
 *
 * @param files Path and class of each.
 * @param options `name` of the list for messages, and names of the classes.
 * @returns The list.
 * @example Files of a folder
 * ```ts
 * import { imageListOf } from "glmc/data/image_list.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const files = [{ path: "train/cat/1.png", label: 0 }];
 *
 * assertEquals(imageListOf(files, { name: "my images", classNames: ["cat"] }).count, 1);
 * ```
 */
export function imageListOf(
  files: readonly { readonly path: string; readonly label: number }[],
  { name, classNames }: { readonly name: string; readonly classNames: readonly string[] },
): ImageList {
  const encoder = new TextEncoder();
  const pathOf = (row: number): string => files[row]!.path;
  return {
    name,
    count: files.length,
    labels: Int32Array.from(files, ({ label }) => label),
    classes: classNames.length,
    classNames,
    path: pathOf,
    pathBytes: (row) => encoder.encode(pathOf(row)),
    place: (row) => `image ${row}`,
  };
}
