/**
 * Parts of a list of images, and what a list is known by.
 *
 * @module
 */

import { createHash } from "node:crypto";
import type { ImageList } from "./image_list.ts";
import { randomStream } from "./random.ts";

/**
 * Some files of a list.
 *
 * @param list The list; the part refers to it.
 * @param rows Which files, in the order wanted.
 * @returns The part, with all classes of the list.
 * @example The last of two
 * ```ts
 * import { partOfList } from "glmc/data/list_parts.ts";
 * import { parseImageList } from "glmc/data/image_list.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const list = parseImageList(new TextEncoder().encode("a.jpg 0\nb.jpg 1\n"), { name: "list.txt" });
 * const part = partOfList(list, Int32Array.of(1));
 *
 * assertEquals([part.path(0), part.place(0), part.classes], ["b.jpg", "line 2", 2]);
 * ```
 */
export function partOfList(list: ImageList, rows: Int32Array): ImageList {
  return {
    ...list,
    count: rows.length,
    labels: rows.map((row) => list.labels[row]!),
    path: (row) => list.path(rows[row]!),
    pathBytes: (row) => list.pathBytes(rows[row]!),
    place: (row) => list.place(rows[row]!),
  };
}

/** Settings of {@linkcode partForTesting}. */
export interface PartForTestingOptions {
  /** Share of the images of each class, in `(0, 1)`. */
  readonly share: number;
  /** Seed of the choice. */
  readonly seed: number;
}

/**
 * Parts a list in images to train on and images to test on, class by class.
 *
 * Of n images of a class the share is rounded, and at least one image and at most all but one are tested on;
 * a class with a single image has none to test on. Images keep their order.
 *
 * @param list The list.
 * @param options Share and seed.
 * @returns Both parts.
 * @example One of two images of each class
 * ```ts
 * import { partForTesting } from "glmc/data/list_parts.ts";
 * import { imageListOf } from "glmc/data/image_list.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const files = [0, 0, 1, 1, 2].map((label, row) => ({ path: `${row}.jpg`, label }));
 * const list = imageListOf(files, { name: "mine", classNames: ["a", "b", "c"] });
 * const { train, test } = partForTesting(list, { share: 0.2, seed: 0 });
 *
 * assertEquals([[...train.labels], [...test.labels]], [[0, 1, 2], [0, 1]]);
 * ```
 */
export function partForTesting(
  list: ImageList,
  { share, seed }: PartForTestingOptions,
): Readonly<Record<"train" | "test", ImageList>> {
  const members: number[][] = Array.from({ length: list.classes }, () => []);
  list.labels.forEach((label, row) => members[label]!.push(row));
  const isTested = new Uint8Array(list.count);
  members.forEach((rows, label) => {
    const size = Math.max(1, Math.min(rows.length - 1, Math.round(share * rows.length)));
    if (rows.length < 2) return;
    const order = randomStream(seed, "test", label).shuffled(rows.length);
    for (const place of order.subarray(0, size)) isTested[rows[place]!] = 1;
  });
  const rowsOf = (tested: number): Int32Array =>
    Int32Array.from(isTested.keys()).filter((row) => isTested[row] === tested);
  return { train: partOfList(list, rowsOf(0)), test: partOfList(list, rowsOf(1)) };
}

/** Bytes that are hashed at a time. */
const chunkBytes = 1 << 16;

/**
 * SHA-256 of the paths and labels of a list, in its order: that of its file, where it is plain lines of a
 * path, a space and a label.
 *
 * @param list The list.
 * @returns 64 hexadecimal digits; 437,513 files take about a third of a second.
 * @example A table and lines
 * ```ts
 * import { hashList } from "glmc/data/list_parts.ts";
 * import { parseImageList } from "glmc/data/image_list.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const hashOf = (text: string, name: string) =>
 *   hashList(parseImageList(new TextEncoder().encode(text), { name }));
 *
 * assertEquals(hashOf("a.jpg 0\n", "list.txt"), hashOf("path,label\na.jpg,0\n", "list.csv"));
 * ```
 */
export function hashList(list: ImageList): string {
  const hash = createHash("sha256");
  const encoder = new TextEncoder();
  let chunk = new Uint8Array(chunkBytes);
  let filled = 0;
  const put = (bytes: Uint8Array): void => {
    if (filled + bytes.length > chunk.length) {
      hash.update(chunk.subarray(0, filled));
      filled = 0;
      if (bytes.length > chunk.length) chunk = new Uint8Array(bytes.length);
    }
    chunk.set(bytes, filled);
    filled += bytes.length;
  };
  const endings = new Map<number, Uint8Array>();
  for (let row = 0; row < list.count; row++) {
    const label = list.labels[row]!;
    const ending = endings.get(label) ?? encoder.encode(` ${label}\n`);
    endings.set(label, ending);
    put(list.pathBytes(row));
    put(ending);
  }
  return hash.update(chunk.subarray(0, filled)).digest("hex");
}
