/**
 * Finds images that are both trained on and tested on.
 *
 * @module
 */

import { contentTable } from "./content_table.ts";

/** A test image whose file is, byte for byte, one that is trained on. */
export interface SharedFile {
  /** Its row in the training list, the first if there are several. */
  readonly train: number;
  /** Its row in the test list. */
  readonly test: number;
}

/** Takes what files hold, and finds those in both parts. */
export interface SharedFiles {
  /**
   * Notes the content of a file.
   *
   * @param part Which part lists it.
   * @param row Its row there.
   * @param digest 32 bytes.
   */
  readonly put: (part: "train" | "test", row: number, digest: Uint8Array) => void;
  /** The test images that are trained on, in the order of the test list. */
  readonly found: () => SharedFile[];
}

/**
 * Begins to look for files in both parts of a data set; 37 bytes a file.
 *
 * @param counts Files of each part.
 * @returns Takes contents, then tells.
 * @example The second test image is the first training image
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { sharedFiles } from "glmc/images/shared_files.ts";
 *
 * const digest = (value: number) => new Uint8Array(32).fill(value);
 * const { put, found } = sharedFiles({ train: 1, test: 2 });
 * put("train", 0, digest(7));
 * put("test", 0, digest(8));
 * put("test", 1, digest(7));
 *
 * assertEquals(found(), [{ train: 0, test: 1 }]);
 * ```
 */
export function sharedFiles({ train, test }: Record<"train" | "test", number>): SharedFiles {
  const contents = contentTable(train + test);
  return {
    put: (part, row, digest) => contents.put(part === "train" ? row : train + row, digest),
    found: () =>
      contents.equal().flatMap((rows) => {
        const [first] = rows;
        if (first! >= train) return [];
        return rows.filter((row) => row >= train)
          .map((row) => ({ train: first!, test: row - train }));
      }).sort((a, b) => a.test - b.test),
  };
}
