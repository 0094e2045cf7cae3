/**
 * Tells by its checksums which published list a file is.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { type KnownList, type LargeSet, type LargeSetName, largeSets } from "./large_sets.ts";

/** A published list that a file equals. */
export interface RecognisedList extends KnownList {
  /** The set it belongs to. */
  readonly set: LargeSetName;
}

/**
 * Finds the published list that has this content.
 *
 * Some repositories have a list without the end of its last line, or with those of Windows; they are
 * made equal first.
 *
 * @param bytes Content of a list file.
 * @param options `sets`: where to look; the large sets by default.
 * @returns The list; `undefined` if it is not one of the known lists.
 * @example A list of one's own
 * ```ts
 * import { recogniseList } from "glmc/data/known_list.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(recogniseList(new TextEncoder().encode("cat/1.jpg 0\n")), undefined);
 * ```
 */
export function recogniseList(
  bytes: Uint8Array,
  { sets = largeSets }: { readonly sets?: Readonly<Record<LargeSetName, LargeSet>> } = {},
): RecognisedList | undefined {
  const hashes = listHashes(bytes);
  for (const [set, { lists }] of Object.entries(sets)) {
    const found = lists.find(({ hashes: known }) =>
      Object.entries(known).every(([kind, digits]) =>
        hashes[kind as keyof typeof hashes].startsWith(digits)
      )
    );
    if (found !== undefined) return { set: set as LargeSetName, ...found };
  }
}

/**
 * The hashes by which lists are known, of their content with plain line ends.
 *
 * @param bytes Content of a list file.
 * @returns Hexadecimal digits of each.
 * @example Git's name for a file of one line, with and without its end
 * ```ts
 * import { listHashes } from "glmc/data/known_list.ts";
 * import { assertEquals } from "@std/assert";
 *
 * for (const text of ["hello\n", "hello", "hello\r\n"]) {
 *   const { blob } = listHashes(new TextEncoder().encode(text));
 *   assertEquals(blob, "ce013625030ba8dba906f756967f9e9ca394464a");
 * }
 * ```
 */
export function listHashes(bytes: Uint8Array): Record<"md5" | "sha256" | "blob", string> {
  const content = plainLines(bytes);
  const hash = (algorithm: string, ...parts: readonly (string | Uint8Array)[]): string => {
    const hash = createHash(algorithm);
    for (const part of parts) hash.update(part);
    return hash.digest("hex");
  };
  return {
    md5: hash("md5", content),
    sha256: hash("sha256", content),
    blob: hash("sha1", `blob ${content.length}\0`, content),
  };
}

const [lineFeed, carriageReturn] = [10, 13];

/** Line ends as a single character, also that of the last line. */
function plainLines(bytes: Uint8Array): Uint8Array {
  const isWhole = bytes.length === 0 || bytes.at(-1) === lineFeed;
  if (isWhole && !bytes.includes(carriageReturn)) return bytes;
  const plain = new Uint8Array(bytes.length + 1);
  let length = 0;
  bytes.forEach((byte, i) => {
    if (byte !== carriageReturn || bytes[i + 1] !== lineFeed) plain[length++] = byte;
  });
  if (!isWhole) plain[length++] = lineFeed;
  return plain.subarray(0, length);
}
