/**
 * Counts of how often each class is taken for each other, for few classes and for thousands.
 *
 * @module
 */

/** So many classes have a whole matrix at most: 4 MB. Beyond, most of its cells are zero. */
export const mostDenseClasses = 1000;

/** The cells of a confusion matrix that are not zero, in the order of the matrix. */
export interface ConfusionCells {
  /** True class of each cell. */
  readonly truths: readonly number[];
  /** The class that was decided for. */
  readonly decisions: readonly number[];
  /** How often. */
  readonly counts: readonly number[];
}

/** A confusion matrix in the making. */
export interface ConfusionTally {
  /** Images of each true class so far `[C]`. */
  readonly images: Int32Array;
  /** How many of them were right `[C]`. */
  readonly hits: Int32Array;
  /** Counts an image. */
  readonly add: (truth: number, decision: number) => void;
  /** The matrix `[C, C]`, true classes in rows; empty where there are more than 1,000 classes. */
  readonly matrix: Int32Array;
  /** The cells that are not zero, where there are more than 1,000 classes. */
  readonly cells: () => ConfusionCells | undefined;
}

/**
 * Begins to count.
 *
 * @param classes Number of classes C.
 * @returns Nothing counted yet; with many classes it takes memory for the images, not for C² cells.
 * @example A dog taken for a cat
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { confusionTally } from "glmc/evaluate/confusion.ts";
 *
 * const tally = confusionTally(2);
 * tally.add(1, 0);
 *
 * assertEquals([[...tally.matrix], [...tally.images]], [[0, 0, 1, 0], [0, 1]]);
 * ```
 */
export function confusionTally(classes: number): ConfusionTally {
  const isDense = classes <= mostDenseClasses;
  const matrix = new Int32Array(isDense ? classes * classes : 0);
  const sparse = new Map<number, number>();
  const [images, hits] = [new Int32Array(classes), new Int32Array(classes)];
  return {
    images,
    hits,
    matrix,
    add(truth, decision) {
      const cell = truth * classes + decision;
      if (isDense) matrix[cell]!++;
      else sparse.set(cell, (sparse.get(cell) ?? 0) + 1);
      images[truth]!++;
      if (truth === decision) hits[truth]!++;
    },
    cells() {
      if (isDense) return undefined;
      const inOrder = [...sparse].sort(([a], [b]) => a - b);
      return {
        truths: inOrder.map(([cell]) => Math.floor(cell / classes)),
        decisions: inOrder.map(([cell]) => cell % classes),
        counts: inOrder.map(([, count]) => count),
      };
    },
  };
}

/** A confusion matrix, whole or in cells; an evaluation is one. */
export interface Confusion {
  /** The matrix `[C, C]`, true classes in rows; empty where there are cells. */
  readonly confusion: ArrayLike<number>;
  /** The cells that are not zero, where there are more than 1,000 classes. */
  readonly confusionCells?: ConfusionCells | undefined;
}

/**
 * The cells of a matrix that are not zero, however it is held.
 *
 * @param confusion The matrix.
 * @param classes Number of classes C.
 * @returns The cells.
 * @example Two of four
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { cellsOf } from "glmc/evaluate/confusion.ts";
 *
 * assertEquals(cellsOf({ confusion: [3, 0, 1, 0] }, 2), {
 *   truths: [0, 1],
 *   decisions: [0, 0],
 *   counts: [3, 1],
 * });
 * ```
 */
export function cellsOf(
  { confusion, confusionCells }: Confusion,
  classes: number,
): ConfusionCells {
  if (confusionCells !== undefined) return confusionCells;
  const cells = Array.from(confusion).flatMap((count, cell) => count === 0 ? [] : [cell]);
  return {
    truths: cells.map((cell) => Math.floor(cell / classes)),
    decisions: cells.map((cell) => cell % classes),
    counts: cells.map((cell) => confusion[cell]!),
  };
}

/**
 * Accuracy of each class.
 *
 * @param tally Images and hits of each class.
 * @returns Percent `[C]`; null for a class without images.
 * @example A class without images
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { tallyAccuracy } from "glmc/evaluate/confusion.ts";
 *
 * const tally = { images: Int32Array.of(4, 0), hits: Int32Array.of(3, 0) };
 *
 * assertEquals(tallyAccuracy(tally), [75, null]);
 * ```
 */
export function tallyAccuracy(
  { images, hits }: Pick<ConfusionTally, "images" | "hits">,
): (number | null)[] {
  return Array.from(images, (count, c) => count === 0 ? null : 100 * hits[c]! / count);
}
