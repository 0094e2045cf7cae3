/**
 * One image file to pixels: what Pillow's `convert("RGB")` gives, or an error that names the file.
 *
 * @module
 */

import { decodePixels } from "../../ops/image_decoders.ts";
import { decodeBmp } from "./bmp.ts";
import { decodeGif } from "./gif.ts";
import { checkSize } from "./header.ts";
import { readJpegHeader } from "./jpeg.ts";
import { describeOther, type ImageFormat, imageFormat } from "./kind.ts";
import { type DecodedImage, readOrientation, turnUpright } from "./orientation.ts";
import { readPngHeader } from "./png.ts";
import { firstWebpPicture } from "./webp.ts";

/**
 * Decodes a PNG, JPEG, BMP, GIF or WebP file; the content decides, not the name.
 *
 * The pixels are those of Pillow's `ImageOps.exif_transpose(image).convert("RGB")`: an image is
 * turned upright as its Exif data say, which is how a person sees it; opacity is dropped and the
 * colours under it stay; palettes are looked up, grey is repeated. Of animations the first picture
 * is taken. Colour profiles are not applied. Two things differ: grey PNG of 16 bits keep the upper
 * 8 bits, where Pillow cuts values off at 255; and CMYK may differ by 1, since Pillow rounds.
 *
 * Wrong checksums, early ends and forms that could be read in two ways are refused.
 *
 * The engine must run. Several files may be decoded at a time, each on a thread of its own.
 *
 * @param bytes The whole file.
 * @param name What the error calls the file, such as its path.
 * @returns Pixels `[height, width, 3]`, 0 to 255, in the order red, green, blue.
 * @throws {TypeError} If the file is no image that can be decoded; the message names it and says
 * what it is.
 * @throws {SyntaxError} If it is damaged or ends early.
 * @throws {RangeError} If it says to be of no pixels or of more than 178,956,970.
 * @example A file that was cut off
 * ```ts
 * import { assertRejects } from "@std/assert";
 * import { decodeImage, startEngine } from "glmc";
 *
 * await startEngine({ device: "cpu" });
 * const bytes = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
 * await assertRejects(() => decodeImage(bytes, "cat.png"), SyntaxError, "it ends too early");
 * ```
 */
export async function decodeImage(
  bytes: Uint8Array<ArrayBuffer>,
  name: string,
): Promise<DecodedImage> {
  const format = imageFormat(bytes);
  if (format === undefined) {
    throw new TypeError(`Cannot read the image "${name}": ${describeOther(bytes)}`);
  }
  try {
    return await decoders[format](bytes);
  } catch (error) {
    throw inWords(error, name);
  }
}

const decoders: Record<
  ImageFormat,
  (bytes: Uint8Array<ArrayBuffer>) => DecodedImage | Promise<DecodedImage>
> = {
  async png(bytes) {
    const header = readPngHeader(bytes);
    checkSize(header);
    return upright(await decodePixels(bytes, "png"), header.exif);
  },
  async jpeg(bytes) {
    const header = readJpegHeader(bytes);
    checkSize(header);
    return upright(await decodePixels(bytes, "jpeg"), header.exif);
  },
  async webp(bytes) {
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

/** The reason for a failure as an error of its class that names the file and says what to do. */
function inWords(error: unknown, name: string): unknown {
  for (const Kind of [TypeError, RangeError, SyntaxError]) {
    if (!(error instanceof Kind) || !/^(?:it|its) /.test(error.message)) continue;
    const next = Kind === TypeError ? "save it as RGB PNG" : "copy it again, or take it out";
    return new Kind(`Cannot read the image "${name}": ${error.message}: ${next}`, { cause: error });
  }
  return error;
}

export type { DecodedImage };
