/**
 * TensorFlow's own image decoders: compressed bytes in, pixels out.
 *
 * @module
 */

import { type Attribute, attributeKind, dataType, typeAttribute } from "../tensor/attributes.ts";
import type { Binding } from "../tensor/binding.ts";
import { OutOfMemoryError } from "../tensor/status.ts";
import { tf } from "../tensor/tfjs.ts";

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

const operations: Record<DecoderFormat, (channels: number) => [string, Attribute[]]> = {
  png: (channels) => ["DecodePng", [integer("channels", channels), uint8]],
  jpeg: (channels) => ["DecodeJpeg", jpegAttributes(channels)],
  webp: (channels) => ["DecodeWebP", [integer("channels", channels), uint8]],
};

/**
 * Decodes an image file on a thread of its own, so that several are decoded at a time.
 *
 * PNG of 16 bits keeps the upper 8 of each value; opacity is dropped where 3 channels are asked
 * for.
 *
 * @param bytes The whole file.
 * @param format What it is.
 * @param channels Values of a pixel: 3 for colour; 0 for as many as the file has.
 * @returns The pixels in memory of their own.
 * @throws {SyntaxError} With a reason, if TensorFlow cannot decode the bytes; its own words are the
 * cause.
 * @throws {OutOfMemoryError} If there is no memory for the pixels.
 * @throws {Error} If the engine does not run.
 * @example What is no PNG
 * ```ts
 * import { assertRejects } from "@std/assert";
 * import { startEngine } from "glmc";
 * import { decodePixels } from "glmc/ops/image_decoders.ts";
 *
 * await startEngine({ device: "cpu" });
 * const bytes = Uint8Array.of(1, 2, 3);
 * await assertRejects(() => decodePixels(bytes, "png"), SyntaxError, "its PNG data");
 * ```
 */
export async function decodePixels(
  bytes: Uint8Array<ArrayBuffer>,
  format: DecoderFormat,
  channels: number = 3,
): Promise<DecodedPixels> {
  const binding = engineBinding();
  const [name, attributes] = operations[format](channels);
  const text = binding.createText(bytes);
  try {
    const { id, shape } = await binding.executeBeside(name, attributes, [text]);
    const pixels = binding.tensorDataSync(id) as Uint8Array<ArrayBuffer>;
    binding.deleteTensor(id);
    // WebP has an axis more.
    const [height, width, depth] = shape.slice(-3) as [number, number, number];
    return { pixels, height, width, channels: depth };
  } catch (cause) {
    throw damaged(format, cause);
  } finally {
    binding.deleteTensor(text);
  }
}

/**
 * Decodes a part of a JPEG file in colour, on a thread of its own.
 *
 * The pixels are those of the whole image but for the first and the last column, whose colour is smoothed
 * without their neighbours outside of the part.
 *
 * @param bytes The whole file.
 * @param part First row and column, height and width of what is decoded.
 * @returns The number of a byte tensor `[height, width, 3]` in TensorFlow; the caller deletes it.
 * @throws {SyntaxError} With a reason, if TensorFlow cannot decode the bytes; its own words are the
 * cause.
 * @throws {OutOfMemoryError} If there is no memory for the pixels.
 * @throws {Error} If the engine does not run.
 */
export async function decodeJpegPart(
  bytes: Uint8Array<ArrayBuffer>,
  { top, left, height, width }: {
    readonly top: number;
    readonly left: number;
    readonly height: number;
    readonly width: number;
  },
): Promise<number> {
  const binding = engineBinding();
  const text = binding.createText(bytes);
  const part = binding.createTensor(
    [4],
    dataType.int32,
    Int32Array.of(top, left, height, width),
  );
  try {
    return (await binding.executeBeside("DecodeAndCropJpeg", jpegAttributes(3), [text, part])).id;
  } catch (cause) {
    throw damaged("jpeg", cause);
  } finally {
    binding.deleteTensor(text);
    binding.deleteTensor(part);
  }
}

function engineBinding(): Binding {
  const { binding } = tf.backend() as { binding?: Binding };
  if (binding !== undefined) return binding;
  throw new Error("Cannot decode an image: the engine does not run: call startEngine() first");
}

function damaged(format: DecoderFormat, cause: unknown): Error {
  if (cause instanceof OutOfMemoryError) return cause;
  const title = { png: "PNG", jpeg: "JPEG", webp: "WebP" }[format];
  return new SyntaxError(`its ${title} data are damaged`, { cause });
}
