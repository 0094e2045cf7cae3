/**
 * The training loop: epochs of planned steps, and evaluations after those that the stages ask for.
 *
 * @module
 */

import { adjustedMeasure } from "../evaluate/adjusted.ts";
import { createEvaluator } from "../evaluate/evaluator.ts";
import type { StepPlan } from "../data/plan.ts";
import type { Variables } from "../model/network.ts";
import { turnsEvery, unlessAborted } from "../process/turn.ts";
import { disposeTensors } from "../tensor/named_tensors.ts";
import { averagesIn, projected } from "./carried.ts";
import type { EpochEvent, Progress, TrainEvent } from "./events.ts";
import { hearStops, type StopHearing } from "./hear_stop.ts";
import { accuracyOf, perClassIfFew, validationOf } from "./kept_accuracy.ts";
import { addedLosses, meansOf, type UnreadLosses, zeroSums } from "./loss_sums.ts";
import { runSteps } from "./run_steps.ts";
import { StoppedTogether } from "./shared_predictor.ts";
import { isEvaluated, type Stage } from "./stage.ts";
import { epochNumbers } from "./step_inputs.ts";
import { evaluated, measured } from "./tested.ts";
import { initialState, nextState, type Training, trainingStageAt } from "./training.ts";

/** How often losses are read back, whichever comes first: reading waits for the device. */
const readEverySteps = 20;
const readEverySeconds = 0.5;

/** Milliseconds between turns of the event loop; a step on a GPU may take ten. */
const turnEvery = 20;

/** Seconds after which a long epoch is worth a checkpoint, unless the training says otherwise. */
const defaultCheckpointSeconds = 300;

/**
 * Where a new training stands.
 *
 * @param training Its network, seed and first stage are used.
 * @param variables What it begins from, and takes over; freshly drawn by default.
 * @returns The progress; the caller owns its tensors.
 */
export function initialProgress(training: Training, variables?: Variables): Progress {
  const [first] = training.options.stages;
  return {
    state: initialState(training, variables),
    epoch: first?.startEpoch ?? 0,
    step: 0,
    batches: 0,
    lossSums: zeroSums(first!),
    seconds: 0,
    history: [],
  };
}

/**
 * Trains until the last epoch or until told to stop, which is heard after a step and, in an evaluation,
 * after a batch.
 *
 * Every random choice is a function of seed and epoch, so a training continued from a written
 * progress does exactly what it would have done.
 *
 * @param training What to train.
 * @param options Where to start, whose state is taken over and disposed; and a signal to stop.
 * @returns Events; tensors in an event live until the next one is asked for.
 * @throws {DivergedError} If a loss term becomes infinite or not a number.
 */
export async function* trainEpochs(
  training: Training,
  { from, signal }: { readonly from: Progress; readonly signal?: AbortSignal | undefined },
): AsyncGenerator<TrainEvent> {
  // Held by reference: whatever step or evaluation fails, the state it leaves is freed.
  const standing = { progress: from };
  const hearing = hearStops(signal);
  try {
    while (standing.progress.epoch < training.epochs) {
      // Before a stage begins, whose state is made by who goes on with it.
      if (isHeardAlone(training, signal)) {
        return yield { type: "stopped", progress: standing.progress };
      }
      beginStage(training, standing);
      const plans = training.plan(standing.progress.epoch);
      const isStopped = yield* trainEpoch(training, { standing, plans, hearing, signal });
      if (isStopped) return yield { type: "stopped", progress: standing.progress };
      endEpoch(training, standing);
      // Before the evaluation: should it fail, the epoch is not lost.
      yield { type: "checkpoint", progress: standing.progress };
      if (!isEvaluated(training.options.stages, standing.progress.epoch)) {
        standing.progress = nextEpoch(training, standing.progress);
        continue;
      }
      const evaluation = evaluateEpoch(training, { standing, plans, signal });
      const evaluated = await unlessStopped(evaluation, signal);
      if (evaluated === undefined) return yield { type: "stopped", progress: standing.progress };
      standing.progress = evaluated.progress;
      yield evaluated;
    }
  } finally {
    hearing.dispose();
    disposeTensors(standing.progress.state);
  }
}

/** What an evaluation gives; undefined if this process, or all together, were told to stop. */
async function unlessStopped<T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T | undefined> {
  try {
    return await unlessAborted(work, signal);
  } catch (error) {
    if (error instanceof StoppedTogether) return undefined;
    throw error;
  }
}

interface Standing {
  progress: Progress;
}

interface EpochWork {
  readonly standing: Standing;
  readonly plans: readonly StepPlan[];
  readonly signal: AbortSignal | undefined;
}

/** A later stage begins with a state of its own. */
function beginStage(training: Training, standing: Standing): void {
  const { progress } = standing;
  const { first, index } = trainingStageAt(training, progress.epoch);
  if (index === 0 || progress.epoch !== first || progress.step !== 0) return;
  standing.progress = { ...progress, state: nextState(progress.state, training, index) };
}

/** What MaxNorm does after an epoch; a second time it changes nothing. */
function endEpoch(training: Training, standing: Standing): void {
  const { progress } = standing;
  const { stage } = trainingStageAt(training, progress.epoch);
  if (stage.maxNorm?.every !== "epoch") return;
  const { parameters: before, ...state } = progress.state;
  const parameters = projected(before, state.carried);
  standing.progress = { ...progress, state: { ...state, parameters } };
  const replaced = Object.entries(before).filter(([name, tensor]) => parameters[name] !== tensor);
  disposeTensors(Object.fromEntries(replaced));
}

