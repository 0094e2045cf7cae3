/**
 * The training loop: epochs of planned steps, each followed by an evaluation.
 *
 * @module
 */

import { setImmediate } from "node:timers/promises";
import { planEpoch } from "../data/plan.ts";
import { evaluateLogits } from "../evaluate/metrics.ts";
import { cumulativeWeight } from "../method/glmc/cumulative.ts";
import { disposeTensors } from "../tensor/named_tensors.ts";
import { type Tensor, tf } from "../tensor/tfjs.ts";
import { DivergedError, type LossMeans, type Progress, type TrainEvent } from "./events.ts";
import { planTensors } from "./plan_tensors.ts";
import { learningRateAt } from "./schedule.ts";
import { lossNames } from "./step.ts";
import { initialState, type Training } from "./training.ts";

/** How often losses are read back, whichever comes first: reading waits for the device. */
const readEverySteps = 20;
const readEverySeconds = 0.5;

/**
 * Where a new training stands.
 *
 * @param training Its network and seed are used.
 * @param epoch Epoch to start at; 0 by default.
 */
export function initialProgress(training: Training, epoch = 0): Progress {
  const lossSums = lossNames.map(() => 0);
  return {
    state: initialState(training),
    epoch,
    step: 0,
    batches: 0,
    lossSums,
    seconds: 0,
    history: [],
  };
}

/**
 * Trains until the last epoch or until told to stop.
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
  { from, signal }: { readonly from: Progress; readonly signal?: AbortSignal },
): AsyncGenerator<TrainEvent> {
  let progress = from;
  try {
    while (progress.epoch < training.options.epochs) {
      for await (const { event, reached } of trainEpoch(training, { from: progress, signal })) {
        progress = reached;
        if (event !== undefined) yield event;
      }
      if (signal?.aborted) {
        yield { type: "stopped", progress };
        return;
      }
      const evaluated = await evaluateEpoch(training, progress);
      progress = evaluated.progress;
      yield evaluated;
    }
  } finally {
    disposeTensors(progress.state);
  }
}

interface Reached {
  readonly reached: Progress;
  readonly event?: TrainEvent;
}

async function* trainEpoch(
  training: Training,
  { from, signal }: { readonly from: Progress; readonly signal?: AbortSignal | undefined },
): AsyncGenerator<Reached> {
  const { options, parts } = training;
  const { epoch } = from;
  const plans = planEpoch(parts.split, {
    ...options,
    epoch,
    imageSize: parts.train.height,
  });
  const weights = {
    plainWeight: cumulativeWeight(epoch, options.epochs),
    learningRate: learningRateAt(epoch, options),
  };
  let reached = from;
  let unread: { readonly losses: Tensor; readonly images: number }[] = [];
  let lastRead = performance.now();
  for (let step = from.step; step < plans.length && !signal?.aborted; step++) {
    const plan = planTensors(plans[step], weights);
    const { state, losses } = training.step({ state: reached.state, plan });
    disposeTensors({ plan, old: reached.state });
    unread.push({ losses, images: plans[step].first.length });
    reached = { ...reached, state, step: step + 1, batches: reached.batches + 2 };
    // Lets signals and progress displays run: a step itself never yields to them.
    await setImmediate();
    const seconds = (performance.now() - lastRead) / 1000;
    const last = step + 1 === plans.length || signal?.aborted;
    if (last || unread.length >= readEverySteps || seconds >= readEverySeconds) {
      const rows = await readLosses(unread.map(({ losses }) => losses));
      rows.forEach((row, i) => checkFinite(row, { epoch, step: step - rows.length + 1 + i }));
      const lossSums = reached.lossSums.map((sum, term) =>
        rows.reduce((total, row, i) => total + row[term] * unread[i].images, sum)
      );
      const now = performance.now();
      const elapsed = (now - lastRead) / 1000;
      const images = unread.reduce((total, part) => total + part.images, 0);
      reached = { ...reached, lossSums, seconds: reached.seconds + elapsed };
      const seen = plans.slice(0, step + 1).reduce((total, part) => total + part.first.length, 0);
      yield {
        reached,
        event: {
          type: "step",
          epoch,
          step: step + 1,
          steps: plans.length,
          losses: meansOf(lossSums, seen),
          imagesPerSecond: images / elapsed,
        },
      };
      unread = [];
      lastRead = performance.now();
    }
  }
  yield { reached };
}

/** Reads the losses of several steps at once: one wait for the device. */
async function readLosses(losses: readonly Tensor[]): Promise<Float32Array[]> {
  const all = tf.stack([...losses]);
  const values = await all.data() as Float32Array;
  for (const tensor of [all, ...losses]) tensor.dispose();
  return losses.map((_, i) => values.subarray(i * lossNames.length, (i + 1) * lossNames.length));
}

function checkFinite(row: Float32Array, { epoch, step }: { epoch: number; step: number }): void {
  if (row.every(Number.isFinite)) return;
  const terms = lossNames.map((name, i) => `${name} ${row[i]}`).join(", ");
  throw new DivergedError(
    `Training diverged in epoch ${epoch + 1}, step ${step + 1}: ${terms}: ` +
      "lower the learning rate (--lr) or the consistency weight (--contrast_weight)",
  );
}

function meansOf(sums: readonly number[], images: number): LossMeans {
  const entries = lossNames.map((name, i) => [name, sums[i] / images]);
  return Object.fromEntries(entries) as LossMeans;
}

async function evaluateEpoch(
  training: Training,
  progress: Progress,
): Promise<Extract<TrainEvent, { type: "epoch" }>> {
  const { parts: { test, split, network }, options } = training;
  const { epoch } = progress;
  const start = performance.now();
  const logits = await training.predict(progress.state);
  const evaluation = evaluateLogits(logits, test.labels, {
    classes: network.classes,
    trainingCounts: split.counts,
  });
  const { confusion: _, reliability: __, ...summary } = evaluation;
  const record = {
    epoch,
    learningRate: learningRateAt(epoch, options),
    plainWeight: cumulativeWeight(epoch, options.epochs),
    losses: meansOf(progress.lossSums, split.indices.length),
    evaluation: summary,
    trainSeconds: progress.seconds,
    evaluateSeconds: (performance.now() - start) / 1000,
  };
  return {
    type: "epoch",
    record,
    evaluation,
    progress: {
      ...progress,
      epoch: epoch + 1,
      step: 0,
      lossSums: lossNames.map(() => 0),
      seconds: 0,
      history: [...progress.history, record],
    },
  };
}
