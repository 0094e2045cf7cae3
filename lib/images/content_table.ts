/**
 * Digests of many files, to find those that are equal.
 *
 * @module
 */

/** Digests by row. */
export interface ContentTable {
  /**
   * Notes the content of a row.
   *
   * @param row Which file.
   * @param digest 32 bytes.
   */
  readonly put: (row: number, digest: Uint8Array) => void;
  /** Groups of rows with the same digest, each in order, by their first rows. */
  readonly equal: () => number[][];
}

const digestWords = 8;

/**
 * Makes a table for a number of files; 37 bytes each.
 *
 * @param count Number of files.
 * @returns The empty table.
 * @example The first and the last are equal
 * ```ts
 * import { contentTable } from "glmc/images/content_table.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const table = contentTable(3);
 * [1, 2, 1].forEach((value, row) => table.put(row, new Uint8Array(32).fill(value)));
 *
 * assertEquals(table.equal(), [[0, 2]]);
 * ```
 */
export function contentTable(count: number): ContentTable {
  const words = new Uint32Array(count * digestWords);
  const digests = new Uint8Array(words.buffer);
  const isKnown = new Uint8Array(count);
  const compare = (a: number, b: number): number => {
    for (let i = 0; i < digestWords; i++) {
      const difference = words[a * digestWords + i]! - words[b * digestWords + i]!;
      if (difference !== 0) return difference;
    }
    return 0;
  };
  return {
    put(row, digest) {
      digests.set(digest, row * 4 * digestWords);
      isKnown[row] = 1;
    },
    equal() {
      const rows = Int32Array.from({ length: count }, (_, row) => row)
        .filter((row) => isKnown[row] === 1)
        .sort((a, b) => compare(a, b) || a - b);
      const groups: number[][] = [];
      for (let begin = 0, end; begin < rows.length; begin = end) {
        end = begin + 1;
        while (end < rows.length && compare(rows[begin]!, rows[end]!) === 0) end++;
        if (end - begin > 1) groups.push([...rows.subarray(begin, end)]);
      }
      return groups.sort(([a], [b]) => a! - b!);
    },
  };
}
