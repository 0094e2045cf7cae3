/**
 * What a training reports while it runs.
 *
 * @module
 */

import type { AdjustedAccuracy } from "../evaluate/adjusted.ts";
import type { Evaluation } from "../evaluate/metrics.ts";
import type { TrainState } from "./step.ts";

/** Mean of each loss term, under the method's names. */
export type LossMeans = Readonly<Record<string, number>>;

/** An evaluation as records keep it; `classAccuracy` is empty where there are more than 1,000 classes. */
export type Accuracies = Omit<Evaluation, "confusion" | "confusionCells" | "reliability">;

/** One evaluated epoch. */
export interface EpochRecord {
  /** Name of its stage. */
  readonly stage: string;
  /** Epoch, from 0, counted over all stages. */
  readonly epoch: number;
  /** Learning rate η. */
  readonly learningRate: number;
  /** The method's numbers of this epoch, such as the weight of a term. */
  readonly schedule: Readonly<Record<string, number>>;
  /** Mean losses over the examples of this epoch. */
  readonly losses: LossMeans;
  /** Accuracy on the test set in percent, by groups and by class. */
  readonly evaluation: Accuracies;
  /** After logit adjustment with the priors of the training; absent in runs that are older than it. */
  readonly adjusted?: AdjustedAccuracy;
  /** As `evaluation`, of the moving averages of the weights, in a stage that has them. */
  readonly averaged?: Accuracies;
  /**
   * As `evaluation`, on the images that are held out of training, if there are any. These are long-tailed, so the
   * mean over the classes, `balanced`, is what says something of a balanced test set.
   */
  readonly validation?: Accuracies & { readonly balanced: number };
  /** Seconds of training since the evaluation before. */
  readonly trainSeconds: number;
  /** Seconds of this evaluation. */
  readonly evaluateSeconds: number;
}

/** Where a training stands; between two events it can be written down and continued later. */
export interface Progress {
  /** State after the last step. */
  readonly state: TrainState;
  /** Epoch of the next step, from 0, counted over all stages. */
  readonly epoch: number;
  /** Steps done in this epoch; all of them when only its evaluation is missing. */
  readonly step: number;
  /** Batches the running statistics have seen. */
  readonly batches: number;
  /** Losses of this epoch so far, summed over examples, under the method's names. */
  readonly lossSums: Readonly<Record<string, number>>;
  /** Seconds of training since the last evaluation. */
  readonly seconds: number;
  /** Evaluated epochs. */
  readonly history: readonly EpochRecord[];
}

/** Some steps are done. */
export interface StepEvent {
  /** Tells events apart. */
  readonly type: "step";
  /** Epoch, from 0, counted over all stages. */
  readonly epoch: number;
  /** Steps done in this epoch. */
  readonly step: number;
  /** Steps of an epoch. */
  readonly steps: number;
  /** Mean losses of the epoch so far. */
  readonly losses: LossMeans;
  /** Examples trained on per second since the last event. */
  readonly examplesPerSecond: number;
  /** What an example is, such as `pairs` or `images`. */
  readonly unit: string;
}

/**
 * The training is worth writing down: the steps of an epoch are done and its evaluation, if any, comes next, or
 * some minutes have passed since the last time.
 */
export interface CheckpointEvent {
  /** Tells events apart. */
  readonly type: "checkpoint";
  /** Where the training stands; its tensors live until the next event. */
  readonly progress: Progress;
}

/** An epoch is done and evaluated. */
export interface EpochEvent {
  /** Tells events apart. */
  readonly type: "epoch";
  /** Its record. */
  readonly record: EpochRecord;
  /** The full evaluation. */
  readonly evaluation: Evaluation;
  /** Where the training stands; its tensors live until the next event. */
  readonly progress: Progress;
}

/** The training was asked to stop and has done so between two steps. */
export interface StoppedEvent {
  /** Tells events apart. */
  readonly type: "stopped";
  /** Where the training stands; its tensors live until the generator is closed. */
  readonly progress: Progress;
}

/** Anything a training reports. */
export type TrainEvent = StepEvent | CheckpointEvent | EpochEvent | StoppedEvent;

/** The loss became infinite or not a number. */
export class DivergedError extends Error {
  /** Name of the class, for messages. */
  override readonly name = "DivergedError";
}
