/**
 * Long-tailed subsets: how many images each class keeps, N_c = ⌊N_max r^(c / (C − 1))⌋, which ones, and the
 * weight w_c = C N_c^(−k) / Σ N^(−k) of each class in GLMC's rebalanced loss.
 *
 * @module
 */
import { sha256 } from "../disk/digest.ts";
import { counted } from "../settings/count.ts";
import { legacyRandom } from "./legacy_random.ts";
import { randomStream } from "./random.ts";

/** How the number of images falls from class to class. */
export type Profile = "exponential" | "step";

/** Settings of {@linkcode classCounts}. */
export interface ClassCountsOptions {
  /** Number of classes C. */
  readonly classes: number;
  /** Images of the largest class N_max. */
  readonly largest: number;
  /** Images of the smallest class over those of the largest, in `(0, 1]`; 1 is balanced. */
  readonly imbalanceRate: number;
  /** Exponential by default; a step gives the second half of the classes the smallest number. */
  readonly profile?: Profile;
}

/**
 * What draws a subset: the streams of the kit, one for each class, or NumPy's legacy generator, one
 * for all classes in their order, as the public code of the field does.
 */
export type SplitGenerator = "kit" | "numpy";

/**
 * A subset of an image set, grouped by class: row 0 to N_0 − 1 are of class 0, the next N_1 of
 * class 1, and so on.
 */
export interface Split {
  /** Position in the image set of each row `[size]`. */
  readonly indices: Int32Array;
  /** Images of each class N `[classes]`. */
  readonly counts: readonly number[];
  /** SHA-256 of the indices as little-endian 32-bit integers, in hexadecimal digits. */
  readonly hash: string;
  /** What drew it; `file` where the rows were given. */
  readonly generator: SplitGenerator | "file";
  /** Seed of the draw; null where the rows were given. */
  readonly seed: number | null;
  /** Whether an image may be there more than once. */
  readonly replace: boolean;
}

/** Settings of {@linkcode drawSplit}. */
export interface DrawSplitOptions {
  /** Images to draw from each class `[classes]`. */
  readonly counts: readonly number[];
  /** Seed of the draw, apart from the seed of the training. */
  readonly seed: number;
  /** Whether an image may be drawn more than once; no by default. */
  readonly replace?: boolean;
  /** What draws; `kit` by default. */
  readonly generator?: SplitGenerator;
}

/**
 * Number of images that each class keeps: N_c = ⌊N_max r^(c / (C − 1))⌋, the official rule.
 *
 * The rate 1 / N_max leaves one image in the smallest class, whichever way 1 / N_max is rounded.
 *
 * @param options Classes, largest class, imbalance rate r and profile.
 * @returns Number of images of each class `[classes]`.
 * @throws {RangeError} If a setting is out of range or a class would keep no image.
 * @example CIFAR-10-LT with imbalance factor 50
 * ```ts
 * import { classCounts } from "glmc/data/long_tail.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(
 *   classCounts({ classes: 10, largest: 5000, imbalanceRate: 0.02 }),
 *   [5000, 3237, 2096, 1357, 878, 568, 368, 238, 154, 100],
 * );
 * ```
 */
export function classCounts(options: ClassCountsOptions): number[] {
  const { classes, largest, imbalanceRate, profile = "exponential" } = options;
  if (!(imbalanceRate > 0 && imbalanceRate <= 1)) {
    throw new RangeError(
      `Cannot draw the subset: imbalance rate must be in (0, 1]: it is ${imbalanceRate}: pass for example --imbanlance_rate 0.02`,
    );
  }
  if (!(Number.isInteger(classes) && classes > 0 && Number.isInteger(largest) && largest > 0)) {
    throw new RangeError(
      `Cannot draw the subset: classes and largest class must be positive integers: they are ${classes} and ${largest}`,
    );
  }
  const counts = Array.from(
    { length: classes },
    (_, label) => wholeImages(largest * tailShare(label, { classes, imbalanceRate, profile })),
  );
  const empty = counts.indexOf(0);
  if (empty >= 0) {
    throw new RangeError(
      `Cannot draw the subset: imbalance rate ${imbalanceRate} leaves no image in class ${empty}: use at least ${
        1 / largest
      }`,
    );
  }
  return counts;
}

