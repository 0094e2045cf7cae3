/**
 * How far a classifier's confidence can be believed.
 *
 * @module
 */

import { argmax } from "./argmax.ts";

/** A bin of predictions with similar confidence. */
export interface ReliabilityBin {
  /** Predictions in it. */
  readonly count: number;
  /** Their mean confidence, in `[0, 1]`. */
  readonly confidence: number;
  /** The share of them that is right, in `[0, 1]`. */
  readonly accuracy: number;
}

/** Expected calibration error and the bins behind it. */
export interface Calibration {
  /** Σ |accuracy − confidence| weighted by the bins' counts, in `[0, 1]`. */
  readonly error: number;
  /** Bins of equal width from confidence 0 to 1; the upper edge belongs to a bin. */
  readonly bins: readonly ReliabilityBin[];
}

/**
 * Expected calibration error (Guo et al. 2017) of the most probable class, 15 bins as MiSLAS.
 *
 * @param logits `[N, C]` in row-major order.
 * @param labels True classes `[N]`.
 * @param classes Number of classes C.
 * @param binCount Number of bins; 15 by default.
 * @returns The error and its bins; an empty bin has confidence and accuracy 0.
 * @throws {RangeError} If there are no labels, or the number of bins is no positive integer.
 * @example Certain and right
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { calibration } from "glmc/evaluate/calibration.ts";
 *
 * const { error } = calibration(Float32Array.of(50, 0), Int32Array.of(0), 2);
 *
 * assertAlmostEquals(error, 0, 1e-6);
 * ```
 */
export function calibration(
  logits: Float32Array,
  labels: Int32Array,
  classes: number,
  binCount = 15,
): Calibration {
  if (labels.length === 0) {
    throw new RangeError("Cannot measure the calibration: there are no labels: give test images");
  }
  const sums = calibrationSums(binCount);
  labels.forEach((label, n) => {
    const row = logits.subarray(n * classes, (n + 1) * classes);
    sums.add(row, { decision: argmax(row), label });
  });
  return sums.result();
}

/** A calibration in the making. */
export interface CalibrationSums {
  /** Counts the logits of an image `[C]`, whose highest is that of the decision. */
  readonly add: (
    row: Float32Array,
    image: { readonly decision: number; readonly label: number },
  ) => void;
  /** The error and its bins. */
  readonly result: () => Calibration;
}

/**
 * Begins to measure a calibration, image after image; see {@linkcode calibration}.
 *
 * @param binCount Number of bins; 15 by default.
 * @returns Nothing measured yet.
 * @throws {RangeError} If the number of bins is no positive integer.
 * @example One image
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { calibrationSums } from "glmc/evaluate/calibration.ts";
 *
 * const sums = calibrationSums();
 * sums.add(Float32Array.of(50, 0), { decision: 0, label: 0 });
 *
 * assertEquals(sums.result().bins.at(-1)?.count, 1);
 * ```
 */
export function calibrationSums(binCount = 15): CalibrationSums {
  if (!(Number.isSafeInteger(binCount) && binCount > 0)) {
    throw new RangeError(
      `Cannot measure the calibration: the number of bins must be a positive integer: it is ${binCount}: the field uses 15`,
    );
  }
  const sums = Array.from({ length: binCount }, () => ({ count: 0, confidence: 0, right: 0 }));
  return {
    add(row, { decision, label }) {
      const highest = row[decision]!;
      let sum = 0;
      for (let c = 0; c < row.length; c++) sum += Math.exp(row[c]! - highest);
      const confidence = 1 / sum;
      // A confidence is above 0 and at most 1; of logits that are no numbers it is none.
      const bin = sums[Math.max(0, Math.ceil(confidence * binCount) - 1)];
      if (bin === undefined) return;
      bin.count++;
      bin.confidence += confidence;
      if (decision === label) bin.right++;
    },
    result() {
      const images = sums.reduce((total, { count }) => total + count, 0);
      const error = sums.reduce(
        (total, { confidence, right }) => total + Math.abs(right - confidence),
        0,
      ) / images;
      const bins = sums.map(({ count, confidence, right }) => ({
        count,
        confidence: count === 0 ? 0 : confidence / count,
        accuracy: count === 0 ? 0 : right / count,
      }));
      return { error, bins };
    },
  };
}
