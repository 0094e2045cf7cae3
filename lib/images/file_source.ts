/**
 * Images that stay in a file and are read step by step: for sets larger than memory.
 *
 * @module
 */

import { closeSync, openSync, read } from "node:fs";
import { promisify } from "node:util";
import { uint8Tensor } from "../ops/gather.ts";
import { deviceTensors } from "../ops/host_arrays.ts";
import { type Tensor, tf } from "../tensor/tfjs.ts";
import { drawCrops, type PaddedCrops, wholeImages } from "./crops.ts";
import { type ChannelStatistics, normalise } from "./normalise.ts";
import { imageFormat } from "./decode/kind.ts";
import { cropViews } from "./pixel_bank.ts";
import type { ImageSource, ViewsStep } from "./source.ts";

const readAt = promisify(read);

/** Settings of {@linkcode fileSource}. */
export interface FileSourceOptions extends ChannelStatistics, PaddedCrops {
  /** Height of an image in pixels. */
  readonly height: number;
  /** Width of an image in pixels. */
  readonly width: number;
  /** Values of a pixel. */
  readonly channels: number;
  /** Images of the file that make up the source, in their order; all by default. */
  readonly rows?: Int32Array;
}

/**
 * Opens a file of raw pixels `[count, height, width, channels]`, one byte a value, as an image source.
 *
 * The views are those of `memorySource` to the last bit. Only the images of the present step and of those
 * prepared ahead are in memory.
 *
 * @param path The file, such as `train_images.bin` of a data set's cache.
 * @param options Size of the images, normalisation, padding, and which images.
 * @returns The source; the caller disposes it, which closes the file.
 * @throws {Deno.errors.NotFound} If there is no such file.
 * @throws {RangeError} If the file is empty, does not hold a whole number of images, or lacks a row.
 * @throws {TypeError} If it is a folder, or an image file, whose bytes are no pixels.
 * @example A file of two black images
 * ```ts
 * import { fileSource } from "glmc/images/file_source.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const path = Deno.makeTempFileSync();
 * Deno.writeFileSync(path, new Uint8Array(2 * 3));
 * const size = { height: 1, width: 1, channels: 3 };
 * const source = await fileSource(path, { ...size, mean: [0, 0, 0], std: [1, 1, 1] });
 *
 * assertEquals(source.count, 2);
 * source.dispose();
 * ```
 */
export async function fileSource(path: string, options: FileSourceOptions): Promise<ImageSource> {
  const { height, width, channels, mean, std, padding = 4 } = options;
  const imageBytes = height * width * channels;
  const { size, isDirectory } = await Deno.stat(path);
  await refuseImages(path, { isDirectory });
  const stored = size / imageBytes;
  if (size === 0) {
    throw new RangeError(`Cannot read images from "${path}": it is empty: write its pixels anew`);
  }
  if (!Number.isInteger(stored)) {
    throw new RangeError(
      `Cannot read images from "${path}": ${size} bytes are no whole number of images of ` +
        `${height} x ${width} x ${channels}: check their size`,
    );
  }
  const { rows: chosen } = options;
  const outside = chosen?.find((row) => !(row >= 0 && row < stored));
  if (outside !== undefined) {
    throw new RangeError(
      `Cannot read image ${outside} from "${path}": it holds ${stored}: check the rows`,
    );
  }
  const file = openSync(path, "r");

  async function readImages(rows: Int32Array): Promise<Tensor> {
    // One black pixel at the end, as padding.
    const bytes = new Uint8Array(rows.length * imageBytes + channels);
    await Promise.all(Array.from(rows, async (row, i) => {
      const position = (chosen?.[row] ?? row) * imageBytes;
      const { bytesRead } = await readAt(file, {
        buffer: bytes,
        offset: i * imageBytes,
        length: imageBytes,
        position,
      });
      if (bytesRead === imageBytes) return;
      throw new Deno.errors.UnexpectedEof(
        `Cannot read image ${row} from "${path}": the file has become shorter: ` +
          "leave it alone while it is in use",
      );
    }));
    return uint8Tensor(bytes, [rows.length * height * width + 1, channels]);
  }

  function views({ rows, prepared, groups }: ViewsStep): Tensor[] {
    const { pixels, crops, flips } = {
      ...wholeImages(rows.size, { padding }),
      ...prepared as { pixels: Tensor },
    };
    const bank = { pixels, count: rows.size, height, width };
    const each = rows.size / groups;
    const partOf = (tensor: Tensor, group: number): Tensor =>
      groups === 1 ? tensor : tf.split(tensor, groups)[group]!;
    return Array.from({ length: groups }, (_, group) => {
      const choice = {
        rows: tf.range(group * each, (group + 1) * each, 1, "int32"),
        crops: partOf(crops, group),
        flips: partOf(flips, group),
      };
      return normalise(cropViews(bank, choice, { padding }), { mean, std });
    });
  }

  return {
    count: chosen?.length ?? stored,
    height,
    width,
    channels,
    draw: (random, views) => drawCrops(random, views, { padding }),
    prepare: async ({ rows, cuts = {} }) => ({
      ...deviceTensors(cuts),
      pixels: await readImages(rows),
    }),
    views,
    dispose: () => closeSync(file),
  };
}

/** What begins like an image file is one, but for one case in 2^24 of raw pixels. */
async function refuseImages(
  path: string,
  { isDirectory }: { readonly isDirectory: boolean },
): Promise<void> {
  const next = "read its images with readImageFolder, or name a file of raw pixels";
  if (isDirectory) {
    throw new TypeError(`Cannot read images from "${path}": it is a folder, not a file: ${next}`);
  }
  using file = await Deno.open(path);
  const start = new Uint8Array(26);
  const count = await file.read(start) ?? 0;
  const format = imageFormat(start.subarray(0, count));
  // Two bytes are too few to tell a BMP from raw pixels.
  if (format === undefined || format === "bmp") return;
  throw new TypeError(
    `Cannot read images from "${path}": it is a ${format.toUpperCase()} file, whose bytes are no pixels: ` +
      "read it with decodeImage, or name a file of raw pixels",
  );
}
