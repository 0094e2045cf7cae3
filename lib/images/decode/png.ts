/**
 * What a PNG file says of itself, and whether it is whole.
 *
 * @module
 */

import { crc32 } from "node:zlib";
import { latin1 } from "./kind.ts";
import type { ImageHeader } from "./header.ts";

/**
 * Checks every chunk of a PNG file against its checksum and reads its size.
 *
 * Decoders let wrong checksums pass where they still find enough data, and then make up pixels.
 *
 * @param bytes The whole file.
 * @returns Its size and its Exif data.
 * @throws {SyntaxError} With a reason, if the file is damaged or ends early.
 */
export function readPngHeader(bytes: Uint8Array): ImageHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let header: ImageHeader | undefined;
  let exif: Uint8Array | undefined;
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = view.getUint32(at);
    const end = at + 8 + length;
    if (end + 4 > bytes.length) break;
    const type = latin1(bytes.subarray(at + 4, at + 8));
    if (crc32(bytes.subarray(at + 4, end)) !== view.getUint32(end)) {
      throw new SyntaxError(`its chunk "${printable(type)}" at byte ${at} has a wrong checksum`);
    }
    if (header === undefined) {
      if (type !== "IHDR" || length !== 13) {
        throw new SyntaxError("it does not begin with its size");
      }
      header = { width: view.getUint32(at + 8), height: view.getUint32(at + 12) };
    }
    if (type === "eXIf") exif = bytes.subarray(at + 8, end);
    if (type === "IEND") return { ...header, ...(exif && { exif }) };
    at = end + 4;
  }
  throw new SyntaxError(`it ends too early, after ${bytes.length} bytes`);
}

function printable(type: string): string {
  return type.replace(/[^ -~]/g, "?");
}
