/**
 * What logits reach after post-hoc logit adjustment: the rival that costs nothing to train.
 *
 * @module
 */

import { argmax } from "./argmax.ts";
import { confusionTally, tallyAccuracy } from "./confusion.ts";
import type { Measure } from "./evaluator.ts";
import type { Evaluation } from "./metrics.ts";
import { postHocAdjusted } from "./prior_shift.ts";
import { shotAccuracy } from "./shots.ts";

/** Accuracy in percent after logit adjustment. */
export type AdjustedAccuracy = Pick<Evaluation, "top1" | "shots" | "classAccuracy">;

/**
 * Accuracy after post-hoc logit adjustment z − log π with the priors of the training set; see
 * {@linkcode postHocAdjusted}.
 *
 * @param logits Outputs of the tested classifier, `[N, C]` in row-major order.
 * @param labels True classes `[N]`.
 * @param trainingCounts Training images of each class `[C]`.
 * @returns The accuracy; `undefined` where a class has no training images, and so no prior.
 * @throws {RangeError} If the logits are not as many for each class.
 * @example A rare class is heard
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { adjustedAccuracy } from "glmc/evaluate/adjusted.ts";
 *
 * const [logits, labels] = [Float32Array.of(3, 1, 3, 2), Int32Array.of(0, 1)];
 *
 * assertEquals(adjustedAccuracy(logits, labels, [40, 10])?.top1, 100);
 * assertEquals(adjustedAccuracy(logits, labels, [40, 0]), undefined);
 * ```
 */
export function adjustedAccuracy(
  logits: Float32Array,
  labels: Int32Array,
  trainingCounts: readonly number[],
): AdjustedAccuracy | undefined {
  const adjusted = adjustedMeasure(trainingCounts);
  adjusted?.add(logits, labels);
  return adjusted?.result();
}

/**
 * Begins to measure the same, batch after batch.
 *
 * @param trainingCounts Training images of each class `[C]`.
 * @returns The measure; `undefined` where a class has no training images, and so no prior.
 * @example Nothing measured yet
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { adjustedMeasure } from "glmc/evaluate/adjusted.ts";
 *
 * assertEquals(adjustedMeasure([40, 0]), undefined);
 * ```
 */
export function adjustedMeasure(
  trainingCounts: readonly number[],
): Measure<AdjustedAccuracy> | undefined {
  if (!trainingCounts.every((count) => count > 0)) return undefined;
  const classes = trainingCounts.length;
  const sum = trainingCounts.reduce((total, count) => total + count, 0);
  const logPriors = trainingCounts.map((count) => Math.log(count / sum));
  const tally = confusionTally(classes);
  return {
    add(logits, labels) {
      const adjusted = postHocAdjusted(logits, { logPriors });
      labels.forEach((label, n) =>
        tally.add(label, argmax(adjusted.subarray(n * classes, (n + 1) * classes)))
      );
    },
    result() {
      const classAccuracy = tallyAccuracy(tally);
      const [hits, images] = [tally.hits, tally.images].map((counts) =>
        counts.reduce((total, count) => total + count, 0)
      );
      return {
        top1: 100 * hits! / images!,
        shots: shotAccuracy(classAccuracy, trainingCounts),
        classAccuracy,
      };
    },
  };
}
