/**
 * Makes sure that the numbers of a stored evaluation follow from each other.
 *
 * @module
 */

import { accuracyByClass } from "../evaluate/metrics.ts";
import { checkAccuracies } from "../train/record.ts";
import type { StoredEvaluation } from "./run_schema.ts";

/**
 * Checks an evaluation that was read.
 *
 * @param evaluation What its file holds.
 * @param counts Training images of each class.
 * @returns The same evaluation.
 * @throws {TypeError} If its accuracies or its calibration error do not follow from its counts.
 */
export function checkedEvaluation(
  evaluation: StoredEvaluation,
  counts: readonly number[],
): StoredEvaluation {
  const { confusion, top1, classAccuracy, reliability, calibrationError } = evaluation;
  checkAccuracies(evaluation, { counts, name: "it" });
  const classes = counts.length;
  if (confusion.length !== classes * classes) {
    throw new TypeError(`its confusion matrix has ${confusion.length} entries, not ${classes}²`);
  }
  const images = sum(confusion);
  const hits = sum(counts.map((_, label) => confusion[label * classes + label]!));
  const expected = accuracyByClass(Int32Array.from(confusion), classes);
  if (top1 !== 100 * hits / images || `${expected}` !== `${classAccuracy}`) {
    throw new TypeError("its accuracies do not follow from its confusion matrix");
  }
  const binned = sum(reliability.map(({ count }) => count));
  const error = sum(
    reliability.map(({ count, accuracy, confidence }) => count * Math.abs(accuracy - confidence)),
  ) / images;
  // Means of sums in another order: equal but for some rounding.
  if (binned !== images || Math.abs(error - calibrationError) > 1e-9) {
    throw new TypeError("its calibration error does not follow from its bins");
  }
  return evaluation;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
