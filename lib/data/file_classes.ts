/**
 * The classes of lists of images: their names, and whether each can be trained and tested.
 *
 * @module
 */

import { basename, dirname } from "node:path";
import type { ImageList } from "./image_list.ts";

/**
 * Names of the classes of a list: its own, or the folders that hold the images, or numbers.
 *
 * @param list The list.
 * @returns A name for each class, all different.
 * @example Folders
 * ```ts
 * import { classNamesOf } from "glmc/data/file_classes.ts";
 * import { parseImageList } from "glmc/data/image_list.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const namesOf = (text: string) =>
 *   classNamesOf(parseImageList(new TextEncoder().encode(text), { name: "list.txt" }));
 *
 * assertEquals(namesOf("train/dog/1.jpg 0\ntrain/cat/1.jpg 1\n"), ["dog", "cat"]);
 * assertEquals(namesOf("1.jpg 0\n2.jpg 1\n"), ["0", "1"]);
 * ```
 */
export function classNamesOf(list: ImageList): readonly string[] {
  if (list.classNames !== undefined) return list.classNames;
  const numbers = Array.from({ length: list.classes }, (_, label) => `${label}`);
  const first = new Int32Array(list.classes).fill(-1);
  list.labels.forEach((label, row) => {
    if (first[label]! < 0) first[label] = row;
  });
  const names = Array.from(first, (row) => row < 0 ? "" : basename(dirname(list.path(row))));
  const isTelling = new Set(names).size === names.length &&
    !names.some((name) => name === "" || name === ".");
  return isTelling ? names : numbers;
}

/**
 * A list with the labels of another: where both have names for their classes, these decide.
 *
 * @param list The list.
 * @param other The list whose labels count.
 * @returns The list; a class without images in it keeps its label.
 * @throws {RangeError} If it has a class that the other does not have, or only one of them has names.
 * @example The second of two classes
 * ```ts
 * import { sameClasses } from "glmc/data/file_classes.ts";
 * import { parseImageList } from "glmc/data/image_list.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const [all, one] = ["path,label\na.jpg,cat\nb.jpg,dog\n", "path,label\nc.jpg,dog\n"].map((text) =>
 *   parseImageList(new TextEncoder().encode(text), { name: "list.csv" })
 * );
 *
 * assertEquals([...sameClasses(one!, all!).labels], [1]);
 * ```
 */
export function sameClasses(list: ImageList, other: ImageList): ImageList {
  const { classNames: own } = list;
  const { classNames: names, classes } = other;
  if (own === undefined && names === undefined) return { ...list, classes };
  if (own === undefined || names === undefined) {
    const [named, numbered] = own === undefined ? [other, list] : [list, other];
    throw new RangeError(
      `Cannot use the lists "${other.name}" and "${list.name}" together: the classes of ` +
        `"${basename(named.name)}" are names, those of "${
          basename(numbered.name)
        }" numbers: write ` +
        "them in one way",
    );
  }
  const labelOf = new Map(names.map((name, label) => [name, label]));
  const labels = list.labels.map((label, row) => {
    const found = labelOf.get(own[label]!);
    if (found !== undefined) return found;
    throw new RangeError(
      `Cannot use the list "${list.name}": ${list.place(row)} is of class "${
        own[label]
      }", of which ` +
        `"${other.name}" has no images: add some, or take it out`,
    );
  });
  return { ...list, labels, classes, classNames: names };
}

/**
 * Makes sure that every class can be trained, and notes those that cannot be tested.
 *
 * @param parts Images to train and to test on.
 * @param options Name of the data set, names of the classes, and where notes go.
 * @throws {RangeError} If there are none to test on, or a class has none to train on.
 */
export function checkClasses(
  { train, test }: { readonly train: ImageList; readonly test: ImageList },
  { title, classNames, notes }: {
    readonly title: string;
    readonly classNames: readonly string[];
    readonly notes: string[];
  },
): void {
  const missing = withoutImages(train);
  if (missing.length > 0) {
    throw new RangeError(
      `Cannot train on ${title}: "${train.name}" has no images of ${
        classText(missing, classNames)
      }: ` +
        `classes are 0 to ${train.classes - 1}: give each some, or the right --num_classes`,
    );
  }
  if (test.count === 0) {
    throw new RangeError(
      `Cannot test on ${title}: "${test.name}" has no images: add some to the classes`,
    );
  }
  const untested = withoutImages(test);
  if (untested.length === 0) return;
  notes.push(`There are no test images of ${classText(untested, classNames)}`);
}

function withoutImages({ labels, classes }: ImageList): number[] {
  const counts = new Int32Array(classes);
  labels.forEach((label) => counts[label]!++);
  return Array.from(counts.keys()).filter((label) => counts[label] === 0);
}

function classText(labels: readonly number[], names: readonly string[]): string {
  const [first] = labels;
  const name = names[first!] === `${first}` ? "" : ` (${names[first!]})`;
  if (labels.length === 1) return `class ${first}${name}`;
  return `${labels.length} classes, such as ${first}${name}`;
}
