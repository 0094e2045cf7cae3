/**
 * SHA-256 of bytes and texts, and hashes of whole files.
 *
 * @module
 */
import { createHash } from "node:crypto";

/** Hash functions that published files are checked with. */
export type HashAlgorithm = "md5" | "sha256" | "sha512";

/**
 * The SHA-256 of some bytes or a text.
 *
 * @param parts Bytes, or texts taken as UTF-8. Several parts give the hash of all of them in a row,
 * without a copy that joins them.
 * @returns 64 hexadecimal digits.
 * @example In one piece or in two
 * ```ts
 * import { sha256 } from "glmc/disk/digest.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(sha256("abc").slice(0, 16), "ba7816bf8f01cfea");
 * assertEquals(sha256("a", new TextEncoder().encode("bc")), sha256("abc"));
 * ```
 */
export function sha256(...parts: readonly (Uint8Array | string)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

/**
 * The hash of a file, read piece by piece.
 *
 * @param path The file.
 * @param algorithm Hash function; SHA-256 by default.
 * @returns Hexadecimal digits.
 * @throws {Error} If the file cannot be read.
 * @example A file of five bytes
 * ```ts
 * import { hashFile, sha256 } from "glmc/disk/digest.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const path = Deno.makeTempFileSync();
 * Deno.writeTextFileSync(path, "hello");
 *
 * assertEquals(await hashFile(path), sha256("hello"));
 * ```
 */
export async function hashFile(path: string, algorithm: HashAlgorithm = "sha256"): Promise<string> {
  const hash = createHash(algorithm);
  using file = await Deno.open(path);
  const buffer = new Uint8Array(1 << 20);
  for (let count; (count = await file.read(buffer)) !== null;) {
    hash.update(buffer.subarray(0, count));
  }
  return hash.digest("hex");
}
