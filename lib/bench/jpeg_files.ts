/**
 * JPEG files of any size, written by TensorFlow, for measurements and tests that must not depend on a download.
 *
 * @module
 */

import { randomStream } from "../data/random.ts";
import { uint8Tensor } from "../ops/gather.ts";
import { type Attribute, attributeKind } from "../tensor/attributes.ts";
import type { Binding } from "../tensor/binding.ts";
import type { TensorBackend } from "../tensor/compile.ts";
import { tf } from "../tensor/tfjs.ts";

/** Settings of {@linkcode writeJpeg}. */
export interface JpegOptions {
  /** Height in pixels. */
  readonly height: number;
  /** Width in pixels. */
  readonly width: number;
  /** Whether it is sharpened in several passes. */
  readonly progressive?: boolean;
}

/**
 * Writes a picture with waves and noise, whose file is about as large as a photograph's. The engine must run.
 *
 * @param path The file.
 * @param seed Which picture.
 * @param options Its size.
 */
export function writeJpeg(path: string, seed: number, options: JpegOptions): void {
  const { height, width, progressive = false } = options;
  const random = randomStream(seed, "pixels");
  const waves = Array.from(
    { length: 3 },
    () => [5 + 35 * random.uniform(), 5 + 35 * random.uniform()],
  );
  const pixels = new Uint8ClampedArray(height * width * 3);
  // A few thousand numbers over and over: drawing each would take seconds.
  const noise = Float32Array.from({ length: 4099 }, () => 12 * random.normal());
  for (let i = 0; i < pixels.length; i++) {
    const [across, down] = waves[i % 3]!;
    const [y, x] = [Math.floor(i / 3 / width), Math.floor(i / 3) % width];
    const wave = 90 * Math.sin(x / across!) * Math.cos(y / down!);
    pixels[i] = 128 + wave + noise[i * 7 % noise.length]!;
  }
  const backend = tf.backend() as unknown as TensorBackend & { readonly binding: Binding };
  const image = uint8Tensor(new Uint8Array(pixels.buffer), [height, width, 3]);
  const { binding } = backend;
  const attribute = (
    name: string,
    type: keyof typeof attributeKind,
    value: unknown,
  ): Attribute => ({
    name,
    type: attributeKind[type],
    value,
  });
  const attributes = [
    attribute("format", "string", "rgb"),
    attribute("quality", "int", 90),
    attribute("progressive", "bool", progressive),
    attribute("optimize_size", "bool", false),
    attribute("chroma_downsampling", "bool", true),
    attribute("density_unit", "string", "in"),
    attribute("x_density", "int", 300),
    attribute("y_density", "int", 300),
    attribute("xmp_metadata", "string", ""),
  ];
  const [encoded] = binding.executeOp(
    "EncodeJpeg",
    attributes,
    backend.getInputTensorIds([image]),
    1,
  );
  const name = binding.createText(new TextEncoder().encode(path));
  binding.executeOp("WriteFile", [], [name, encoded!.id], 0);
  for (const id of [name, encoded!.id]) binding.deleteTensor(id);
  image.dispose();
}
