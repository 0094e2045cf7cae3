/**
 * A planned step as tensors.
 *
 * @module
 */

import type { StepPlan } from "../data/plan.ts";
import { type Tensor, tf } from "../tensor/tfjs.ts";
import type { StepInputs } from "./step.ts";

/** Numbers of the schedule for one epoch. */
export interface EpochWeights {
  /** Weight of the plain loss α. */
  readonly plainWeight: number;
  /** Learning rate η. */
  readonly learningRate: number;
}

/**
 * Copies a plan to the device: a few kilobytes of indices and five numbers.
 *
 * @param plan Random choices of the step for B pairs.
 * @param weights Schedule of the epoch.
 * @returns The inputs of a training step; the caller owns them.
 */
export function planTensors(plan: StepPlan, weights: EpochWeights): StepInputs {
  const { first, second, crops, flips, mixWeight, box } = plan;
  const pairs = first.length;
  const rows = new Int32Array(4 * pairs);
  [first, second, first, second].forEach((part, view) => rows.set(part, view * pairs));
  const integers = (values: Int32Array, ...shape: number[]): Tensor =>
    tf.tensor(values, shape, "int32");
  return {
    rows: integers(rows, 4 * pairs),
    crops: integers(crops, 4 * pairs, 2),
    flips: integers(flips, 4 * pairs),
    mixWeight: tf.scalar(mixWeight),
    box: integers(box, 4),
    plainWeight: tf.scalar(weights.plainWeight),
    learningRate: tf.scalar(weights.learningRate),
  };
}
