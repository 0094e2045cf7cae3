/**
 * One image file to pixels, whoever runs TensorFlow's decoders.
 *
 * @module
 */

import type { DecodedPixels, DecoderFormat } from "../../ops/decoder_calls.ts";
import { decodeBmp } from "./bmp.ts";
import { decodeGif } from "./gif.ts";
import { checkSize } from "./header.ts";
import { readJpegHeader } from "./jpeg.ts";
import { describeOther, type ImageFormat, imageFormat } from "./kind.ts";
import { type DecodedImage, readOrientation, turnUpright } from "./orientation.ts";
import { readPngHeader } from "./png.ts";
import { firstWebpPicture } from "./webp.ts";

/** Decodes what TensorFlow can: whole files to so many values a pixel, 0 for as many as the file has. */
export type PixelDecoder = (
  bytes: Uint8Array<ArrayBuffer>,
  format: DecoderFormat,
  channels?: number,
) => DecodedPixels | Promise<DecodedPixels>;

/**
 * Decodes a file as `decodeImage` does, which says what is decoded and how.
 *
 * @param bytes The whole file.
 * @param options What the error calls the file, and what runs TensorFlow's decoders.
 * @returns Pixels `[height, width, 3]`, 0 to 255, in the order red, green, blue.
 * @throws {TypeError} If the file is no image that can be decoded; the message names it and says
 * what it is.
 * @throws {SyntaxError} If it is damaged or ends early.
 * @throws {RangeError} If it says to be of no pixels or of more than 178,956,970.
 */
export async function decodeFile(
  bytes: Uint8Array<ArrayBuffer>,
  { name, decodePixels }: { readonly name: string; readonly decodePixels: PixelDecoder },
): Promise<DecodedImage> {
  const format = imageFormat(bytes);
  if (format === undefined) {
    throw new TypeError(`Cannot read the image "${name}": ${describeOther(bytes)}`);
  }
  try {
    return await decoders[format](bytes, decodePixels);
  } catch (error) {
    throw inWords(error, name);
  }
}

type Decode = (
  bytes: Uint8Array<ArrayBuffer>,
  decodePixels: PixelDecoder,
) => DecodedImage | Promise<DecodedImage>;

const decoders: Record<ImageFormat, Decode> = {
  async png(bytes, decodePixels) {
    const header = readPngHeader(bytes);
    checkSize(header);
    return upright(await decodePixels(bytes, "png"), header.exif);
  },
  async jpeg(bytes, decodePixels) {
    const header = readJpegHeader(bytes);
    checkSize(header);
    return upright(await decodePixels(bytes, "jpeg"), header.exif);
  },
  async webp(bytes, decodePixels) {
    const { file, exif } = firstWebpPicture(bytes);
    const { pixels, channels, ...size } = await decodePixels(file, "webp", 0);
    const color = channels === 3 ? pixels : withoutOpacity(pixels);
    return upright({ ...size, pixels: color }, exif);
  },
  gif: decodeGif,
  bmp: decodeBmp,
};

function upright({ pixels, height, width }: DecodedImage, exif?: Uint8Array): DecodedImage {
  return turnUpright({ pixels, height, width }, exif === undefined ? 1 : readOrientation(exif));
}

function withoutOpacity(pixels: Uint8Array): Uint8Array<ArrayBuffer> {
  const color = new Uint8Array(pixels.length / 4 * 3);
  for (let from = 0, to = 0; from < pixels.length; from += 4, to += 3) {
    color[to] = pixels[from]!;
    color[to + 1] = pixels[from + 1]!;
    color[to + 2] = pixels[from + 2]!;
  }
  return color;
}

/**
 * The reason for a failure as an error of its class that names the file and says what to do.
 *
 * @param error What reading a header or decoding threw.
 * @param name What the error calls the file.
 * @returns The error to throw; the same one if it is not of the file.
 * @example A file that was cut off
 * ```ts
 * import { inWords } from "glmc/images/decode/decode_file.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const { message } = inWords(new SyntaxError("it ends too early"), "cat.png") as Error;
 *
 * assertEquals(
 *   message,
 *   'Cannot read the image "cat.png": it ends too early: copy it again, or take it out',
 * );
 * ```
 */
export function inWords(error: unknown, name: string): unknown {
  for (const Kind of [TypeError, RangeError, SyntaxError]) {
    if (!(error instanceof Kind) || !/^(?:it|its) /.test(error.message)) continue;
    const next = Kind === TypeError ? "save it as RGB PNG" : "copy it again, or take it out";
    return new Kind(`Cannot read the image "${name}": ${error.message}: ${next}`, { cause: error });
  }
  return error;
}
