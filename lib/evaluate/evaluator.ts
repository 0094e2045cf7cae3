/**
 * The evaluation of a classifier, batch after batch: outputs need not be held for all images at once.
 *
 * @module
 */

import { argmax } from "./argmax.ts";
import { calibrationSums } from "./calibration.ts";
import { confusionTally, tallyAccuracy } from "./confusion.ts";
import type { EvaluateOptions, Evaluation } from "./metrics.ts";
import { shotAccuracy } from "./shots.ts";

/** Something measured on outputs that come batch after batch. */
export interface Measure<Result> {
  /** Takes outputs `[n, C]` in row-major order, and the true classes `[n]`; neither is kept. */
  readonly add: (logits: Float32Array, labels: Int32Array) => void;
  /** What has been measured. */
  readonly result: () => Result;
}

/**
 * Begins an evaluation.
 *
 * The result is that of `evaluateLogits` on all outputs at once, to the last bit. For the 24,426 test
 * images of iNaturalist 2018 all outputs would take 800 MB.
 *
 * @param options Classes and their training images.
 * @returns The evaluation; `result` throws a `RangeError` where outputs were not finite or there were
 * none.
 * @throws {RangeError} If the training images are not those of the classes.
 * @example Two batches of an image each
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createEvaluator } from "glmc/evaluate/evaluator.ts";
 *
 * const evaluator = createEvaluator({ classes: 2, trainingCounts: [200, 30] });
 * evaluator.add(Float32Array.of(2, 1), Int32Array.of(0));
 * evaluator.add(Float32Array.of(3, 0), Int32Array.of(1));
 *
 * assertEquals(evaluator.result().top1, 50);
 * ```
 */
export function createEvaluator({ classes, trainingCounts }: EvaluateOptions): Measure<Evaluation> {
  checkClasses({ classes, trainingCounts });
  const tally = confusionTally(classes);
  const confidences = calibrationSums();
  let [images, unusable, inFirst, inFirstFive] = [0, 0, 0, 0];
  const most = Math.min(5, classes);

  function add(logits: Float32Array, labels: Int32Array): void {
    checkBatch(logits, labels, { classes, first: images });
    for (let i = 0; i < logits.length; i++) if (!Number.isFinite(logits[i])) unusable++;
    labels.forEach((label, n) => {
      const row = logits.subarray(n * classes, (n + 1) * classes);
      const decision = argmax(row);
      tally.add(label, decision);
      confidences.add(row, { decision, label });
      const before = rankOf(row, label);
      if (before < 1) inFirst++;
      if (before < most) inFirstFive++;
    });
    images += labels.length;
  }

  function result(): Evaluation {
    const problem = images === 0
      ? "the test set has no images, so there are no labels to compare with: give it some"
      : unusable > 0
      ? `${unusable} of ${
        images * classes
      } logits are infinite or not a number, so the training has ` +
        "diverged: take weights of an earlier epoch, or train with a smaller --lr"
      : undefined;
    if (problem !== undefined) throw refusal(problem);
    const classAccuracy = tallyAccuracy(tally);
    const { error, bins } = confidences.result();
    const confusionCells = tally.cells();
    return {
      top1: 100 * inFirst / images,
      top5: 100 * inFirstFive / images,
      shots: shotAccuracy(classAccuracy, trainingCounts),
      classAccuracy,
      calibrationError: error,
      confusion: tally.matrix,
      ...(confusionCells && { confusionCells }),
      reliability: bins,
    };
  }
  return { add, result };
}

/**
 * A measure of outputs that are changed first, such as adjusted to other priors.
 *
 * @param measure What measures them.
 * @param change From outputs `[n, C]` to others.
 * @returns The measure of the changed ones.
 * @example Turned about
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createEvaluator, onOutputs } from "glmc/evaluate/evaluator.ts";
 *
 * const evaluator = createEvaluator({ classes: 2, trainingCounts: [200, 30] });
 * const measure = onOutputs(evaluator, (outputs) => outputs.map((output) => -output));
 * measure.add(Float32Array.of(2, 1), Int32Array.of(1));
 *
 * assertEquals(measure.result().top1, 100);
 * ```
 */
export function onOutputs<Result>(
  measure: Measure<Result>,
  change: (logits: Float32Array) => Float32Array,
): Measure<Result> {
  return {
    add: (logits, labels) => measure.add(change(logits), labels),
    result: measure.result,
  };
}

/**
 * How many classes come before one: those of a higher logit, and of equal logits the lower classes.
 *
 * @param row Logits `[C]`.
 * @param label The class.
 * @returns From 0, where it is the decision, to C − 1.
 * @example The second highest of three
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { rankOf } from "glmc/evaluate/evaluator.ts";
 *
 * assertEquals(rankOf(Float32Array.of(1, 3, 2), 2), 1);
 * ```
 */
export function rankOf(row: Float32Array, label: number): number {
  const own = row[label]!;
  let before = 0;
  for (let c = 0; c < row.length; c++) {
    const logit = row[c]!;
    if (logit > own || (logit === own && c < label)) before++;
  }
  return before;
}

function refusal(problem: string): RangeError {
  return new RangeError(`Cannot evaluate: ${problem}`);
}

function checkClasses({ classes, trainingCounts }: EvaluateOptions): void {
  const unknown = trainingCounts.findIndex((count) => !(count >= 0 && Number.isFinite(count)));
  const problem = !(Number.isSafeInteger(classes) && classes > 0)
    ? `the number of classes must be a positive integer: it is ${classes}: give one class or more`
    : trainingCounts.length !== classes
    ? `${trainingCounts.length} class counts are not one for each of ${classes} classes: ` +
      "give those of the training set"
    : unknown >= 0
    ? `class ${unknown} has ${trainingCounts[unknown]} training images: give a number from 0`
    : undefined;
  if (problem !== undefined) throw refusal(problem);
}

function checkBatch(
  logits: Float32Array,
  labels: Int32Array,
  { classes, first }: { readonly classes: number; readonly first: number },
): void {
  const outside = labels.findIndex((label) => !(label >= 0 && label < classes));
  const problem = logits.length !== labels.length * classes
    ? `${logits.length} logits are not ${classes} for each of ${labels.length} labels: ` +
      "give those of the same images and classes"
    : outside >= 0
    ? `image ${first + outside} has label ${labels[outside]}, outside [0, ${classes}): ` +
      "give test images of the classes that were trained"
    : undefined;
  if (problem !== undefined) throw refusal(problem);
}
