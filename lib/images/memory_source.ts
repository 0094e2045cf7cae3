/**
 * Images that lie in memory as bytes, all at once: the fastest source, for sets that fit.
 *
 * Beside a GPU that is the host's memory: TensorFlow gathers no bytes on GPUs, and a step sends up the
 * pixels of its views alone.
 *
 * @module
 */

import { type ImageSet, takeImages } from "../data/image_set.ts";
import { deviceTensors } from "../ops/host_arrays.ts";
import { tf } from "../tensor/tfjs.ts";
import { drawCrops, type PaddedCrops, wholeImages } from "./crops.ts";
import { type ChannelStatistics, normalise } from "./normalise.ts";
import { createPixelBank, cropViews } from "./pixel_bank.ts";
import type { ImageSource } from "./source.ts";

/** Settings of {@linkcode memorySource}. */
export interface MemorySourceOptions extends ChannelStatistics, PaddedCrops {
  /** Rows of the set that make up the source, in their order; all by default. */
  readonly rows?: Int32Array;
}

/**
 * Puts images into TensorFlow's memory and makes views of them there.
 *
 * Views are crops of the image in a frame of black pixels, half of them mirrored, as in the official
 * code.
 *
 * @param set The images.
 * @param options Normalisation, padding, and which images.
 * @returns The source; the caller disposes it.
 * @throws {RangeError} If the images are more than the device can index.
 * @example A black image, normalised
 * ```ts
 * import { memorySource } from "glmc/images/memory_source.ts";
 * import { startEngine, tf } from "glmc";
 * import { assertEquals } from "@std/assert";
 *
 * await startEngine({ device: "cpu" });
 * const set = { images: new Uint8Array(3), labels: Int32Array.of(0), classNames: ["a"] };
 * const source = memorySource({ ...set, height: 1, width: 1, channels: 3 }, {
 *   mean: [0.5, 0.5, 0.5],
 *   std: [0.5, 0.5, 0.5],
 * });
 * const rows = tf.tensor1d([0], "int32");
 * const [image] = source.views({ rows, prepared: {}, groups: 1 });
 *
 * assertEquals([...image!.dataSync()], [-1, -1, -1]);
 * ```
 */
export function memorySource(set: ImageSet, options: MemorySourceOptions): ImageSource {
  const { height, width, channels } = set;
  const { rows, mean, std, padding = 4 } = options;
  const { images, labels } = rows === undefined ? set : takeImages(set, rows);
  const bank = createPixelBank(images, { height, width, channels });
  return {
    count: labels.length,
    height,
    width,
    channels,
    draw: (random, views) => drawCrops(random, views, { padding }),
    prepare: ({ cuts = {} }) => deviceTensors(cuts),
    views({ rows, prepared, groups }) {
      const { crops, flips } = "crops" in prepared
        ? prepared as ReturnType<typeof wholeImages>
        : wholeImages(rows.size, { padding });
      const parts = [rows, crops, flips].map((all) => groups === 1 ? [all] : tf.split(all, groups));
      // Group by group, so that each group's images are prepared on a core of their own.
      return Array.from({ length: groups }, (_, group) => {
        const [rows, crops, flips] = parts.map((part) => part[group]!);
        const choice = { rows: rows!, crops: crops!, flips: flips! };
        return normalise(cropViews(bank, choice, { padding }), { mean, std });
      });
    },
    dispose: () => bank.pixels.dispose(),
  };
}
