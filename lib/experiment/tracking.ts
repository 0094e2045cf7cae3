/**
 * Writes TensorBoard's event files into the folder of a run while it trains.
 *
 * The axis is steps done, counted over all epochs and stages: losses so far stand at the steps that they
 * were read at, an epoch stands at its last step, and the description and the first views stand before the
 * first step. A process that goes on with a run begins a file of its own, which tells readers from which
 * step on older files no longer count.
 *
 * @module
 */

import { reasonOf } from "../disk/errors.ts";
import type { ChannelStatistics } from "../images/normalise.ts";
import { rowLengths } from "../model/classifier_norm.ts";
import {
  createEventFile,
  type EventFile,
  isEventFile,
  type SummaryEvent,
} from "../tensorboard/event_file.ts";
import { pictureGrid } from "../tensorboard/picture_grid.ts";
import { histogram, image, type SummaryValue } from "../tensorboard/summary.ts";
import type { EpochEvent, Progress, TrainEvent } from "../train/events.ts";
import { shownViews } from "../train/shown_views.ts";
import { type Training, trainingStageAt } from "../train/training.ts";
import type { RunDescription } from "./run_folder.ts";
import { descriptionSummaries, epochSummaries, stepSummaries } from "./run_summaries.ts";

/** What is tracked, and whom to tell. */
export interface TrackingOptions {
  /** Folder of the run. */
  readonly folder: string;
  /** What the run is. */
  readonly description: RunDescription;
  /** Its training. */
  readonly training: Training;
  /** Where it stands, with epochs left. */
  readonly from: Progress;
  /** Mean and deviation of the channels, to show views as pictures. */
  readonly statistics: ChannelStatistics;
  /** Told once if the files cannot be written. */
  readonly onNotice: (line: string) => void;
}

/** Takes what a training reports; never throws. */
export type Tracker = (event: TrainEvent) => Promise<void>;

/**
 * Begins to track a run.
 *
 * The first file of a folder also holds the configuration, the epochs that are finished already and the
 * views of the next step. Whatever goes wrong, the training goes on: after one notice nothing more is
 * written, so that no record follows a half one.
 *
 * @param options The run, and whom to tell.
 * @returns Takes the events of the training.
 */
export async function trackRun(options: TrackingOptions): Promise<Tracker> {
  let file: EventFile | undefined;
  const { onNotice } = options;
  const orStop = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      file = undefined;
      const reason = reasonOf(error).replace(/^Cannot write/, "cannot write");
      onNotice(`The event files for TensorBoard end here, the training goes on: ${reason}`);
    }
  };
  const stepsBefore = stepCounter(options.training);
  await orStop(async () => {
    file = await begin(options, stepsBefore);
  });
  return async (event) => {
    await orStop(async () => {
      const summary = await summaryOf(event, options, stepsBefore);
      if (summary !== undefined) file?.append([summary]);
    });
  };
}

/** Steps of all epochs before one. */
type StepCounter = (epoch: number) => number;

async function begin(
  { folder, description, training, from, statistics }: TrackingOptions,
  stepsBefore: StepCounter,
): Promise<EventFile> {
  const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
  const step = stepsBefore(from.epoch) + from.step;
  if (names.some(isEventFile)) return createEventFile(folder, { goesOnAt: step + 1 });
  const isWithinEpoch = from.step < training.plan(from.epoch).length;
  const views = isWithinEpoch ? await shownViews(training, { from, statistics }) : [];
  const file = createEventFile(folder);
  file.append([
    { step: 0, values: descriptionSummaries(description) },
    ...from.history.map((record) => ({
      step: stepsBefore(record.epoch + 1),
      values: epochSummaries(record, description),
    })),
    { step, values: views.map((view) => image(`views/${view.name}`, pictureGrid(view))) },
  ]);
  return file;
}

async function summaryOf(
  event: TrainEvent,
  { training, description }: TrackingOptions,
  stepsBefore: StepCounter,
): Promise<SummaryEvent | undefined> {
  if (event.type === "step") {
    return { step: stepsBefore(event.epoch) + event.step, values: stepSummaries(event) };
  }
  if (event.type !== "epoch") return undefined;
  const { classAccuracy } = event.evaluation;
  // Of many classes the record has no accuracies by class, and the event has.
  const record = { ...event.record, evaluation: { ...event.record.evaluation, classAccuracy } };
  return {
    step: stepsBefore(record.epoch + 1),
    values: [...epochSummaries(record, description), await normSummary(event, training)],
  };
}

/** How long the rows of the tested classifier are. */
async function normSummary(
  { record, progress }: EpochEvent,
  training: Training,
): Promise<SummaryValue> {
  const { testedHead } = trainingStageAt(training, record.epoch).stage.method;
  const [weight] = training.parts.network.headParameters(testedHead);
  const lengths = rowLengths(progress.state.parameters[weight!]!);
  try {
    return histogram("classifier_norm", Array.from(await lengths.data()));
  } finally {
    lengths.dispose();
  }
}

/** Counts the steps of a stage by its first plan: all its epochs have as many. */
function stepCounter(training: Training): StepCounter {
  const known = new Map<number, number>();
  const stepsOf = (first: number): number => {
    const steps = known.get(first) ?? training.plan(first).length;
    known.set(first, steps);
    return steps;
  };
  return (epoch) => {
    let [first, steps] = [0, 0];
    for (const { stage } of training.stages) {
      const passed = Math.min(stage.epochs, epoch - first);
      if (passed <= 0) break;
      steps += passed * stepsOf(first);
      first += stage.epochs;
    }
    return steps;
  };
}
