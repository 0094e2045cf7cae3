/**
 * What a file is by its first bytes, whatever its name says.
 *
 * @module
 */

/** Formats that can be decoded. */
export type ImageFormat = "png" | "jpeg" | "gif" | "bmp" | "webp";

const images: Record<ImageFormat, (bytes: Uint8Array) => boolean> = {
  png: (bytes) => begins(bytes, "\x89PNG\r\n\x1a\n"),
  jpeg: (bytes) => begins(bytes, "\xff\xd8\xff"),
  gif: (bytes) => begins(bytes, "GIF87a") || begins(bytes, "GIF89a"),
  // Two letters alone could be the start of a text: the offset of the pixels cannot be large.
  bmp: (bytes) => begins(bytes, "BM") && bytes.length >= 26 && bytes[12] === 0 && bytes[13] === 0,
  webp: (bytes) => begins(bytes, "RIFF") && begins(bytes.subarray(8), "WEBP"),
};

/** What is known by sight and cannot be decoded. */
const others: readonly (readonly [name: string, ...starts: string[]])[] = [
  ["a TIFF image", "II*\0", "MM\0*"],
  ["a JPEG XL image", "\xff\x0a", "\0\0\0\x0cJXL "],
  ["a JPEG 2000 image", "\0\0\0\x0cjP  ", "\xff\x4f\xff\x51"],
  ["a Photoshop image", "8BPS"],
  ["an icon", "\0\0\x01\0"],
  ["a netpbm image", "P1\n", "P2\n", "P3\n", "P4\n", "P5\n", "P6\n"],
  ["a gzip archive", "\x1f\x8b"],
  ["a zip archive", "PK\x03\x04"],
  ["a PDF", "%PDF"],
];

/** Brands of the ISO container that hold pictures. */
const brands = /^(?:avif|avis|heic|heix|hevc|mif1|msf1)/;

/**
 * The format of an image file by its content.
 *
 * @param bytes The file, or its first 26 bytes.
 * @returns The format; `undefined` if it is none that can be decoded.
 * @example A file that only calls itself an image
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { imageFormat } from "glmc/images/decode/kind.ts";
 *
 * assertEquals(imageFormat(Uint8Array.of(0xff, 0xd8, 0xff, 0xe0)), "jpeg");
 * assertEquals(imageFormat(new TextEncoder().encode("<html>")), undefined);
 * ```
 */
export function imageFormat(bytes: Uint8Array): ImageFormat | undefined {
  return (Object.keys(images) as ImageFormat[]).find((format) => images[format](bytes));
}

/**
 * Says what a file is that cannot be decoded, and what to do with it.
 *
 * @param bytes The file.
 * @returns A reason to end a sentence with, such as `it is a TIFF image: save it as PNG`.
 * @example A web page in place of an image
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { describeOther } from "glmc/images/decode/kind.ts";
 *
 * assertEquals(
 *   describeOther(new TextEncoder().encode("<html>404")),
 *   'it is no image but a text that begins with "<html>404": put the image in its place',
 * );
 * ```
 */
export function describeOther(bytes: Uint8Array): string {
  if (bytes.length === 0) return "it is empty: copy the image again, or take the file out";
  const [known] = others.find(([, ...starts]) => starts.some((start) => begins(bytes, start))) ??
    [
      begins(bytes.subarray(4), "ftyp") && brands.test(latin1(bytes.subarray(8, 12)))
        ? "an AVIF or HEIC image"
        : undefined,
    ];
  if (known !== undefined) return `it is ${known}, which cannot be decoded: save it as PNG or JPEG`;
  const start = bytes.subarray(0, 200);
  const text = new TextDecoder().decode(start).split("\n", 1)[0]!.trim().slice(0, 40);
  const isText = start.every((byte) => byte >= 32 || [9, 10, 13].includes(byte));
  if (isText) {
    return `it is no image but a text that begins with "${text}": put the image in its place`;
  }
  return "it is no PNG, JPEG, BMP, GIF or WebP image: save it as one of these, or take it out";
}

/**
 * Whether some bytes begin with a text.
 *
 * @param bytes The bytes.
 * @param text One byte for each character.
 * @returns Whether they do.
 */
export function begins(bytes: Uint8Array, text: string): boolean {
  if (bytes.length < text.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[i] !== text.charCodeAt(i)) return false;
  return true;
}

/**
 * Bytes as a text of one character each.
 *
 * @param bytes The bytes.
 * @returns The text.
 */
export function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
