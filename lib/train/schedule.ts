/**
 * Learning rate by epoch.
 *
 * @module
 */

/** Settings of {@linkcode learningRateAt}. */
export interface ScheduleOptions {
  /** Learning rate at the start η. */
  readonly learningRate: number;
  /** Planned number of epochs T. */
  readonly epochs: number;
  /** Whether the rule of the large sets, with ten epochs of warm-up, applies; false by default. */
  readonly warmUp?: boolean;
}

const warmUpEpochs = 10;

/**
 * Learning rate of an epoch: cosine η (1 + cos(π t / T)) / 2, or the official rule of the large sets.
 *
 * The official code sets the rate of the large sets after each epoch: epoch 0 runs at full rate, the
 * ramp starts in epoch 1 and overshoots by a tenth before the cosine takes over.
 *
 * @param epoch Epoch t, from 0.
 * @param options Base rate, number of epochs, warm-up.
 * @returns The rate.
 * @throws {RangeError} If the epoch is not in `[0, epochs)`.
 * @example Half way down the cosine
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { learningRateAt } from "glmc";
 *
 * assertAlmostEquals(learningRateAt(100, { learningRate: 0.01, epochs: 200 }), 0.005);
 * ```
 */
export function learningRateAt(epoch: number, options: ScheduleOptions): number {
  const { learningRate, epochs, warmUp = false } = options;
  if (!(epoch >= 0 && epoch < epochs)) {
    throw new RangeError(
      `Cannot set the learning rate of epoch ${epoch}: it must be in [0, ${epochs}): check the number of epochs`,
    );
  }
  if (!warmUp) return learningRate * 0.5 * (1 + Math.cos(Math.PI * epoch / epochs));
  if (epoch === 0) return learningRate;
  const last = epoch - 1; // the epoch after which the rate was set
  if (last <= warmUpEpochs) return learningRate / warmUpEpochs * (last + 1);
  const phase = (last - warmUpEpochs + 1) / (epochs - warmUpEpochs + 1);
  return learningRate * 0.5 * (1 + Math.cos(Math.PI * phase));
}
