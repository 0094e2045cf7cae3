/**
 * Images that are in a data set more than once.
 *
 * @module
 */

import { sha256 } from "../disk/digest.ts";
import type { ImageSet } from "./image_set.ts";

/** Where an image is. */
export interface ImagePlace {
  /** Which of the sets. */
  readonly set: number;
  /** Which of its images. */
  readonly row: number;
}

/** An image with the same pixels as one before it. */
export interface Duplicate extends ImagePlace {
  /** The first image with these pixels. */
  readonly first: ImagePlace;
}

/**
 * Finds images whose pixels are all those of an image before them, in the same set or an earlier
 * one.
 *
 * @param sets Image sets of the same height, width and channels.
 * @returns The repeated images in their order; about 0.2 s for 150 MB.
 * @example A test image that is trained on
 * ```ts
 * import { findDuplicates } from "glmc/data/duplicates.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const size = { height: 1, width: 1, channels: 1, classNames: ["a"] };
 * const train = { ...size, images: Uint8Array.of(10, 20), labels: Int32Array.of(0, 0) };
 * const test = { ...size, images: Uint8Array.of(20), labels: Int32Array.of(0) };
 *
 * assertEquals(findDuplicates([train, test]), [{ set: 1, row: 0, first: { set: 0, row: 1 } }]);
 * ```
 */
export function findDuplicates(sets: readonly ImageSet[]): Duplicate[] {
  const firsts = new Map<string, ImagePlace>();
  const repeated: Duplicate[] = [];
  sets.forEach(({ images, labels, height, width, channels }, set) => {
    const size = height * width * channels;
    for (let row = 0; row < labels.length; row++) {
      const digest = sha256(images.subarray(row * size, (row + 1) * size));
      const first = firsts.get(digest);
      if (first === undefined) firsts.set(digest, { set, row });
      else repeated.push({ set, row, first });
    }
  });
  return repeated;
}
