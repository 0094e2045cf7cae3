/**
 * What is wrong with the results of a run, held against its checkpoint.
 *
 * @module
 */

import type { EpochRecord } from "../train/events.ts";
import { bestRecord } from "./best_record.ts";
import { runFiles } from "./run_folder.ts";
import type { DescribedRun } from "./run_reading.ts";
import type { Survey } from "./survey.ts";

/** What is wrong with a file. */
export interface Problem {
  /** Its name. */
  readonly file: string;
  /** In one line. */
  readonly text: string;
}

/** What is held against each other. */
export interface Standings {
  /** What the files hold. */
  readonly survey: Survey;
  /** Finished epochs that the checkpoint knows of. */
  readonly history: readonly EpochRecord[];
}

/**
 * What is wrong with the records of finished epochs.
 *
 * @param run The run.
 * @param standings What its files hold, and what its checkpoint knows of.
 * @returns The problem; `undefined` if there is none.
 */
export function metricsProblem(
  { folder }: DescribedRun,
  { survey: { metrics: { value, problem } }, history }: Standings,
): Problem | undefined {
  const file = runFiles.metrics;
  const isSound = value !== undefined &&
    // One epoch more: the process was killed between the two files.
    [0, 1].includes(value.length - history.length) &&
    sameRecords(value.slice(0, history.length), history);
  if (isSound) return undefined;
  const what = value?.length === 0 ? "is empty or gone" : "does not fit the checkpoint";
  return { file, text: problem ?? `"${folder}/${file}" ${what}` };
}

function sameRecords(a: readonly EpochRecord[], b: readonly EpochRecord[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/**
 * What is wrong with the files that the last epoch has left.
 *
 * @param run The run.
 * @param standings What its files hold, and what its checkpoint knows of.
 * @returns The first problem; `undefined` if there is none.
 */
export function lastEpochProblem(run: DescribedRun, standings: Standings): Problem | undefined {
  const { survey, history } = standings;
  const last = history.at(-1);
  if (last === undefined) return undefined;
  const evaluation = evaluationProblem(run, "last", { survey, record: last });
  if (evaluation !== undefined || bestRecord(history) !== last) return evaluation;
  return evaluationProblem(run, "best", { survey, record: last }) ?? weightsProblem(run, survey);
}

/**
 * What is wrong with the files of the best epoch, if that is an earlier one than the last.
 *
 * @param run The run.
 * @param standings What its files hold, and what its checkpoint knows of.
 * @returns What cannot be mended, and the record whose evaluation can be had again from its weights.
 */
export function bestProblem(
  run: DescribedRun,
  { survey, history }: Standings,
): {
  readonly problems: readonly Problem[];
  readonly toEvaluate?: { readonly problem: Problem; readonly record: EpochRecord };
} {
  const record = bestRecord(history);
  if (record === undefined || record === history.at(-1)) return { problems: [] };
  const ofWeights = weightsProblem(run, survey);
  const ofEvaluation = evaluationProblem(run, "best", { survey, record });
  if (ofWeights !== undefined) {
    return { problems: [ofWeights, ...(ofEvaluation === undefined ? [] : [ofEvaluation])] };
  }
  if (ofEvaluation === undefined) return { problems: [] };
  return { problems: [], toEvaluate: { problem: ofEvaluation, record } };
}

function evaluationProblem(
  { folder }: DescribedRun,
  which: "best" | "last",
  { survey, record }: { readonly survey: Survey; readonly record: EpochRecord },
): Problem | undefined {
  const file = which === "best" ? runFiles.bestEvaluation : runFiles.lastEvaluation;
  const { value, problem } = survey[which];
  if (problem !== undefined) return { file, text: problem };
  if (value === undefined) return { file, text: `"${folder}/${file}" is gone` };
  // A later epoch: the process was killed before the checkpoint, and will write the same again.
  if (value.epoch > record.epoch) return undefined;
  const isSame = value.epoch === record.epoch && value.top1 === record.evaluation.top1;
  return isSame ? undefined : { file, text: `"${folder}/${file}" does not fit the checkpoint` };
}

function weightsProblem(
  { folder }: DescribedRun,
  { weights: { value, problem } }: Survey,
): Problem | undefined {
  const file = runFiles.best;
  if (problem !== undefined) return { file, text: problem };
  return value === undefined ? { file, text: `"${folder}/${file}" is gone` } : undefined;
}
