/**
 * What the files of a run tell of its finished epochs, each read once, whatever state it is in.
 *
 * @module
 */

import { disposeTensors } from "../tensor/named_tensors.ts";
import type { EpochRecord } from "../train/events.ts";
import type { RestorePlan } from "./restore.ts";
import { adviceFor } from "./advice.ts";
import { runArgument } from "./place.ts";
import { runFiles } from "./run_folder.ts";
import { type DescribedRun, readBestWeights, readEvaluation, readMetrics } from "./run_reading.ts";
import type { StoredEvaluation } from "./run_schema.ts";

/** What became of reading a file: neither part is there if there is no such file. */
export interface Look<Value> {
  /** What it holds, if it is sound. */
  readonly value?: Value | undefined;
  /** What is wrong with it, in one line. */
  readonly problem?: string | undefined;
}

/** What the files of finished epochs hold. */
export interface Survey {
  /** Records of `metrics.jsonl`; none where it is missing or empty. */
  readonly metrics: Look<readonly EpochRecord[]>;
  /** Evaluation of the last epoch. */
  readonly last: Look<StoredEvaluation>;
  /** Evaluation of the best epoch. */
  readonly best: Look<StoredEvaluation>;
  /** Weights of the best epoch: their epoch, from 0, where the file says it. */
  readonly weights: Look<{ readonly epoch: number | undefined }>;
}

/**
 * Reads the files of finished epochs.
 *
 * @param run The run.
 * @param plan Its network and stages.
 * @returns What each holds, or what is wrong with it.
 * @throws {Error} If one cannot be read, for another reason than damage: it may not be, or is a folder.
 */
export async function surveyRun(
  run: DescribedRun,
  { network, stages }: RestorePlan,
): Promise<Survey> {
  const counts = run.description.classCounts;
  return {
    metrics: await look(run, runFiles.metrics, () => readMetrics(run, { stages, counts })),
    last: await look(run, runFiles.lastEvaluation, () => readEvaluation(run, "last")),
    best: await look(run, runFiles.bestEvaluation, () => readEvaluation(run, "best")),
    weights: await look(run, runFiles.best, async () => {
      const weights = await readBestWeights(run, network);
      if (weights !== undefined) disposeTensors(weights.variables);
      return weights && { epoch: weights.epoch };
    }),
  };
}

/**
 * Reads a file, or finds out what is wrong with it; what to do about it is said elsewhere.
 *
 * @param run The run.
 * @param file Name of the file.
 * @param read Reads it.
 * @returns What it holds, or what is wrong with it.
 * @throws {Error} If it cannot be read, for another reason than damage.
 */
export async function look<Value>(
  { folder }: DescribedRun,
  file: string,
  read: () => Value | undefined | Promise<Value | undefined>,
): Promise<Look<Value>> {
  try {
    return { value: await read() };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const [problem] = error.message.split(`: ${adviceFor(file, folder)}`);
    return { problem: problem! };
  }
}

/** A file that tells of finished epochs. */
export interface Trace {
  /** Its name. */
  readonly file: string;
  /** How many epochs are finished at least, those before the first one of the run included. */
  readonly epochs: number;
}

/**
 * The file that tells of the most epochs.
 *
 * A damaged file tells that there was one.
 *
 * @param survey What the files hold.
 * @param begin The first epoch of the run, from 0.
 * @returns The file, and of how many epochs it tells; `undefined` if there is none.
 * @example Weights alone
 * ```ts
 * import { latestTrace } from "glmc/experiment/survey.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const survey = { metrics: { value: [] }, last: {}, best: {}, weights: { value: { epoch: 8 } } };
 *
 * assertEquals(latestTrace(survey, 0), { file: "best.safetensors", epochs: 9 });
 * ```
 */
export function latestTrace(survey: Survey, begin: number): Trace | undefined {
  const { metrics, last, best, weights } = survey;
  const traces: Trace[] = [];
  const add = (
    file: string,
    { value, problem }: Look<{ readonly epoch: number | undefined }>,
  ): void => {
    if (value === undefined && problem === undefined) return;
    traces.push({ file, epochs: (value?.epoch ?? begin) + 1 });
  };
  add(runFiles.metrics, { value: metrics.value?.at(-1), problem: metrics.problem });
  add(runFiles.lastEvaluation, last);
  add(runFiles.bestEvaluation, best);
  add(runFiles.best, weights);
  return traces.reduce<Trace | undefined>(
    (latest, trace) => latest === undefined || trace.epochs > latest.epochs ? trace : latest,
    undefined,
  );
}

/**
 * What can be done with a run that cannot be continued.
 *
 * @param survey What its files hold.
 * @param folder Its folder.
 * @returns The last part of a message.
 * @example Weights alone
 * ```ts
 * import { whatRemains } from "glmc/experiment/survey.ts";
 * import { assertMatch } from "@std/assert";
 *
 * const survey = { metrics: { value: [] }, last: {}, best: {}, weights: { value: { epoch: 8 } } };
 *
 * assertMatch(whatRemains(survey, "/runs/a"), /evaluate --run \/runs\/a.*--name/);
 * ```
 */
export function whatRemains(
  { metrics, last, best, weights }: Survey,
  folder: string,
): string {
  const run = runArgument(folder);
  const isReadable = (metrics.value ?? []).length > 0 && last.value !== undefined &&
    best.value !== undefined;
  return [
    `bring ${runFiles.checkpoint} back from a copy`,
    ...(weights.value === undefined
      ? []
      : [`evaluate its best weights: deno task evaluate --run ${run}`]),
    ...(isReadable ? [`look at what it has measured: deno task report --run ${run}`] : []),
    "or train anew under another name: deno task train --name <another>",
  ].join("; ");
}
