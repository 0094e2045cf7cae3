/**
 * Labelled images in memory, and a data set made of a training and a test set.
 *
 * @module
 */
import { sha256 } from "../disk/digest.ts";

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
  /** Values of a pixel: 3 for colour, 1 for grey. */
  readonly channels: number;
  /** Name of each class, in label order. */
  readonly classNames: readonly string[];
}

/** A training set, a test set, and the constants that normalise both. */
export interface Dataset {
  /** Name of the data set. */
  readonly name: string;
  /** Training images, balanced and in the order of the source. */
  readonly train: ImageSet;
  /** Test images; there may be none. */
  readonly test: ImageSet;
  /** Mean of each channel, for pixels scaled to `[0, 1]`. */
  readonly mean: readonly number[];
  /** Standard deviation of each channel, for pixels scaled to `[0, 1]`. */
  readonly std: readonly number[];
}

/**
 * Checks that pixels, labels and class names of an image set fit together.
 *
 * Images may be of any size and number of channels, and there may be none.
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
  for (const [name, size] of Object.entries({ height, width, channels })) {
    if (!Number.isSafeInteger(size) || size < 1) {
      throw new RangeError(
        `Cannot use the images: their ${name} is ${size}: it must be a whole number from 1`,
      );
    }
  }
  const values = labels.length * height * width * channels;
  if (images.length !== values) {
    throw new RangeError(
      `Cannot use the images: ${labels.length} images of ${height} x ${width} x ${channels} have ` +
        `${values} values: there are ${images.length}`,
    );
  }
  const wrong = findWrongLabel(labels, classNames.length);
  if (wrong) {
    throw new RangeError(
      `Cannot use the images: labels must be whole numbers from 0 to ${classNames.length - 1}: ` +
        `image ${wrong.row} has ${wrong.label}`,
    );
  }
  return set;
}

/**
 * Checks a data set before anything is trained on it.
 *
 * @param dataset The data set to check.
 * @returns The same data set.
 * @throws {RangeError} If there is nothing to train on, or its parts do not fit together.
 * @example Without training images
 * ```ts
 * import { checkDataset } from "glmc/data/image_set.ts";
 * import { assertThrows } from "@std/assert";
 *
 * const none = { images: new Uint8Array(), labels: new Int32Array(), classNames: ["all"] };
 * const set = { ...none, height: 1, width: 1, channels: 1 };
 *
 * assertThrows(
 *   () => checkDataset({ name: "grey", train: set, test: set, mean: [0], std: [1] }),
 *   RangeError,
 *   "there are no training images",
 * );
 * ```
 */
export function checkDataset(dataset: Dataset): Dataset {
  const { name, train, test, mean, std } = dataset;
  const refuse = (problem: string): never => {
    throw new RangeError(`Cannot use the data set "${name}": ${problem}`);
  };
  if (train.labels.length === 0) refuse("there are no training images: at least one is needed");
  checkImageSet(train);
  checkImageSet(test);
  for (const part of ["height", "width", "channels"] as const) {
    if (test.labels.length > 0 && test[part] !== train[part]) {
      refuse(
        `the ${part} of its images is ${train[part]} in training and ${test[part]} in testing`,
      );
    }
  }
  if (test.classNames.join("\n") !== train.classNames.join("\n")) {
    refuse("training and test images have different classes: give both the same names");
  }
  for (const [what, values] of Object.entries({ mean, std })) {
    if (values.length !== train.channels || !values.every(Number.isFinite)) {
      refuse(
        `${what} is [${values}]: it must be a finite number for each of ${train.channels} channels`,
      );
    }
  }
  if (!std.every((value) => value > 0)) refuse(`std is [${std}]: it must be above 0`);
  return dataset;
}

/**
 * Finds the first label that has no class.
 *
 * @param labels Class of each image.
 * @param classes Number of classes.
 * @returns Its row and value; `undefined` if all are whole numbers from 0 to `classes - 1`.
 * @example A label beyond the last class
 * ```ts
 * import { findWrongLabel } from "glmc/data/image_set.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(findWrongLabel([0, 300], 10), { row: 1, label: 300 });
 * assertEquals(findWrongLabel([0, 9], 10), undefined);
 * ```
 */
export function findWrongLabel(
  labels: ArrayLike<number>,
  classes: number,
): { readonly row: number; readonly label: number } | undefined {
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row]!;
    if (!Number.isInteger(label) || label < 0 || label >= classes) return { row, label };
  }
}

/**
 * Cuts rows out of an image set.
 *
 * @param set The image set.
 * @param rows Which images, in the order wanted; or how many from the first.
 * @returns Copies of these images.
 * @throws {RangeError} If there is no such row.
 * @example The last image, and the first two
 * ```ts
 * import { takeImages } from "glmc/data/image_set.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const size = { height: 1, width: 1, channels: 1, classNames: ["a", "b"] };
 * const set = { ...size, images: Uint8Array.of(10, 20, 30), labels: Int32Array.of(0, 1, 1) };
 *
 * assertEquals(takeImages(set, [2]).images, Uint8Array.of(30));
 * assertEquals(takeImages(set, 2).labels, Int32Array.of(0, 1));
 * ```
 */
export function takeImages(set: ImageSet, rows: ArrayLike<number> | number): ImageSet {
  const { height, width, channels } = set;
  const chosen = typeof rows === "number" ? Array.from({ length: rows }, (_, row) => row) : rows;
  const size = height * width * channels;
  const images = new Uint8Array(chosen.length * size);
  const labels = new Int32Array(chosen.length);
  for (let target = 0; target < chosen.length; target++) {
    const row = chosen[target]!;
    const label = set.labels[row];
    if (label === undefined) {
      throw new RangeError(
        `Cannot take image ${row}: there are ${set.labels.length} images: count from 0`,
      );
    }
    images.set(set.images.subarray(row * size, (row + 1) * size), target * size);
    labels[target] = label;
  }
  return { ...set, images, labels };
}

/**
 * A digest of everything a network sees of an image set: pixels, labels and sizes.
 *
 * @param set The image set; the names of its classes do not count.
 * @returns SHA-256 in 64 hexadecimal digits; 154 MB take about a quarter of a second.
 * @example A single pixel counts
 * ```ts
 * import { hashImageSet } from "glmc/data/image_set.ts";
 * import { assertNotEquals } from "@std/assert";
 *
 * const size = { height: 1, width: 1, channels: 1, classNames: ["a"] };
 * const [black, grey] = [0, 1].map((pixel) =>
 *   hashImageSet({ ...size, images: Uint8Array.of(pixel), labels: Int32Array.of(0) })
 * );
 *
 * assertNotEquals(black, grey);
 * ```
 */
export function hashImageSet(set: ImageSet): string {
  const { images, labels, height, width, channels } = set;
  const sizes = JSON.stringify([labels.length, height, width, channels]);
  return sha256(sizes, images, new Uint8Array(labels.buffer, labels.byteOffset, labels.byteLength));
}

/**
 * SHA-256 of all that a training can see of a data set in memory: pixels and labels, training and test.
 *
 * @param dataset The decoded images.
 * @returns 64 hexadecimal digits.
 */
export function hashDataset({ train, test }: Dataset): string {
  return hashOfParts({ train: hashImageSet(train), test: hashImageSet(test) });
}

/**
 * What {@linkcode hashDataset} is, from the hashes of both parts.
 *
 * @param parts {@linkcode hashImageSet} of the training and the test images.
 * @returns 64 hexadecimal digits.
 */
export function hashOfParts(
  { train, test }: { readonly train: string; readonly test: string },
): string {
  return sha256(`${train} ${test}`);
}
