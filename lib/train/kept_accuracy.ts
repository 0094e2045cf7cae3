/**
 * What the record of an epoch keeps of an evaluation.
 *
 * @module
 */

import { balancedAccuracy } from "../evaluate/balanced.ts";
import { mostDenseClasses } from "../evaluate/confusion.ts";
import type { Evaluation } from "../evaluate/metrics.ts";
import type { EpochRecord } from "./events.ts";

/**
 * What a record keeps of an evaluation.
 *
 * @param evaluation The full evaluation.
 * @returns It without confusion matrix and reliability.
 * @example One image of one class
 * ```ts
 * import { evaluateLogits } from "glmc";
 * import { accuracyOf } from "glmc/train/kept_accuracy.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const options = { classes: 1, trainingCounts: [5] };
 * const accuracy = accuracyOf(evaluateLogits(Float32Array.of(0), Int32Array.of(0), options));
 *
 * assertEquals([accuracy.top1, "confusion" in accuracy], [100, false]);
 * ```
 */
export function accuracyOf(evaluation: Evaluation): EpochRecord["evaluation"] {
  const { confusion: _, confusionCells: __, reliability: ___, ...accuracy } = evaluation;
  return perClassIfFew(accuracy);
}

/**
 * Accuracies as records keep them: of more than 1,000 classes without a number for each, which the files of
 * the best and the last epoch have. 8,142 classes over 120 epochs would be 16 MB in every checkpoint.
 *
 * @param accuracy Accuracies.
 * @returns The same, or with an empty `classAccuracy`.
 * @example Few classes
 * ```ts
 * import { perClassIfFew } from "glmc/train/kept_accuracy.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const lengthOf = (classes: number) =>
 *   perClassIfFew({ classAccuracy: Array(classes).fill(50) }).classAccuracy.length;
 *
 * assertEquals([1000, 1001].map(lengthOf), [1000, 0]);
 * ```
 */
export function perClassIfFew<Accuracy extends Pick<Evaluation, "classAccuracy">>(
  accuracy: Accuracy,
): Accuracy {
  return accuracy.classAccuracy.length <= mostDenseClasses
    ? accuracy
    : { ...accuracy, classAccuracy: [] };
}

/**
 * What a record keeps of an evaluation on images that are held out of training.
 *
 * @param evaluation The full evaluation.
 * @returns {@linkcode accuracyOf} it, and the mean over the classes.
 * @example Two of three images of class 0 are right, and the only one of class 1
 * ```ts
 * import { evaluateLogits } from "glmc";
 * import { validationOf } from "glmc/train/kept_accuracy.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const logits = Float32Array.of(1, 0, 1, 0, 0, 1, 0, 1);
 * const options = { classes: 2, trainingCounts: [30, 10] };
 * const { top1, balanced } = validationOf(
 *   evaluateLogits(logits, Int32Array.of(0, 0, 0, 1), options),
 * );
 *
 * assertAlmostEquals(top1, 75);
 * assertAlmostEquals(balanced, (200 / 3 + 100) / 2);
 * ```
 */
export function validationOf(evaluation: Evaluation): NonNullable<EpochRecord["validation"]> {
  return { ...accuracyOf(evaluation), balanced: balancedAccuracy(evaluation.classAccuracy) };
}

/**
 * Whether an evaluation is of so many classes that its record has no accuracies by class; see
 * {@linkcode perClassIfFew}.
 *
 * @param accuracy The accuracies of a record.
 * @param counts Training images of each class.
 * @returns `true` if they are left out.
 */
export function leavesClassesOut(
  { classAccuracy }: Pick<Evaluation, "classAccuracy">,
  counts: readonly number[],
): boolean {
  return classAccuracy.length === 0 && counts.length > mostDenseClasses;
}
