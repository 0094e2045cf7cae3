/**
 * One image file to pixels: what Pillow's `convert("RGB")` gives, or an error that names the file.
 *
 * @module
 */

import { decodePixels } from "../../ops/image_decoders.ts";
import { decodeFile } from "./decode_file.ts";
import type { DecodedImage } from "./orientation.ts";

/**
 * Decodes a PNG, JPEG, BMP, GIF or WebP file; the content decides, not the name.
 *
 * The pixels are those of Pillow's `ImageOps.exif_transpose(image).convert("RGB")`: an image is
 * turned upright as its Exif data say, which is how a person sees it; opacity is dropped and the
 * colours under it stay; palettes are looked up, grey is repeated. Of animations the first picture
 * is taken. Colour profiles are not applied. Three things differ: grey PNG of 16 bits keep the upper
 * 8 bits, where Pillow cuts values off at 255; CMYK may differ by 1, since Pillow rounds; and an
 * orientation that only the XMP data tell is not obeyed, where Pillow does.
 *
 * Wrong checksums, early ends, compressed BMP and forms that could be read in two ways are refused.
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
  return await decodeFile(bytes, { name, decodePixels });
}

export type { DecodedImage };
