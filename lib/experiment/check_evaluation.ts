/**
 * Makes sure that the numbers of a stored evaluation follow from each other.
 *
 * @module
 */

import {
  cellsOf,
  type ConfusionTally,
  mostDenseClasses,
  tallyAccuracy,
} from "../evaluate/confusion.ts";
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
  const { confusionCells, confusion, top1, classAccuracy, reliability, calibrationError } =
    evaluation;
  checkAccuracies(evaluation, { counts, name: "it" });
  const classes = counts.length;
  const isSparse = confusionCells !== undefined;
  const expectedLength = isSparse ? 0 : classes * classes;
  if (confusion.length !== expectedLength || isSparse !== classes > mostDenseClasses) {
    throw new TypeError(`its confusion matrix has ${confusion.length} entries, not ${classes}²`);
  }
  const tally = tallyOf(evaluation, classes);
  const [images, hits] = [sum([...tally.images]), sum([...tally.hits])];
  if (top1 !== 100 * hits / images || `${tallyAccuracy(tally)}` !== `${classAccuracy}`) {
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

function tallyOf(
  evaluation: StoredEvaluation,
  classes: number,
): Pick<ConfusionTally, "images" | "hits"> {
  const { truths, decisions, counts } = cellsOf(evaluation, classes);
  const [images, hits] = [new Int32Array(classes), new Int32Array(classes)];
  if (decisions.length !== truths.length || counts.length !== truths.length) {
    throw new TypeError("the cells of its confusion matrix lack a part");
  }
  truths.forEach((truth, cell) => {
    const [decision, count] = [decisions[cell]!, counts[cell]!];
    if (truth >= classes || decision >= classes) {
      throw new TypeError(`its confusion matrix has a cell of class ${Math.max(truth, decision)}`);
    }
    images[truth]! += count;
    if (truth === decision) hits[truth]! += count;
  });
  return { images, hits };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
