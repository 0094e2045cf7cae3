/**
 * JPEG files of any size, written by TensorFlow, for measurements and tests that must not depend on a download.
 *
 * @module
 */

import { randomStream } from "../data/random.ts";
import { writeJpegFile } from "../ops/image_encoder.ts";

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
  writeJpegFile(path, {
    ...{ pixels: new Uint8Array(pixels.buffer), height, width, progressive },
    quality: 90,
  });
}
