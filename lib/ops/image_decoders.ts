/**
 * TensorFlow's own image decoders: compressed bytes in, pixels out.
 *
 * @module
 */

import type { Binding } from "../tensor/binding.ts";
import { tf } from "../tensor/tfjs.ts";
import { damaged, type DecodedPixels, type DecoderFormat, decoders } from "./decoder_calls.ts";

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
  const { name, attributes } = decoders[format](channels);
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

function engineBinding(): Binding {
  const { binding } = tf.backend() as { binding?: Binding };
  if (binding !== undefined) return binding;
  throw new Error("Cannot decode an image: the engine does not run: call startEngine() first");
}

export type { DecodedPixels, DecoderFormat };
