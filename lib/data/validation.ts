/**
 * A validation split: images of a subset that are kept from training, class by class.
 *
 * @module
 */
import { hashRows, type Split } from "./long_tail.ts";
import { randomStream } from "./random.ts";

/** Settings of {@linkcode holdOut}. */
export interface HoldOutOptions {
  /** Share of the images of each class, in `(0, 1)`. */
  readonly share: number;
  /** Seed of the choice. */
  readonly seed: number;
}

/** A subset in two parts. */
export interface HeldOut {
  /** What is trained on. */
  readonly training: Split;
  /** What is not: it chooses the best epoch, or a parameter of a second stage. */
  readonly validation: Split;
}

/**
 * Parts a subset in training and validation images, class by class.
 *
 * Of N_c different images of a class, share · N_c are held out, rounded to the nearest whole number.
 * The copies of an image that was drawn more than once stay together. Rows keep their order, and are
 * grouped by class in both parts.
 *
 * @param split The subset.
 * @param options Share and seed.
 * @returns Both parts.
 * @throws {RangeError} If a class would be left without images in one of the parts.
 * @example One of four images of each class
 * ```ts
 * import { drawSplit } from "glmc/data/long_tail.ts";
 * import { holdOut } from "glmc/data/validation.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const split = drawSplit(Int32Array.of(0, 0, 0, 0, 1, 1, 1, 1), { counts: [4, 4], seed: 0 });
 * const { training, validation } = holdOut(split, { share: 0.25, seed: 0 });
 *
 * assertEquals([training.counts, validation.counts], [[3, 3], [1, 1]]);
 * ```
 */
export function holdOut(split: Split, { share, seed }: HoldOutOptions): HeldOut {
  if (!(share > 0 && share < 1)) {
    throw new RangeError(
      `Cannot hold out images for validation: the share must be in (0, 1): it is ${share}: pass for ` +
        "example --validation 0.1",
    );
  }
  let end = 0;
  const classRows = split.counts.map((count) => split.indices.subarray(end, end += count));
  refuseLeftOut(classRows.map((rows) => new Set(rows).size), share);
  const parts = classRows.map((rows, label) => {
    const images = [...new Set(rows)];
    const order = randomStream(seed, "validation", label).shuffled(images.length);
    const size = Math.round(share * images.length);
    const chosen = new Set(Array.from(order.subarray(0, size), (place) => images[place]!));
    return {
      training: rows.filter((row) => !chosen.has(row)),
      validation: rows.filter((row) => chosen.has(row)),
    };
  });
  const part = (name: "training" | "validation"): Split => {
    const indices = Int32Array.from(parts.flatMap((part) => [...part[name]]));
    const counts = parts.map((part) => part[name].length);
    return { ...split, indices, counts, hash: hashRows(indices) };
  };
  return { training: part("training"), validation: part("validation") };
}

/** What leaves the smallest class images in both parts does so for every larger one. */
function refuseLeftOut(sizes: readonly number[], share: number): void {
  const least = sizes.reduce((least, size) => Math.min(least, size), Infinity);
  const size = Math.round(share * least);
  if (size > 0 && size < least) return;
  const has = `class ${sizes.indexOf(least)} has ${least === 1 ? "1 image" : `${least} images`}`;
  if (least < 2) {
    throw new RangeError(
      `Cannot hold out images for validation: a class needs two, one for each part: ${has}: give it ` +
        "more, or leave --validation out",
    );
  }
  const [part, advice] = size === 0
    ? ["validation", `at least ${Number((1 / least).toPrecision(3))}`]
    : ["training", "a smaller one, such as 0.5"];
  throw new RangeError(
    `Cannot hold out ${share} of each class for validation: ${has}, which leaves none for ${part}: ` +
      `pass ${advice}, or leave --validation out`,
  );
}
