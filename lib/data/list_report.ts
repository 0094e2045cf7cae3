/**
 * What a list of images holds: how many of each class, which classes are missing, what is there twice.
 *
 * @module
 */

import type { ImageList } from "./image_list.ts";

/** A file that a list names again. */
export interface RepeatedPath {
  /** Where it is named again. */
  readonly row: number;
  /** Where it is named first. */
  readonly first: number;
}

/** What {@linkcode examineList} finds. */
export interface ListReport {
  /** Images of each class N `[classes]`. */
  readonly counts: readonly number[];
  /** Classes without images. */
  readonly gaps: readonly number[];
  /** Files that are named more than once. */
  readonly repeated: readonly RepeatedPath[];
  /** Those of them whose classes differ. */
  readonly contradictions: readonly RepeatedPath[];
}

/**
 * Examines a list without opening its images.
 *
 * @param list The list.
 * @returns Counts, gaps and repetitions; half a million files take half a second.
 * @example The second file is named again, as another class
 * ```ts
 * import { parseImageList } from "glmc/data/image_list.ts";
 * import { examineList } from "glmc/data/list_report.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const text = "a.jpg 0\nb.jpg 0\nb.jpg 2\n";
 * const list = parseImageList(new TextEncoder().encode(text), { name: "list.txt" });
 *
 * assertEquals(examineList(list), {
 *   counts: [2, 0, 1],
 *   gaps: [1],
 *   repeated: [{ row: 2, first: 1 }],
 *   contradictions: [{ row: 2, first: 1 }],
 * });
 * ```
 */
export function examineList(list: ImageList): ListReport {
  const counts = Array.from({ length: list.classes }, () => 0);
  list.labels.forEach((label) => counts[label]!++);
  const repeated = repeatedPaths(list);
  return {
    counts,
    gaps: counts.flatMap((count, label) => count === 0 ? [label] : []),
    repeated,
    contradictions: repeated.filter(({ row, first }) => list.labels[row] !== list.labels[first]),
  };
}

/** Finds paths again by their hashes, in a table of row numbers. */
function repeatedPaths({ count, pathBytes }: ImageList): RepeatedPath[] {
  const size = 2 ** Math.ceil(Math.log2(2 * count + 1));
  const table = new Int32Array(size).fill(-1);
  const repeated: RepeatedPath[] = [];
  for (let row = 0; row < count; row++) {
    const path = pathBytes(row);
    let place = hashOf(path) & (size - 1);
    while (table[place]! >= 0 && !equal(pathBytes(table[place]!), path)) {
      place = (place + 1) & (size - 1);
    }
    if (table[place]! < 0) table[place] = row;
    else repeated.push({ row, first: table[place]! });
  }
  return repeated;
}

/** FNV-1a. */
function hashOf(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  return hash ^ (hash >>> 15);
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
