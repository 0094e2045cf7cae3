/**
 * How long a training will take, by the time of one of its own steps.
 *
 * @module
 */

import { nextTurn } from "../process/turn.ts";
import { disposeTensors } from "../tensor/named_tensors.ts";
import { runSteps } from "./run_steps.ts";
import { epochNumbers } from "./step_inputs.ts";
import { initialState, type Training, trainingStageAt } from "./training.ts";

/** A forward pass of one image costs about a third of its part in a training step. */
const forwardShare = 1 / 3;

/**
 * Times one step, after one that compiles, on a state of its own.
 *
 * @param training Its state is not touched.
 * @param epoch Which epoch, counted over all stages; the first one by default.
 * @returns Seconds of an epoch with its evaluation; a guess within some ten percent on a quiet machine.
 */
export async function estimateEpochSeconds(training: Training, epoch = 0): Promise<number> {
  const { parts: { test, train, validation }, options: { peers } } = training;
  const plans = training.plan(epoch);
  const [plan] = plans;
  if (plan === undefined) return 0;
  const { first, ...onDevice } = trainingStageAt(training, epoch);
  const { stage } = onDevice;
  const numbers = { ...epochNumbers(training, epoch - first, stage), learningRate: 0 };
  let seconds = 0;
  let state = initialState(training);
  let start = performance.now();
  const steps = { plans: [plan, plan], source: train, state: () => state, peers, ...numbers };
  for await (const { result } of runSteps(onDevice, steps)) {
    await result.losses.data();
    seconds = (performance.now() - start) / 1000;
    disposeTensors({ state, losses: result.losses, peers: result.peers });
    await nextTurn();
    state = result.state;
    start = performance.now();
  }
  disposeTensors(state);
  const examples = plans.reduce((sum, { count }) => sum + count, 0);
  const perForward = seconds / plan.count / Math.max(1, stage.method.passes);
  const evaluated = test.count + (validation?.count ?? 0);
  return seconds / plan.count * examples + forwardShare * perForward * evaluated;
}
