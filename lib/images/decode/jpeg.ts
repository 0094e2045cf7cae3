/**
 * What a JPEG file says of itself, and whether it is whole.
 *
 * @module
 */

import type { ImageHeader } from "./header.ts";
import { begins } from "./kind.ts";

const startOfFrame = 0xc0;
const endOfImage = 0xd9;
const startOfScan = 0xda;
const exifSegment = 0xe1;
const adobeSegment = 0xee;
/** Markers from the first to the last of the frames that are none. */
const otherTables = [0xc4, 0xc8, 0xcc];

/**
 * Walks through the segments before the pixels of a JPEG file.
 *
 * @param bytes The whole file.
 * @returns Its size and its Exif data.
 * @throws {SyntaxError} With a reason, if the file is damaged or ends early.
 * @throws {TypeError} With a reason, if its colours could be meant in two ways, or have more than 8
 * bits.
 */
export function readJpegHeader(bytes: Uint8Array): ImageHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tooShort = new SyntaxError(`it ends too early, after ${bytes.length} bytes`);
  let frame:
    | { readonly height: number; readonly width: number; readonly parts: number }
    | undefined;
  let exif: Uint8Array | undefined;
  let isAdobe = false;
  for (let at = 2; at + 4 <= bytes.length;) {
    if (bytes[at] !== 0xff) throw new SyntaxError(`it has no segment at byte ${at}`);
    const marker = bytes[at + 1]!;
    // Bytes of 0xff may fill the space before a marker.
    if (marker === 0xff) {
      at++;
      continue;
    }
    const content = bytes.subarray(at + 4, at + 2 + view.getUint16(at + 2));
    const isFrame = marker >= startOfFrame && marker <= 0xcf && !otherTables.includes(marker);
    if (isFrame && content.length >= 6) {
      if (content[0] !== 8) {
        throw new TypeError(`it has ${content[0]} bits a value, where 8 can be read`);
      }
      frame = {
        height: view.getUint16(at + 5),
        width: view.getUint16(at + 7),
        parts: content[5]!,
      };
    }
    if (marker === adobeSegment) isAdobe ||= begins(content, "Adobe");
    if (marker === exifSegment && begins(content, "Exif\0\0")) exif ??= content.subarray(6);
    if (marker === startOfScan) {
      if (frame === undefined) throw new SyntaxError("it has pixels before their size");
      if (!hasEnd(bytes, at)) throw tooShort;
      if (frame.parts === 4 && !isAdobe) {
        throw new TypeError(
          "it has four inks (CMYK) without Adobe's mark, so that 0 may mean none or all of an ink",
        );
      }
      return { ...frame, ...(exif && { exif }) };
    }
    at += 2 + view.getUint16(at + 2);
  }
  throw tooShort;
}

/** Whether the end of the image is marked; more may follow it, such as a second picture. */
function hasEnd(bytes: Uint8Array, scan: number): boolean {
  for (let at = bytes.length - 1; at > scan; at--) {
    if (bytes[at] === endOfImage && bytes[at - 1] === 0xff) return true;
  }
  return false;
}
