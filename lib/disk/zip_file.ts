/**
 * Zip archives in memory, each member checked by its CRC-32.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { crc32, inflateRawSync } from "node:zlib";
import { fromBufferPromise } from "yauzl";

/** What is used of an entry of the directory. */
interface Entry {
  readonly fileName: string;
  /** 0 of stored content, 8 of deflated one. */
  readonly compressionMethod: number;
  readonly compressedSize: number;
  readonly uncompressedSize: number;
  readonly crc32: number;
}

/** What is used of an open archive. */
interface ZipFile {
  eachEntry(): AsyncIterable<Entry>;
  readLocalFileHeaderPromise(
    entry: Entry,
    options: { readonly minimal: true },
  ): Promise<{ readonly fileDataStart: number }>;
}

/** The library comes without types, and those that others keep of it bring all of Node's along. */
const openBuffer: (buffer: Buffer) => Promise<ZipFile> = fromBufferPromise;

/** A member of an archive. */
export interface ZipMember {
  /** Its name, with folders. */
  readonly name: string;
  /**
   * Takes its content out of the archive.
   *
   * @returns Its bytes; a view of the archive where that is not compressed.
   * @throws {SyntaxError} If it is damaged.
   */
  readonly read: () => Promise<Uint8Array>;
}

/**
 * Opens a zip archive.
 *
 * @param bytes The whole archive; its members are views of it.
 * @returns Its members, in the order of its directory.
 * @throws {SyntaxError} If its directory is damaged, or the archive is cut off.
 * @example An archive of nothing
 * ```ts
 * import { openZip } from "glmc/disk/zip_file.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = new Uint8Array(22);
 * bytes.set([0x50, 0x4b, 5, 6]);
 *
 * assertEquals(await openZip(bytes), []);
 * ```
 */
export async function openZip(bytes: Uint8Array): Promise<ZipMember[]> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { zip, entries } = await whole("its directory", async () => {
    const zip = await openBuffer(buffer);
    return { zip, entries: await Array.fromAsync(zip.eachEntry()) };
  });
  // Who writes an archive without sums puts zeros in their place, as PyTorch can be told to.
  const isSummed = entries.some(({ crc32: sum }) => sum !== 0);
  return entries.map((entry) => ({
    name: entry.fileName,
    read: () =>
      whole(`its member "${entry.fileName}"`, async () => {
        const content = await contentOf(entry, { zip, buffer });
        if (content.length !== entry.uncompressedSize) throw new Error("its size does not fit");
        if (isSummed && crc32(content) !== entry.crc32) throw new Error("its sum does not fit");
        return new Uint8Array(content.buffer, content.byteOffset, content.byteLength);
      }),
  }));
}

async function contentOf(
  entry: Entry,
  { zip, buffer }: { readonly zip: ZipFile; readonly buffer: Buffer },
): Promise<Buffer> {
  const { compressionMethod, compressedSize, uncompressedSize } = entry;
  const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
  const stored = buffer.subarray(fileDataStart, fileDataStart + compressedSize);
  if (compressionMethod === 0) return stored;
  if (compressionMethod !== 8) throw new Error("its compression is not known");
  return inflateRawSync(stored, { maxOutputLength: Math.max(1, uncompressedSize) });
}

/** Whatever goes wrong inside an archive, it is damaged there. */
async function whole<Value>(part: string, read: () => Promise<Value>): Promise<Value> {
  try {
    return await read();
  } catch (cause) {
    throw new SyntaxError(`${part} is damaged or cut off`, { cause });
  }
}
