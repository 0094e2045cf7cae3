/**
 * What a classifier's logits are worth: accuracy over all, by shot group and by class, confusion,
 * calibration.
 *
 * @module
 */

import { type Calibration, calibration } from "./calibration.ts";
import { type ShotAccuracy, shotAccuracy } from "./shots.ts";

/** The evaluation of a classifier; accuracies in percent. */
export interface Evaluation {
  /** Share of images whose class has the highest logit. */
  readonly top1: number;
  /** Share of images whose class is among the five highest logits. */
  readonly top5: number;
  /** Mean accuracy of the classes with many, medium and few training images. */
  readonly shots: ShotAccuracy;
  /** Accuracy of each class `[C]`; null for a class without test images. */
  readonly classAccuracy: readonly (number | null)[];
  /** Expected calibration error with 15 bins, in `[0, 1]`. */
  readonly calibrationError: number;
  /** How often true class r was taken for class c, at `[r · C + c]`. */
  readonly confusion: Int32Array;
  /** The bins behind the calibration error. */
  readonly reliability: Calibration["bins"];
}

/** What is known about the classes. */
export interface EvaluateOptions {
  /** Number of classes C. */
  readonly classes: number;
  /** Training images of each class `[C]`; they decide the shot groups. */
  readonly trainingCounts: readonly number[];
}

/**
 * Evaluates logits.
 *
 * @param logits Outputs of the tested classifier, `[N, C]` in row-major order.
 * @param labels True classes `[N]`.
 * @param options Classes and their training images.
 * @throws {RangeError} If sizes do not fit, a logit is not finite, or a label is no class.
 * @example Two images, one right
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { evaluateLogits } from "glmc/evaluate/metrics.ts";
 *
 * const { top1, confusion } = evaluateLogits(
 *   Float32Array.of(2, 1, 3, 0),
 *   Int32Array.of(0, 1),
 *   { classes: 2, trainingCounts: [200, 30] },
 * );
 *
 * assertEquals(top1, 50);
 * assertEquals([...confusion], [1, 0, 1, 0]);
 * ```
 */
export function evaluateLogits(
  logits: Float32Array,
  labels: Int32Array,
  { classes, trainingCounts }: EvaluateOptions,
): Evaluation {
  checkSizes(logits, labels, { classes, trainingCounts });
  const confusion = confusionMatrix(logits, labels, classes);
  const classAccuracy = accuracyByClass(confusion, classes);
  const { error, bins } = calibration(logits, labels, classes);
  return {
    top1: topAccuracy(logits, labels, { classes, k: 1 }),
    top5: topAccuracy(logits, labels, { classes, k: Math.min(5, classes) }),
    shots: shotAccuracy(classAccuracy, trainingCounts),
    classAccuracy,
    calibrationError: error,
    confusion,
    reliability: bins,
  };
}

/**
 * Share of images, in percent, whose true class is among the k highest logits; of equal logits the
 * lower class comes first.
 *
 * @param logits `[N, C]` in row-major order.
 * @param labels True classes `[N]`.
 */
export function topAccuracy(
  logits: Float32Array,
  labels: Int32Array,
  { classes, k }: { readonly classes: number; readonly k: number },
): number {
  let hits = 0;
  labels.forEach((label, n) => {
    const row = logits.subarray(n * classes, (n + 1) * classes);
    let before = 0;
    for (let c = 0; c < classes; c++) {
      if (row[c] > row[label] || (row[c] === row[label] && c < label)) before++;
    }
    if (before < k) hits++;
  });
  return 100 * hits / labels.length;
}

/**
 * Counts how often true class r has the highest logit at class c.
 *
 * @param logits `[N, C]` in row-major order.
 * @param labels True classes `[N]`.
 * @param classes Number of classes C.
 * @returns `[C, C]` in row-major order, true classes in rows.
 */
export function confusionMatrix(
  logits: Float32Array,
  labels: Int32Array,
  classes: number,
): Int32Array {
  const matrix = new Int32Array(classes * classes);
  labels.forEach((label, n) => {
    const row = logits.subarray(n * classes, (n + 1) * classes);
    matrix[label * classes + row.indexOf(Math.max(...row))]++;
  });
  return matrix;
}

/** Accuracy of each class in percent, from a confusion matrix; null for a class without images. */
export function accuracyByClass(confusion: Int32Array, classes: number): (number | null)[] {
  return Array.from({ length: classes }, (_, c) => {
    const row = confusion.subarray(c * classes, (c + 1) * classes);
    const images = row.reduce((sum, count) => sum + count, 0);
    return images === 0 ? null : 100 * row[c] / images;
  });
}

function checkSizes(
  logits: Float32Array,
  labels: Int32Array,
  { classes, trainingCounts }: EvaluateOptions,
): void {
  const problem = labels.length === 0
    ? "there are no labels"
    : logits.length !== labels.length * classes
    ? `${logits.length} logits are not ${classes} for each of ${labels.length} labels`
    : trainingCounts.length !== classes
    ? `${trainingCounts.length} class counts are not one for each of ${classes} classes`
    : labels.some((label) => label < 0 || label >= classes)
    ? `a label lies outside [0, ${classes})`
    : !logits.every(Number.isFinite)
    ? "a logit is infinite or not a number: the training has diverged"
    : undefined;
  if (problem !== undefined) throw new RangeError(`Cannot evaluate: ${problem}`);
}
