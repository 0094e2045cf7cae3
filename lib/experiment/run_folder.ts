/**
 * The folder of a run: what it was, what it measured, and what is needed to go on.
 *
 * ```
 * data/runs/<name>/
 *   config.json                       configuration, hashes, machine, and where it was resumed
 *   split.json                        rows of the training set that form the long-tailed subset
 *   metrics.jsonl                     one line an epoch
 *   checkpoint.safetensors            weights, optimiser, position, history: all that resuming needs
 *   checkpoint-previous.safetensors   the one before it, should that one be damaged
 *   best.safetensors                  weights of the best epoch, in the official names and layouts
 *   evaluation-best.json              per class, confusion matrix, calibration of the best epoch
 *   evaluation-last.json              the same of the last epoch
 *   events.out.tfevents.*             the same numbers for TensorBoard, one file a process that trained
 *   lock                              names the process that works on it; gone afterwards
 * ```
 *
 * Each file but those for TensorBoard, which are never read back, holds the id of its run and a digest of
 * its own content. Files of runs that are older than ids and digests have neither, and are read with every
 * other check.
 *
 * @module
 */

import type { RunConfig } from "./config.ts";

/** Names of the files of a run. */
export const runFiles = {
  description: "config.json",
  split: "split.json",
  metrics: "metrics.jsonl",
  checkpoint: "checkpoint.safetensors",
  previousCheckpoint: "checkpoint-previous.safetensors",
  best: "best.safetensors",
  bestEvaluation: "evaluation-best.json",
  lastEvaluation: "evaluation-last.json",
  lock: "lock",
} as const;

/** Versions and device of a machine by name, such as `threads`; texts for people. */
export type Environment = Readonly<Record<string, string>>;

/** What is other about a machine. */
export interface Change {
  /** What it was; `not known` of older runs. */
  readonly before: string;
  /** What it is. */
  readonly now: string;
}

/** A run was continued on a machine or with a kit that differs. */
export interface ResumeRecord {
  /** When, as ISO 8601. */
  readonly when: string;
  /** Epoch of the next step, from 0. */
  readonly epoch: number;
  /** Steps done in that epoch. */
  readonly step: number;
  /** What is other than before, by name. */
  readonly changes: Readonly<Record<string, Change>>;
}

/** What `config.json` holds. */
export interface RunDescription {
  /** Random digits that every file of the run holds; null in runs that are older than them. */
  readonly id: string | null;
  /** The configuration. */
  readonly config: RunConfig;
  /** SHA-256 of the subset's rows, those that are held out among them. */
  readonly splitHash: string;
  /** SHA-256 of the decoded images and labels; null in runs that are older than it. */
  readonly dataHash: string | null;
  /** Name of each class; null in runs that are older than it. */
  readonly classNames: readonly string[] | null;
  /** Training images of each class, without those that are held out. */
  readonly classCounts: readonly number[];
  /** Trained numbers of the network. */
  readonly parameters: number;
  /** Versions and device of the machine that started the run, commit and version of the kit. */
  readonly environment: Environment;
  /** Where the run was continued on something else. */
  readonly resumed: readonly ResumeRecord[];
}
