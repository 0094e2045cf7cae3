/**
 * The first picture of a GIF file, cut out for a decoder that knows no canvas and no opacity.
 *
 * @module
 */

import type { ImageHeader } from "./header.ts";

/** The first picture of a GIF file and the canvas that it lies on. */
export interface GifPicture extends ImageHeader {
  /** A GIF file of this picture alone, which fills its canvas, without transparency. */
  readonly file: Uint8Array<ArrayBuffer>;
  /** Rows of the canvas above it. */
  readonly top: number;
  /** Columns of the canvas to the left of it. */
  readonly left: number;
  /** Colour of the canvas where the picture is not: red, green, blue. */
  readonly fill: Uint8Array;
}

const extension = 0x21;
const image = 0x2c;
const trailer = 0x3b;
const control = 0xf9;

/**
 * Cuts the first picture out of a GIF file.
 *
 * Colours that are marked as clear keep the colour they have in the palette, as in Pillow.
 *
 * @param bytes The whole file.
 * @returns The picture, and size and colour of its canvas.
 * @throws {SyntaxError} With a reason, if there is none, or the file ends early.
 */
export function firstGifPicture(bytes: Uint8Array): GifPicture {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const at = (place: number): number => {
    const byte = bytes[place];
    if (byte === undefined) {
      throw new SyntaxError(`it ends too early, after ${bytes.length} bytes`);
    }
    return byte;
  };
  const paletteBytes = (flags: number): number => flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0;
  const afterBlocks = (start: number): number => {
    let place = start;
    while (at(place) !== 0) place += 1 + at(place);
    return place + 1;
  };

  let palette = 13;
  let place = palette + paletteBytes(at(10));
  let controlFlags: number | undefined;
  while (at(place) === extension) {
    if (at(place + 1) === control) controlFlags = place + 3;
    place = afterBlocks(place + 2);
  }
  if (at(place) === trailer) throw new SyntaxError("it holds no picture");
  if (at(place) !== image) throw new SyntaxError(`it has no picture at byte ${place}`);
  const flags = at(place + 9);
  if (flags & 0x80) palette = place + 10;
  const end = afterBlocks(place + 11 + paletteBytes(flags));

  const file = new Uint8Array(end + 1);
  file.set(bytes.subarray(0, end));
  file[end] = trailer;
  let clear = 0;
  if (controlFlags !== undefined && at(controlFlags) & 1) {
    clear = at(controlFlags + 3);
    file[controlFlags]! &= ~1;
  }
  const [left, top] = [view.getUint16(place + 1, true), view.getUint16(place + 3, true)];
  file.copyWithin(6, place + 5, place + 9);
  file.fill(0, place + 1, place + 5);
  return {
    file,
    top,
    left,
    width: Math.max(view.getUint16(6, true), left + view.getUint16(place + 5, true)),
    height: Math.max(view.getUint16(8, true), top + view.getUint16(place + 7, true)),
    fill: bytes.slice(palette + 3 * clear, palette + 3 * clear + 3),
  };
}
