/**
 * How long a training will take.
 *
 * @module
 */

import { planEpoch } from "../data/plan.ts";
import { disposeTensors } from "../tensor/named_tensors.ts";
import { planTensors } from "./plan_tensors.ts";
import { initialState, type Training } from "./training.ts";

/** A forward pass of one image costs about this share of its part in a training step of two views. */
const forwardShare = 1 / 6;

/**
 * Times one step, after one that compiles, on a state of its own.
 *
 * @param training Its state is not touched.
 * @returns Seconds of an epoch with its evaluation; a guess within some ten percent on a quiet machine.
 */
export async function estimateEpochSeconds(training: Training): Promise<number> {
  const { parts: { split, test, train }, options } = training;
  const [plan] = planEpoch(split, { ...options, epoch: 0, imageSize: train.height });
  let seconds = 0;
  let state = initialState(training);
  for (let repeat = 0; repeat < 2; repeat++) {
    const start = performance.now();
    const inputs = planTensors(plan, { plainWeight: 1, learningRate: 0 });
    const result = training.step({ state, plan: inputs });
    await result.losses.data();
    seconds = (performance.now() - start) / 1000;
    disposeTensors({ state, inputs, losses: result.losses });
    state = result.state;
  }
  disposeTensors(state);
  const perPair = seconds / plan.first.length;
  return perPair * (split.indices.length + forwardShare * test.labels.length);
}