/**
 * The largest first class that a set with these classes can give a long tail: N_max such that no class is
 * asked for more images than it has.
 *
 * For a balanced set this is the size of a class, as in the official code.
 *
 * @param sizes Images of each class of the whole set `[classes]`.
 * @param options Imbalance rate and profile.
 * @returns Images of the largest class.
 * @throws {RangeError} If the rate is out of range.
 * @example The second class has fewer images than it should, so the first gives fewer too
 * ```ts
 * import { largestFor } from "glmc/data/long_tail.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(largestFor([100, 100], { imbalanceRate: 0.5 }), 100);
 * assertEquals(largestFor([100, 40], { imbalanceRate: 0.5 }), 81);
 * ```
 */
export function largestFor(
  sizes: readonly number[],
  { imbalanceRate, profile = "exponential" }: Pick<ClassCountsOptions, "imbalanceRate" | "profile">,
): number {
  const tail = { classes: sizes.length, imbalanceRate, profile };
  return sizes.reduce((least, size, label) => {
    const share = tailShare(label, tail);
    // Rounding can put the bound one too high or too low.
    const bound = Math.ceil((size + 1) / share);
    const fits = [bound, bound - 1, bound - 2].find((largest) =>
      wholeImages(largest * share) <= size
    );
    return Math.min(least, fits ?? 0);
  }, Infinity);
}

/** Images of a class over those of the largest: r^(c / (C − 1)), or r from the middle on. */
function tailShare(
  label: number,
  { classes, imbalanceRate, profile }: Required<Omit<ClassCountsOptions, "largest">>,
): number {
  const exponent = profile === "step"
    ? Number(label >= classes / 2)
    : label / Math.max(classes - 1, 1);
  return imbalanceRate ** exponent;
}

/** Rounds down, but 49 · (1 / 49), which comes out a rounding short of 1, is one image. */
function wholeImages(product: number): number {
  const isOne = product < 1 && product >= 1 - Number.EPSILON;
  return isOne ? 1 : Math.floor(product);
}

/**
 * Draws a subset with a given number of images of each class.
 *
 * With one seed and without replacement a smaller subset is part of every larger one. The generator
 * `numpy` draws the very rows of the field's public code (NumPy's legacy generator, classes in label
 * order, images of a class in the order of the set): with seed 0 those of LDAM-DRW and what follows
 * it, with the seed of the training those of the official GLMC code, and with replacement those of
 * the latter before May 2023.
 *
 * @param labels Class of each image of the whole set `[count]`.
 * @param options Counts, seed, what draws, and whether images may repeat.
 * @returns The subset with its hash.
 * @throws {RangeError} If a class has fewer images than asked for, a label has no count, or the
 * generator does not take the seed.
 * @example Two images of class 0 and one of class 1
 * ```ts
 * import { drawSplit } from "glmc/data/long_tail.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const labels = Int32Array.of(0, 1, 0, 1, 0);
 * const { indices } = drawSplit(labels, { counts: [2, 1], seed: 42 });
 *
 * assertEquals(Array.from(indices, (index) => labels[index]), [0, 0, 1]);
 * ```
 */
