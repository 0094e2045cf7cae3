/**
 * Files that are either whole or absent.
 *
 * @module
 */

/**
 * Writes a file under a temporary name and renames it, so that readers never see half of it.
 *
 * On failure an older file of that name is left as it was.
 *
 * @param path Where the file shall be.
 * @param bytes What it shall hold.
 * @throws {Error} If the disk is full or does not take the file.
 * @example A file replaced as a whole
 * ```ts
 * import { writeWholeFile } from "glmc/disk/whole_file.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const path = `${Deno.makeTempDirSync()}/numbers.bin`;
 * await writeWholeFile(path, Uint8Array.of(1, 2, 3));
 *
 * assertEquals(Deno.readFileSync(path), Uint8Array.of(1, 2, 3));
 * ```
 */
export async function writeWholeFile(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.tmp`;
  try {
    await Deno.writeFile(temporary, bytes);
    await Deno.rename(temporary, path);
  } catch (error) {
    await removeIfPresent(temporary);
    throw diskError(path, error);
  }
}

/**
 * Removes a file; an absent one is no error.
 *
 * @param path The file.
 * @example Twice
 * ```ts
 * import { removeIfPresent } from "glmc/disk/whole_file.ts";
 * import { assertRejects } from "@std/assert";
 *
 * const path = Deno.makeTempFileSync();
 * await removeIfPresent(path);
 * await removeIfPresent(path);
 *
 * await assertRejects(() => Deno.stat(path), Deno.errors.NotFound);
 * ```
 */
export async function removeIfPresent(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/**
 * Tells whether an error means that the disk is full, read-only, or not ours to write.
 *
 * @param error What was thrown.
 * @returns Whether writing again would fail in the same way.
 * @example A full disk
 * ```ts
 * import { isDiskError } from "glmc/disk/whole_file.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const full = Object.assign(new Error("No space left on device"), { code: "ENOSPC" });
 *
 * assertEquals(isDiskError(full), true);
 * assertEquals(isDiskError(new TypeError("error reading a body from connection")), false);
 * ```
 */
export function isDiskError(error: unknown): boolean {
  const codes = ["ENOSPC", "EDQUOT", "EFBIG", "EROFS", "EACCES", "EPERM", "EIO"];
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}

/**
 * Says in one line why a file could not be written and what to do.
 *
 * @param path The file.
 * @param error What was thrown.
 * @returns The error to throw, with the first one as its cause.
 * @example A full disk
 * ```ts
 * import { diskError } from "glmc/disk/whole_file.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const error = Object.assign(new Error("No space left on device"), { code: "ENOSPC" });
 *
 * assertEquals(
 *   diskError("a.bin", error).message,
 *   'Cannot write "a.bin": No space left on device: free some disk space and try again',
 * );
 * ```
 */
export function diskError(path: string, error: unknown): Error {
  const reason = error instanceof Error ? error.message : String(error);
  const isFull = error instanceof Error && "code" in error && error.code === "ENOSPC";
  return new Error(
    `Cannot write "${path}": ${reason}: ${
      isFull ? "free some disk space and try again" : "check the folder and its permissions"
    }`,
    { cause: error },
  );
}
