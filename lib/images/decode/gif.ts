/**
 * Decodes the first picture of GIF files.
 *
 * TensorFlow's own decoder takes broken data for whole and leaves the rest black, makes clear
 * pixels black, and knows no canvas around a picture.
 *
 * @module
 */

import { checkSize } from "./header.ts";
import { unpackLzw } from "./lzw.ts";
import type { DecodedImage } from "./orientation.ts";

const extension = 0x21;
const picture = 0x2c;
const trailer = 0x3b;
const control = 0xf9;
const [paletteFlag, interlacedFlag, clearFlag] = [0x80, 0x40, 1];
/** First row and distance of rows of each pass of an interlaced picture. */
const passes = [[0, 8], [4, 8], [2, 4], [1, 2]] as const;

/**
 * Decodes the first picture of a GIF file onto its canvas, as Pillow does.
 *
 * Colours that are marked as clear keep the colour they have in the palette; where the canvas is
 * not covered it has that colour too, or else the first one of the palette.
 *
 * @param bytes The whole file; what follows the first picture does not matter.
 * @returns The canvas.
 * @throws {SyntaxError} With a reason, if there is no picture, or it is damaged or ends early.
 * @throws {RangeError} With a reason, if its size is none.
 */
export function decodeGif(bytes: Uint8Array): DecodedImage {
  const byte = (at: number): number => {
    const value = bytes[at];
    if (value === undefined) {
      throw new SyntaxError(`it ends too early, after ${bytes.length} bytes`);
    }
    return value;
  };
  const short = (at: number): number => byte(at) + 256 * byte(at + 1);
  const colorsOf = (flags: number): number => flags & paletteFlag ? 2 ** ((flags & 7) + 1) : 0;
  const afterBlocks = (start: number): number => {
    let at = start;
    while (byte(at) !== 0) at += 1 + byte(at);
    return at + 1;
  };

  let [palette, colors] = [13, colorsOf(byte(10))];
  let at = palette + 3 * colors;
  let clear: number | undefined;
  while (byte(at) === extension) {
    if (byte(at + 1) === control) clear = byte(at + 3) & clearFlag ? byte(at + 6) : undefined;
    at = afterBlocks(at + 2);
  }
  if (byte(at) === trailer) throw new SyntaxError("it holds no picture");
  if (byte(at) !== picture) throw new SyntaxError(`it has no picture at byte ${at}`);
  const [left, top, width, height] = [1, 3, 5, 7].map((place) => short(at + place)) as [
    number,
    number,
    number,
    number,
  ];
  const flags = byte(at + 9);
  if (flags & paletteFlag) [palette, colors] = [at + 10, colorsOf(flags)];
  const start = at + 10 + 3 * (flags & paletteFlag ? colors : 0);
  const end = afterBlocks(start + 1);
  const canvas = {
    height: Math.max(short(8), top + height),
    width: Math.max(short(6), left + width),
  };
  checkSize({ height, width });
  checkSize(canvas);

  const indices = unpackLzw(joinBlocks(bytes, start + 1, end), {
    bits: byte(start),
    count: height * width,
  });
  const pixels = new Uint8Array(3 * canvas.height * canvas.width);
  const paint = (target: number, index: number): void => {
    if (index >= colors) {
      throw new SyntaxError(`it has a pixel of colour ${index}, and a palette of ${colors}`);
    }
    pixels.set(bytes.subarray(palette + 3 * index, palette + 3 * index + 3), 3 * target);
  };
  const isCovered = canvas.height === height && canvas.width === width;
  if (!isCovered) {
    for (let i = 0; i < canvas.height * canvas.width; i++) paint(i, clear ?? 0);
  }
  let from = 0;
  for (const row of rowsOf(height, { isInterlaced: (flags & interlacedFlag) !== 0 })) {
    const line = (top + row) * canvas.width + left;
    for (let column = 0; column < width; column++) paint(line + column, indices[from++]!);
  }
  return { pixels, ...canvas };
}

/** Rows of a picture in the order in which they are stored. */
function rowsOf(
  height: number,
  { isInterlaced }: { readonly isInterlaced: boolean },
): readonly number[] {
  const ranges = isInterlaced ? passes : [[0, 1]] as const;
  return ranges.flatMap(([first, distance]) =>
    Array.from(
      { length: Math.max(0, Math.ceil((height - first) / distance)) },
      (_, row) => first + row * distance,
    )
  );
}

/** The data of blocks that each begin with their length, up to the empty one before `end`. */
function joinBlocks(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const joined = new Uint8Array(end - start);
  let length = 0;
  for (let at = start; bytes[at] !== 0; at += 1 + bytes[at]!) {
    joined.set(bytes.subarray(at + 1, at + 1 + bytes[at]!), length);
    length += bytes[at]!;
  }
  return joined.subarray(0, length);
}
