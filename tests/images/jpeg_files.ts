/**
 * JPEG files of any size, written by TensorFlow.
 *
 * @module
 */

import { randomStream } from "../../lib/data/random.ts";
import { uint8Tensor } from "../../lib/ops/gather.ts";
import { type Attribute, attributeKind } from "../../lib/tensor/attributes.ts";
import type { Binding } from "../../lib/tensor/binding.ts";
import type { TensorBackend } from "../../lib/tensor/compile.ts";
import { tf } from "../../lib/tensor/tfjs.ts";

/** Settings of {@linkcode writeJpeg}. */
export interface JpegOptions {
  /** Height in pixels. */
  readonly height: number;
  /** Width in pixels. */
  readonly width: number;
  /** Whether it is sharpened in several passes. */
  readonly progressive?: boolean;
}

/** Writes a picture with a gradient and noise that a number decides; the engine must run. */
export function writeJpeg(path: string, seed: number, options: JpegOptions): void {
  const { height, width, progressive = false } = options;
  const random = randomStream(seed, "pixels");
  const [slope, level] = [random.uniform(), 255 * random.uniform()];
  const pixels = Uint8Array.from(
    { length: height * width * 3 },
    (_, i) => level + slope * i / (3 * width) + (i % 7) * 9 + 40 * random.uniform(),
  );
  const backend = tf.backend() as unknown as TensorBackend & { readonly binding: Binding };
  const image = uint8Tensor(pixels, [height, width, 3]);
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
