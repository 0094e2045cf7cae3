/**
 * What a WebP file says of itself, and the first picture of an animated one.
 *
 * @module
 */

import { latin1 } from "./kind.ts";

/** A WebP file of one picture. */
export interface WebpPicture {
  /** The file; of an animation, a file of its first picture alone. */
  readonly file: Uint8Array<ArrayBuffer>;
  /** The Exif data: a TIFF header and its directories. */
  readonly exif?: Uint8Array;
}

interface Chunk {
  readonly type: string;
  readonly content: Uint8Array;
  /** The content with its header, filled up to an even length. */
  readonly whole: Uint8Array;
}

/**
 * Walks through the chunks of a WebP file.
 *
 * @param bytes The whole file.
 * @returns Its first picture, and its Exif data.
 * @throws {SyntaxError} With a reason, if the file ends early.
 * @throws {TypeError} With a reason, if the first picture of an animation leaves a part of it
 * empty.
 */
export function firstWebpPicture(bytes: Uint8Array<ArrayBuffer>): WebpPicture {
  const end = 8 + uint(bytes.subarray(4, 8));
  if (end > bytes.length) {
    throw new SyntaxError(`it ends too early, after ${bytes.length} of ${end} bytes`);
  }
  const chunks = chunksOf(bytes.subarray(12, end));
  const exif = chunks.find(({ type }) => type === "EXIF")?.content;
  const frame = chunks.find(({ type }) => type === "ANMF")?.content;
  const canvas = chunks.find(({ type }) => type === "VP8X")?.content;
  const file = frame === undefined || canvas === undefined ? bytes : stillOf(frame, canvas);
  return { file, ...(exif && { exif }) };
}

/** A file of the picture of a frame: 16 bytes of place and size come before its chunks. */
function stillOf(frame: Uint8Array, canvas: Uint8Array): Uint8Array<ArrayBuffer> {
  const isWhole = uint(frame.subarray(0, 6)) === 0 &&
    uint(frame.subarray(6, 9)) === uint(canvas.subarray(4, 7)) &&
    uint(frame.subarray(9, 12)) === uint(canvas.subarray(7, 10));
  if (!isWhole) {
    throw new TypeError("it is an animation whose first picture does not fill it");
  }
  const picture = chunksOf(frame.subarray(16)).find(({ type }) => ["VP8 ", "VP8L"].includes(type));
  if (picture === undefined) throw new SyntaxError("its first frame holds no picture");
  const file = new Uint8Array(12 + picture.whole.length);
  file.set(new TextEncoder().encode("RIFF\0\0\0\0WEBP"));
  new DataView(file.buffer).setUint32(4, file.length - 8, true);
  file.set(picture.whole, 12);
  return file;
}

function chunksOf(bytes: Uint8Array): Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = 0; at + 8 <= bytes.length;) {
    const length = uint(bytes.subarray(at + 4, at + 8));
    const end = at + 8 + length;
    chunks.push({
      type: latin1(bytes.subarray(at, at + 4)),
      content: bytes.subarray(at + 8, end),
      whole: bytes.subarray(at, end + length % 2),
    });
    at = end + length % 2;
  }
  return chunks;
}

/** A whole number whose lowest byte comes first. */
function uint(bytes: Uint8Array): number {
  return bytes.reduceRight((value, byte) => 256 * value + byte, 0);
}
