/**
 * Labelled images in memory, and a data set made of a training and a test set.
 *
 * @module
 */

/** Data sets that can be loaded by name. */
export type DatasetName = "cifar10" | "cifar100";

/** Images of one size with their class labels. */
export interface ImageSet {
  /** Pixels `[count, height, width, channels]`, 0 to 255, channels in the order red, green, blue. */
  readonly images: Uint8Array;
  /** Class of each image `[count]`, from 0. */
  readonly labels: Int32Array;
  /** Height of an image in pixels. */
  readonly height: number;
  /** Width of an image in pixels. */
  readonly width: number;
  /** Values of a pixel: 3 for colour. */
  readonly channels: number;
  /** Name of each class, in label order. */
  readonly classNames: readonly string[];
}

/** A training set, a test set, and the constants that normalise both. */
export interface Dataset {
  /** Name of the data set. */
  readonly name: DatasetName;
  /** Training images, balanced and in the order of the source. */
  readonly train: ImageSet;
  /** Test images. */
  readonly test: ImageSet;
  /** Mean of each channel, for pixels scaled to `[0, 1]`. */
  readonly mean: readonly [number, number, number];
  /** Standard deviation of each channel, for pixels scaled to `[0, 1]`. */
  readonly std: readonly [number, number, number];
}

/**
 * Checks that pixels, labels and class names of an image set fit together.
 *
 * @param set The image set to check.
 * @returns The same image set.
 * @throws {RangeError} If the number of pixels does not fit, or a label has no class.
 * @example A label without a class
 * ```ts
 * import { checkImageSet } from "glmc/data/image_set.ts";
 * import { assertThrows } from "@std/assert";
 *
 * const size = { height: 1, width: 1, channels: 3, classNames: ["cat", "dog"] };
 * const images = new Uint8Array(3);
 *
 * checkImageSet({ ...size, images, labels: Int32Array.of(1) });
 * assertThrows(() => checkImageSet({ ...size, images, labels: Int32Array.of(2) }), RangeError);
 * ```
 */
export function checkImageSet(set: ImageSet): ImageSet {
  const { images, labels, height, width, channels, classNames } = set;
  if (images.length !== labels.length * height * width * channels) {
    throw new RangeError(
      `Cannot use the images: ${labels.length} images of ${height} x ${width} x ${channels} have ${
        labels.length * height * width * channels
      } values: there are ${images.length}`,
    );
  }
  const wrong = labels.findIndex((label) => label < 0 || label >= classNames.length);
  if (wrong >= 0) {
    throw new RangeError(
      `Cannot use the images: labels must be from 0 to ${
        classNames.length - 1
      }: image ${wrong} has ${labels[wrong]}`,
    );
  }
  return set;
}
