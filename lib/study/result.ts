/**
 * What a run has come to, in one record: what tables, figures and verdicts are made from, wherever the run
 * was made.
 *
 * @module
 */

import type { RunConfig } from "../experiment/config.ts";
import type { RunState } from "../experiment/run_list.ts";
import type { Evaluation } from "../evaluate/metrics.ts";

/** What one epoch of a run reached on the test set, in percent. */
export interface Measured {
  /** Epoch, from 0, counted over all stages. */
  readonly epoch: number;
  /** Top-1 accuracy. */
  readonly top1: number;
  /** Top-5 accuracy. */
  readonly top5: number;
  /** Accuracy of many-, medium- and few-shot classes; null where there are none. */
  readonly shots: Evaluation["shots"];
  /** Accuracy of each class; null where the test set has no image of it. */
  readonly classAccuracy: Evaluation["classAccuracy"];
  /** Expected calibration error, in `[0, 1]`. */
  readonly calibrationError: number;
  /** The same after logit adjustment with the priors of the training, where the run has measured it. */
  readonly adjusted?: Pick<Evaluation, "top1" | "shots">;
}

/** A run and what it reached. */
export interface RunResult {
  /** Hash of what it asks for; see `resultHash`. */
  readonly hash: string;
  /** The same without its seed; see `groupHash`. */
  readonly group: string;
  /** Its configuration. */
  readonly config: RunConfig;
  /** Name of the run. */
  readonly name: string;
  /** Its folder, as an absolute path; null where it was made elsewhere. */
  readonly folder: string | null;
  /** How far it has come. */
  readonly state: RunState;
  /** Finished epochs. */
  readonly epochs: number;
  /** Epochs that are planned. */
  readonly totalEpochs: number;
  /** The epoch with the highest top-1 accuracy; absent before the first is finished. */
  readonly best?: Measured;
  /** The last epoch; absent before the first is finished. */
  readonly last?: Measured;
  /** Top-1 accuracy of each evaluated epoch in percent. */
  readonly curve: readonly number[];
  /** Seconds of training and evaluation. */
  readonly seconds: number;
  /** When it was begun, as an ISO time. */
  readonly started: string;
  /** Commit of the kit. */
  readonly commit: string;
  /** Machine. */
  readonly machine: string;
  /** Why it failed or cannot be read, in one line. */
  readonly problem?: string;
}