/** Whether a process that trains by itself was told to stop; several hear it with their steps. */
function isHeardAlone(
  { options: { peers } }: Training,
  signal: AbortSignal | undefined,
): boolean {
  return peers === undefined && signal?.aborted === true;
}

/** Returns whether it was told to stop. */
async function* trainEpoch(
  training: Training,
  { standing, plans, hearing, signal }: EpochWork & { readonly hearing: StopHearing },
): AsyncGenerator<TrainEvent, boolean> {
  const { parts: { train }, options: { peers, checkpointSeconds } } = training;
  const checkpointAfter = 1000 * (checkpointSeconds ?? defaultCheckpointSeconds);
  const { epoch, step: begin } = standing.progress;
  const { first, ...onDevice } = trainingStageAt(training, epoch);
  const { stage } = onDevice;
  const numbers = epochNumbers(training, epoch - first, stage);
  let examples = examplesIn(plans.slice(0, begin));
  let unread: UnreadLosses[] = [];
  let [lastRead, lastCheckpoint] = [performance.now(), performance.now()];
  const turn = turnsEvery(turnEvery);
  let step = begin;
  try {
    const steps = runSteps(onDevice, {
      plans: plans.slice(begin),
      source: train,
      state: () => standing.progress.state,
      peers,
      stops: () => signal?.aborted === true,
      ...numbers,
    });
    for await (const { plan, result, parts } of steps) {
      const { state } = standing.progress;
      unread.push({ losses: result.losses, count: plan.count });
      step++;
      const batches = standing.progress.batches + parts * passesOf(stage);
      standing.progress = { ...standing.progress, state: result.state, step, batches };
      disposeTensors(state);
      // Lets signals and progress displays run: a step itself never yields to them.
      await turn();
      const seconds = (performance.now() - lastRead) / 1000;
      const stops = await hearing.after(result.peers);
      const isRead = stops || step === plans.length;
      if (!isRead && unread.length < readEverySteps && seconds < readEverySeconds) continue;
      const lossSums = await addedLosses(standing.progress.lossSums, unread, {
        stage,
        epoch,
        step,
      });
      const count = examplesIn(unread);
      examples += count;
      const elapsed = (performance.now() - lastRead) / 1000;
      unread = [];
      standing.progress = {
        ...standing.progress,
        lossSums,
        seconds: standing.progress.seconds + elapsed,
      };
      yield {
        type: "step",
        epoch,
        step,
        steps: plans.length,
        losses: meansOf(lossSums, examples),
        examplesPerSecond: count / elapsed,
        unit: stage.method.unit,
      };
      if (stops || isHeardAlone(training, signal)) return true;
      if (step < plans.length && performance.now() - lastCheckpoint > checkpointAfter) {
        yield { type: "checkpoint", progress: standing.progress };
        lastCheckpoint = performance.now();
      }
      lastRead = performance.now();
    }
    return false;
  } finally {
    for (const { losses } of unread) losses.dispose();
  }
}

/** Where a training stands when the next epoch begins. */
function nextEpoch(training: Training, progress: Progress): Progress {
  const { epoch } = progress;
  const next = Math.min(epoch + 1, training.epochs - 1);
  const { stage } = trainingStageAt(training, next);
  return { ...progress, epoch: epoch + 1, step: 0, lossSums: zeroSums(stage) };
}

/** A step that keeps the running statistics shows them no batches. */
function passesOf({ method, statistics }: Stage): number {
  return statistics === "kept" ? 0 : method.passes;
}

function examplesIn(steps: readonly Pick<StepPlan, "count">[]): number {
  return steps.reduce((sum, { count }) => sum + count, 0);
}

async function evaluateEpoch(
  training: Training,
  { standing: { progress }, plans, signal }: EpochWork,
): Promise<EpochEvent> {
  const { parts: { labels, network: { classes }, counts: trainingCounts } } = training;
  const { epoch, state } = progress;
  const { stage, predict, predictValidation, first } = trainingStageAt(training, epoch);
  const start = performance.now();
  const options = { classes, trainingCounts };
  const whole = createEvaluator(options);
  const prior = adjustedMeasure(trainingCounts);
  await measured(predict, state, {
    labels: labels.test,
    measures: prior === undefined ? [whole] : [whole, prior],
    signal,
  });
  const [evaluation, adjusted] = [whole.result(), prior?.result()];
  const averages = averagesIn(state.carried);
  const averaged = averages &&
    await evaluated(predict, averages, { labels: labels.test, ...options, signal });
  const validation = predictValidation &&
    await evaluated(predictValidation, state, { labels: labels.validation!, ...options, signal });
  const record = {
    stage: stage.name,
    epoch,
    ...epochNumbers(training, epoch - first, stage),
    losses: meansOf(progress.lossSums, examplesIn(plans)),
    evaluation: accuracyOf(evaluation),
    ...(adjusted && { adjusted: perClassIfFew(adjusted) }),
    ...(averaged && { averaged: accuracyOf(averaged) }),
    ...(validation && { validation: validationOf(validation) }),
    trainSeconds: progress.seconds,
    evaluateSeconds: (performance.now() - start) / 1000,
  };
  const history = [...progress.history, record];
  return {
    type: "epoch",
    record,
    evaluation,
    progress: { ...nextEpoch(training, progress), seconds: 0, history },
  };
}
