/**
 * How long a training will take, by the time of its own steps and of batches of its evaluation.
 *
 * @module
 */

import { nextTurn } from "../process/turn.ts";
import { disposeTensors } from "../tensor/named_tensors.ts";
import { runSteps } from "./run_steps.ts";
import { epochNumbers } from "./step_inputs.ts";
import { initialState, type Training, trainingStageAt } from "./training.ts";

/**
 * Times some steps and batches of the evaluation, a second of each where they are short, on a state of its
 * own.
 *
 * @param training Its state is not touched.
 * @param epoch Which epoch, counted over all stages; the first one by default.
 * @returns Seconds of an epoch with its share of an evaluation, as long as the machine stays as busy as it is.
 */
export async function estimateEpochSeconds(training: Training, epoch = 0): Promise<number> {
  const { parts: { test, train, validation }, options: { peers } } = training;
  const plans = training.plan(epoch);
  const [plan] = plans;
  if (plan === undefined) return 0;
  const { first, ...onDevice } = trainingStageAt(training, epoch);
  const { stage } = onDevice;
  const numbers = { ...epochNumbers(training, epoch - first, stage), learningRate: 0 };
  // Several processes have to do equally much, so none of them may follow its own clock.
  const patience = peers ? 0 : 1;
  let state = initialState(training);
  const steps: number[] = [];
  const repeated = Array.from({ length: mostRepeats + 1 }, () => plan);
  let start = performance.now();
  const all = { plans: repeated, source: train, state: () => state, peers, ...numbers };
  for await (const { result } of runSteps(onDevice, all)) {
    await result.losses.data();
    steps.push(secondsSince(start));
    disposeTensors({ state, losses: result.losses, peers: result.peers });
    await nextTurn();
    state = result.state;
    if (isEnough(steps, patience)) break;
    start = performance.now();
  }
  // As many as a step has, so that large networks have enough memory and time.
  const shown = Math.min(test.count, plan.count);
  const batches: number[] = [];
  while (!isEnough(batches, patience)) {
    const start = performance.now();
    await Array.fromAsync(onDevice.predict.batches(state, undefined, [0, shown]));
    batches.push(secondsSince(start));
  }
  disposeTensors(state);
  const examples = plans.reduce((sum, { count }) => sum + count, 0);
  const { evaluateEvery = 1, averageDecay = 0 } = stage;
  // Moving averages are tested beside the weights.
  const tests = averageDecay > 0 ? 2 : 1;
  const evaluated = (tests * test.count + (validation?.count ?? 0)) / evaluateEvery;
  return usual(steps) / plan.count * examples + usual(batches) / shown * evaluated;
}

/** More tell nothing new of a machine that is quiet, and take too long on one that is not. */
const mostRepeats = 5;

/** Whether enough has been timed after the first one, which compiles; a single short one says little. */
function isEnough([_, ...timed]: readonly number[], patience: number): boolean {
  return timed.length >= mostRepeats ||
    timed.length > 0 && timed.reduce((sum, seconds) => sum + seconds) > patience;
}

/** Mean of all but the first one, which compiles. */
function usual([_, ...timed]: readonly number[]): number {
  return timed.reduce((sum, seconds) => sum + seconds) / timed.length;
}

function secondsSince(start: number): number {
  return (performance.now() - start) / 1000;
}
