/**
 * Logits of a trained network moved to other class priors, without training it again.
 *
 * @module
 */

/** What logits are moved by. */
export interface PriorShift {
  /** Log prior of each class in training log π `[C]`. */
  readonly logTrainPriors: readonly number[];
  /** Log prior of each class in testing `[C]`; minus infinity for a class that does not occur. */
  readonly logTestPriors: readonly number[];
}

/**
 * Post-hoc logit adjustment z − τ log π (Menon et al., ICLR 2021, arXiv 2007.07314).
 *
 * For networks trained by a loss that leaves the priors in the logits, such as cross-entropy; those
 * of balanced softmax, logit adjustment or VS have them out already.
 *
 * @param logits `[N, C]` in row-major order; not changed.
 * @param options Log priors of the training set `[C]`, and their strength τ: 1 by default.
 * @returns Adjusted logits `[N, C]`.
 * @throws {RangeError} If the logits are not as many for each class.
 * @example A rare class gains
 * ```ts
 * import { postHocAdjusted } from "glmc/evaluate/prior_shift.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([...postHocAdjusted(Float32Array.of(5, 5), { logPriors: [-1, -3] })], [6, 8]);
 * ```
 */
export function postHocAdjusted(
  logits: Float32Array,
  { logPriors, tau = 1 }: { readonly logPriors: readonly number[]; readonly tau?: number },
): Float32Array {
  return shifted(logits, logPriors.map((logPrior) => -tau * logPrior));
}

/**
 * Label-shift compensation z − log π_train + log π_test: what the network would say had the classes
 * been as frequent in training as they are in testing.
 *
 * Source: LADE (`run_networks.py`, PC softmax). With uniform test priors it is the post-hoc logit
 * adjustment with τ = 1, up to a constant that changes no decision and no softmax.
 *
 * @param logits `[N, C]` in row-major order; not changed.
 * @param shift Log priors of training and testing.
 * @returns Compensated logits `[N, C]`.
 * @throws {RangeError} If the priors are not one for each class, or the logits not as many for
 * each.
 * @example Classes change places
 * ```ts
 * import { labelShifted } from "glmc/evaluate/prior_shift.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const shift = { logTrainPriors: [-1, -3], logTestPriors: [-3, -1] };
 * assertEquals([...labelShifted(Float32Array.of(5, 5), shift)], [3, 7]);
 * ```
 */
export function labelShifted(
  logits: Float32Array,
  { logTrainPriors, logTestPriors }: PriorShift,
): Float32Array {
  if (logTrainPriors.length !== logTestPriors.length) {
    throw new RangeError(
      `Cannot shift the logits: ${logTestPriors.length} test priors are not one for each of ` +
        `${logTrainPriors.length} classes: give those of the training set's classes`,
    );
  }
  return shifted(logits, logTestPriors.map((test, c) => test - logTrainPriors[c]!));
}

/** Adds a number of each class to the logits of every image. */
function shifted(logits: Float32Array, offsets: readonly number[]): Float32Array {
  const classes = offsets.length;
  if (classes === 0 || logits.length % classes !== 0) {
    throw new RangeError(
      `Cannot shift the logits: ${logits.length} logits are not as many for each of ${classes} ` +
        "classes: give one prior for each class of the network",
    );
  }
  return logits.map((logit, i) => logit + offsets[i % classes]!);
}