export function drawSplit(labels: Int32Array, options: DrawSplitOptions): Split {
  const { counts, seed, replace = false, generator = "kit" } = options;
  const groups = groupByClass(labels, counts.length);
  const shared = generator === "numpy" ? legacyRandom(seed) : undefined;
  const indices = counts.flatMap((count, label) => {
    const members = groups[label]!;
    const available = members.length;
    if (!Number.isInteger(count) || count < 0) {
      throw new RangeError(
        `Cannot draw the subset: the number of images of class ${label} must be a whole number: it is ${count}`,
      );
    }
    if (count > available && (!replace || available === 0)) {
      throw new RangeError(
        `Cannot draw the subset: class ${label} should keep ${
          counted(count, "image")
        } but has ${available}: ask for fewer${available > 0 ? " or draw with replacement" : ""}`,
      );
    }
    const random = shared ?? randomStream(seed, "split", label);
    const chosen = replace
      ? Int32Array.from({ length: count }, () => random.integer(available))
      : random.shuffled(available).subarray(0, count);
    return Array.from(chosen, (position) => members[position]!);
  });
  const drawn = Int32Array.from(indices);
  return { indices: drawn, counts: [...counts], hash: hashRows(drawn), generator, seed, replace };
}

/**
 * SHA-256 of rows as little-endian 32-bit integers.
 *
 * @param rows The rows, in their order.
 * @returns 64 hexadecimal digits.
 * @example The order counts
 * ```ts
 * import { hashRows } from "glmc/data/long_tail.ts";
 * import { assertNotEquals } from "@std/assert";
 *
 * assertNotEquals(hashRows([0, 1]), hashRows([1, 0]));
 * ```
 */
export function hashRows(rows: Iterable<number>): string {
  return sha256(new Uint8Array(Int32Array.from(rows).buffer));
}

/** The smallest float32 of full precision; devices take smaller ones for 0. */
const smallestFloat32 = 2 ** -126;

/**
 * Weight of each class in the rebalanced loss: w_c = C N_c^(−k) / Σ N^(−k), with mean 1.
 *
 * @param counts Images of each class N `[classes]`.
 * @param options `exponent` is k: 0 gives equal weights, 1 inverse frequency.
 * @returns Weights `[classes]`.
 * @throws {RangeError} If a class has no image, or the exponent is not a number or so large that a
 * weight is no positive float32.
 * @example Inverse frequency
 * ```ts
 * import { classWeights } from "glmc/data/long_tail.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(classWeights([3, 1], { exponent: 1 }), [0.5, 1.5]);
 * ```
 */
export function classWeights(
  counts: readonly number[],
  options: { readonly exponent: number },
): number[] {
  const empty = counts.findIndex((count) => !(count > 0));
  if (empty >= 0) {
    throw new RangeError(
      `Cannot weight the classes: every class needs an image: class ${empty} has ${counts[empty]}`,
    );
  }
  const { exponent } = options;
  if (!Number.isFinite(exponent)) {
    throw new RangeError(
      `Cannot weight the classes: the exponent must be a number: it is ${exponent}: pass for example --label_weighting 1`,
    );
  }
  const shares = counts.map((count) => count ** -exponent);
  const sum = shares.reduce((total, share) => total + share, 0);
  const weights = shares.map((share) => share * counts.length / sum);
  const lost = weights.findIndex((weight) => !(weight >= smallestFloat32));
  if (lost >= 0) {
    throw new RangeError(
      `Cannot weight the classes: exponent ${exponent} leaves the weight of class ${lost} with ` +
        `${counts[lost]} images outside what float32 can hold: pass a smaller one, for example ` +
        "--label_weighting 1",
    );
  }
  return weights;
}

/**
 * Where the images of each class are.
 *
 * @param labels Class of each image `[count]`.
 * @param classes Number of classes C.
 * @returns Positions of the images of each class, in their order.
 * @throws {RangeError} If a label has no class.
 * @example Three images
 * ```ts
 * import { groupByClass } from "glmc/data/long_tail.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(groupByClass(Int32Array.of(1, 0, 1), 2), [[1], [0, 2]]);
 * ```
 */
export function groupByClass(labels: Int32Array, classes: number): number[][] {
  const members: number[][] = Array.from({ length: classes }, () => []);
  labels.forEach((label, index) => {
    if (!(label >= 0 && label < classes)) {
      throw new RangeError(
        `Cannot draw the subset: labels must be from 0 to ${
          classes - 1
        }, one count for each class: image ${index} has ${label}`,
      );
    }
    members[label]!.push(index);
  });
  return members;
}
