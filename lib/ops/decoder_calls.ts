/**
 * How TensorFlow's image decoders are called so that they give Pillow's pixels.
 *
 * @module
 */

import { type Attribute, attributeKind, typeAttribute } from "../tensor/attributes.ts";
import type { OperationCall } from "../tensor/bytes_operation.ts";
import { OutOfMemoryError } from "../tensor/status.ts";

/** Formats that TensorFlow decodes. */
export type DecoderFormat = "png" | "jpeg" | "webp";

/** Pixels as a decoder returns them. */
export interface DecodedPixels {
  /** Values `[height, width, channels]`, 0 to 255. */
  readonly pixels: Uint8Array<ArrayBuffer>;
  /** Height in pixels. */
  readonly height: number;
  /** Width in pixels. */
  readonly width: number;
  /** Values of a pixel. */
  readonly channels: number;
}

const integer = (name: string, value: number): Attribute => ({
  name,
  type: attributeKind.int,
  value,
});
const flag = (name: string, value: boolean): Attribute => ({
  name,
  type: attributeKind.bool,
  value,
});
const uint8 = typeAttribute("dtype", "uint8");

// The exact transform and smooth upsampling give the bits of Pillow, which uses the same library.
const jpegAttributes = (channels: number): Attribute[] => [
  integer("channels", channels),
  integer("ratio", 1),
  flag("fancy_upscaling", true),
  flag("try_recover_truncated", false),
  { name: "acceptable_fraction", type: attributeKind.float, value: 1 },
  { name: "dct_method", type: attributeKind.string, value: "INTEGER_ACCURATE" },
];

/** The operation that decodes a format to so many values a pixel; 0 for as many as the file has. */
export const decoders: Readonly<Record<DecoderFormat, (channels: number) => OperationCall>> = {
  png: (channels) => ({
    name: "DecodePng",
    attributes: [integer("channels", channels), uint8],
  }),
  jpeg: (channels) => ({ name: "DecodeJpeg", attributes: jpegAttributes(channels) }),
  webp: (channels) => ({
    name: "DecodeWebP",
    attributes: [integer("channels", channels), uint8],
  }),
};

/**
 * Decodes a part of a JPEG file in colour: its second input has first row and column, height and width.
 *
 * The pixels are those of the whole image but for the first and the last column, whose colour is smoothed
 * without their neighbours outside of the part.
 */
export const jpegPartDecoder: OperationCall = {
  name: "DecodeAndCropJpeg",
  attributes: jpegAttributes(3),
};

/**
 * What is wrong with a file that TensorFlow could not decode.
 *
 * @param format What it is.
 * @param cause What TensorFlow's call threw.
 * @returns The error to throw: without its name, so that whoever knows it can put it before.
 */
export function damaged(format: DecoderFormat, cause: unknown): Error {
  if (cause instanceof OutOfMemoryError) return cause;
  const title = { png: "PNG", jpeg: "JPEG", webp: "WebP" }[format];
  return new SyntaxError(`its ${title} data are damaged`, { cause });
}
