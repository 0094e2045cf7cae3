/**
 * Decodes BMP files, of which TensorFlow knows neither palettes nor 16 bits.
 *
 * @module
 */

import { checkSize } from "./header.ts";
import type { DecodedImage } from "./orientation.ts";

const [plain, masked, maskedWithAlpha] = [0, 3, 6];
/** The header of OS/2, with sizes of 16 bits and palette entries of three bytes. */
const coreHeader = 12;
const infoHeader = 40;

/** Reads the pixel at `x` of a row that begins at byte `row`, and writes it to `pixels[target]`. */
type ReadPixel = (row: number, x: number, pixels: Uint8Array, target: number) => void;

/**
 * Decodes an uncompressed BMP file of 1, 4, 8, 16, 24 or 32 bits; opacity is dropped.
 *
 * @param bytes The whole file.
 * @returns The image.
 * @throws {SyntaxError} With a reason, if the file is damaged or ends early.
 * @throws {TypeError} With a reason, if it is compressed or of another depth.
 * @throws {RangeError} With a reason, if its size is none.
 */
export function decodeBmp(bytes: Uint8Array): DecodedImage {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tooShort = new SyntaxError(`it ends too early, after ${bytes.length} bytes`);
  const headerBytes = view.getUint32(14, true);
  const isCore = headerBytes === coreHeader;
  if (!isCore && headerBytes < infoHeader) {
    throw new SyntaxError(`it has a header of ${headerBytes} bytes, which no BMP has`);
  }
  if (bytes.length < 14 + headerBytes) throw tooShort;
  const width = isCore ? view.getUint16(18, true) : view.getInt32(18, true);
  const signedHeight = isCore ? view.getUint16(20, true) : view.getInt32(22, true);
  const height = Math.abs(signedHeight);
  checkSize({ height, width });
  const bits = view.getUint16(isCore ? 24 : 28, true);
  const compression = isCore ? plain : view.getUint32(30, true);
  if (![plain, masked, maskedWithAlpha].includes(compression)) {
    throw new TypeError("it is a compressed BMP, of which only plain ones can be read");
  }
  const start = view.getUint32(10, true);
  const stride = 4 * Math.ceil(bits * width / 32);
  if (start < 14 + headerBytes) throw new SyntaxError("it has its pixels within its header");
  if (start + stride * height > bytes.length) throw tooShort;

  const isMasked = compression !== plain;
  const readPixel = bits <= 8
    ? paletteReader(bytes, { bits, isMasked, begin: 14 + headerBytes, end: start, isCore })
    : bits === 16 || (bits === 32 && isMasked)
    ? maskReader(view, { bits, masks: masksOf(view, { bits, isMasked, start }) })
    : orderedReader(bytes, bits);
  const pixels = new Uint8Array(3 * height * width);
  for (let y = 0; y < height; y++) {
    const row = start + stride * (signedHeight < 0 ? y : height - 1 - y);
    for (let x = 0; x < width; x++) readPixel(row, x, pixels, 3 * (y * width + x));
  }
  return { pixels, height, width };
}

function paletteReader(
  bytes: Uint8Array,
  { bits, isMasked, begin, end, isCore }: {
    readonly bits: number;
    readonly isMasked: boolean;
    readonly begin: number;
    readonly end: number;
    readonly isCore: boolean;
  },
): ReadPixel {
  if (![1, 4, 8].includes(bits) || isMasked) throw unknownDepth(bits);
  const entryBytes = isCore ? 3 : 4;
  const colors = Math.min(2 ** bits, Math.floor((end - begin) / entryBytes));
  return (row, x, pixels, target) => {
    const bit = x * bits;
    const index = (bytes[row + (bit >> 3)]! >> (8 - bits - bit % 8)) & (2 ** bits - 1);
    if (index >= colors) {
      throw new SyntaxError(`it has a pixel of colour ${index}, and a palette of ${colors}`);
    }
    copyReversed(bytes, begin + entryBytes * index, pixels, target);
  };
}

function orderedReader(bytes: Uint8Array, bits: number): ReadPixel {
  if (bits !== 24 && bits !== 32) throw unknownDepth(bits);
  return (row, x, pixels, target) => copyReversed(bytes, row + x * bits / 8, pixels, target);
}

/** Red, green and blue, which a BMP stores the other way round. */
function copyReversed(bytes: Uint8Array, from: number, pixels: Uint8Array, target: number): void {
  pixels[target] = bytes[from + 2]!;
  pixels[target + 1] = bytes[from + 1]!;
  pixels[target + 2] = bytes[from]!;
}

/** Which bits are red, green and blue: behind the 40 bytes that all headers share. */
function masksOf(
  view: DataView,
  { bits, isMasked, start }: {
    readonly bits: number;
    readonly isMasked: boolean;
    readonly start: number;
  },
): number[] {
  if (!isMasked) return [0x7c00, 0x03e0, 0x001f];
  if (start < 14 + infoHeader + 12) throw new SyntaxError("it has no place for its colour masks");
  const masks = [0, 4, 8].map((place) => view.getUint32(14 + infoHeader + place, true));
  for (const mask of masks) {
    const lowest = (mask & -mask) >>> 0;
    const isRun = mask !== 0 && ((mask / lowest) & (mask / lowest + 1)) === 0;
    if (!isRun || mask >= 2 ** bits || mask / lowest > 255) {
      throw new TypeError("it has colour masks that are not up to 8 bits in a row");
    }
  }
  return masks;
}

function maskReader(
  view: DataView,
  { bits, masks }: { readonly bits: number; readonly masks: readonly number[] },
): ReadPixel {
  const parts = masks.map((mask) => {
    const lowest = (mask & -mask) >>> 0;
    return { mask, lowest, largest: mask / lowest };
  });
  return (row, x, pixels, target) => {
    const value = bits === 16
      ? view.getUint16(row + 2 * x, true)
      : view.getUint32(row + 4 * x, true);
    parts.forEach(({ mask, lowest, largest }, channel) => {
      const level = ((value & mask) >>> 0) / lowest;
      pixels[target + channel] = Math.floor(level * 255 / largest);
    });
  };
}

function unknownDepth(bits: number): TypeError {
  return new TypeError(`it is a BMP of ${bits} bits a pixel, of which no colours are known`);
}
