/**
 * TensorFlow's own JPEG encoder: pixels in, a file out.
 *
 * @module
 */

import { type Attribute, attributeKind } from "../tensor/attributes.ts";
import type { Binding } from "../tensor/binding.ts";
import type { TensorBackend } from "../tensor/compile.ts";
import { tf } from "../tensor/tfjs.ts";
import { uint8Tensor } from "./gather.ts";

/** What {@linkcode writeJpegFile} writes. */
export interface JpegPixels {
  /** Red, green and blue of each pixel `[height, width, 3]`, 0 to 255. */
  readonly pixels: Uint8Array;
  /** Height in pixels. */
  readonly height: number;
  /** Width in pixels. */
  readonly width: number;
  /** Quality, 1 to 100. */
  readonly quality: number;
  /** Whether it is sharpened in several passes; no by default. */
  readonly progressive?: boolean;
}

/**
 * Writes pixels as a JPEG file. The engine must run.
 *
 * @param path The file; what is there is written over.
 * @param image Pixels and quality.
 * @throws {Error} If the file cannot be written.
 * @example A grey square
 * ```ts
 * import { writeJpegFile } from "glmc/ops/image_encoder.ts";
 * import { startEngine } from "glmc";
 * import { assertEquals } from "@std/assert";
 *
 * await startEngine({ device: "cpu" });
 * const path = Deno.makeTempFileSync();
 * const pixels = new Uint8Array(8 * 8 * 3).fill(128);
 * writeJpegFile(path, { pixels, height: 8, width: 8, quality: 95 });
 *
 * assertEquals([...Deno.readFileSync(path).subarray(0, 2)], [0xff, 0xd8]);
 * ```
 */
export function writeJpegFile(path: string, image: JpegPixels): void {
  const { pixels, height, width, quality, progressive = false } = image;
  const backend = tf.backend() as unknown as TensorBackend & { readonly binding: Binding };
  const { binding } = backend;
  const tensor = uint8Tensor(pixels, [height, width, 3]);
  const attributes = [
    attribute("format", "string", "rgb"),
    attribute("quality", "int", quality),
    attribute("progressive", "bool", progressive),
    attribute("optimize_size", "bool", false),
    attribute("chroma_downsampling", "bool", true),
    attribute("density_unit", "string", "in"),
    attribute("x_density", "int", 300),
    attribute("y_density", "int", 300),
    attribute("xmp_metadata", "string", ""),
  ];
  const inputs = backend.getInputTensorIds([tensor]);
  const [encoded] = binding.executeOp("EncodeJpeg", attributes, inputs, 1);
  const name = binding.createText(new TextEncoder().encode(path));
  try {
    binding.executeOp("WriteFile", [], [name, encoded!.id], 0);
  } finally {
    for (const id of [name, encoded!.id]) binding.deleteTensor(id);
    tensor.dispose();
  }
}

function attribute(name: string, type: keyof typeof attributeKind, value: unknown): Attribute {
  return { name, type: attributeKind[type], value };
}
