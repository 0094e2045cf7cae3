/**
 * What a classifier's logits are worth: accuracy over all, by shot group and by class, confusion,
 * calibration.
 *
 * @module
 */

import { argmax } from "./argmax.ts";
import type { Calibration } from "./calibration.ts";
import type { ConfusionCells } from "./confusion.ts";
import { createEvaluator, rankOf } from "./evaluator.ts";
import type { ShotAccuracy } from "./shots.ts";

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
  /** How often true class r was taken for class c, at `[r · C + c]`; empty beyond 1,000 classes. */
  readonly confusion: Int32Array;
  /** The cells of that matrix that are not zero, where there are more than 1,000 classes. */
  readonly confusionCells?: ConfusionCells;
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
 * @returns The evaluation; every number in it is finite, or null where there is nothing to average.
 * @throws {RangeError} If there are no images, sizes do not fit, a logit is not finite, or a label is no
 * class.
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
  options: EvaluateOptions,
): Evaluation {
  const evaluator = createEvaluator(options);
  // Without images there is nothing to hold outputs against.
  if (labels.length > 0) evaluator.add(logits, labels);
  return evaluator.result();
}

/**
 * Share of images, in percent, whose true class is among the k highest logits; of equal logits the
 * lower class comes first.
 *
 * @param logits `[N, C]` in row-major order.
 * @param labels True classes `[N]`.
 * @param options `classes`: number of classes C; `k`: how many of the highest count.
 * @returns Percent.
 * @throws {RangeError} If there are no labels.
 * @example The second highest
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { topAccuracy } from "glmc/evaluate/metrics.ts";
 *
 * const [logits, labels] = [Float32Array.of(1, 3, 2), Int32Array.of(2)];
 * assertEquals(topAccuracy(logits, labels, { classes: 3, k: 1 }), 0);
 * assertEquals(topAccuracy(logits, labels, { classes: 3, k: 2 }), 100);
 * ```
 */
export function topAccuracy(
  logits: Float32Array,
  labels: Int32Array,
  { classes, k }: { readonly classes: number; readonly k: number },
): number {
  if (labels.length === 0) {
    throw new RangeError("Cannot measure the accuracy: there are no labels: give test images");
  }
  let hits = 0;
  labels.forEach((label, n) => {
    const row = logits.subarray(n * classes, (n + 1) * classes);
    if (rankOf(row, label) < k) hits++;
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
 * @example A dog taken for a cat
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { confusionMatrix } from "glmc/evaluate/metrics.ts";
 *
 * assertEquals([...confusionMatrix(Float32Array.of(2, 1), Int32Array.of(1), 2)], [0, 0, 1, 0]);
 * ```
 */
export function confusionMatrix(
  logits: Float32Array,
  labels: Int32Array,
  classes: number,
): Int32Array {
  const matrix = new Int32Array(classes * classes);
  labels.forEach((label, n) => {
    const decision = argmax(logits.subarray(n * classes, (n + 1) * classes));
    const cell = label * classes + decision;
    matrix[cell] = matrix[cell]! + 1;
  });
  return matrix;
}

/**
 * Accuracy of each class, from a confusion matrix.
 *
 * @param confusion `[C, C]` in row-major order, true classes in rows.
 * @param classes Number of classes C.
 * @returns Percent `[C]`; null for a class without images.
 * @example A class without images
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { accuracyByClass } from "glmc/evaluate/metrics.ts";
 *
 * assertEquals(accuracyByClass(Int32Array.of(3, 1, 0, 0), 2), [75, null]);
 * ```
 */
export function accuracyByClass(confusion: Int32Array, classes: number): (number | null)[] {
  return Array.from({ length: classes }, (_, c) => {
    const row = confusion.subarray(c * classes, (c + 1) * classes);
    const images = row.reduce((sum, count) => sum + count, 0);
    return images === 0 ? null : 100 * row[c]! / images;
  });
}
