/**
 * Finds out where a run stands, and mends what can be mended from what is sound.
 *
 * @module
 */

import { basename } from "node:path";
import { parameterCount } from "../model/layer_table.ts";
import type { Network } from "../model/network.ts";
import { disposeTensors } from "../tensor/named_tensors.ts";
import { decodeCheckpoint } from "../train/checkpoint.ts";
import type { EpochRecord, Progress } from "../train/events.ts";
import type { Stage } from "../train/stage.ts";
import { bestRecord } from "./best_record.ts";
import { runFiles } from "./run_folder.ts";
import { adviceFor } from "./advice.ts";
import {
  checkId,
  type DescribedRun,
  explained,
  metadataKeys,
  readBestWeights,
  readBytesIfThere,
  readEvaluation,
  readMetrics,
} from "./run_reading.ts";
import { writeMetrics } from "./run_writing.ts";

/** Network and stages of a run. */
export interface RestorePlan {
  /** Its network. */
  readonly network: Network;
  /** Its stages. */
  readonly stages: readonly Stage[];
}

/** Where a run stands. */
export interface Restored {
  /** Its progress, whose tensors are the caller's; `undefined` before its first checkpoint. */
  readonly progress: Progress | undefined;
  /** What was damaged and what was used instead, a line each; for the user's eyes. */
  readonly notices: readonly string[];
  /** Whether `checkpoint.safetensors` is sound. */
  readonly hasSoundCheckpoint: boolean;
  /** Record of the best epoch, if its evaluation must be had again from its weights. */
  readonly bestToEvaluate?: EpochRecord | undefined;
}

/**
 * Reads where a run stands.
 *
 * A damaged checkpoint falls back to the one before it; a damaged history is written again from the
 * checkpoint; a damaged evaluation of the last epoch is had again by going back to before it.
 *
 * @param run The run, whose lock is held.
 * @param plan Its network and stages.
 * @returns Progress and notices.
 * @throws {SyntaxError} If there is no sound checkpoint though there was one.
 */
export async function restoreRun(run: DescribedRun, plan: RestorePlan): Promise<Restored> {
  checkParameters(run, plan.network);
  const current = await readCheckpoint(run, runFiles.checkpoint, plan);
  const notices: string[] = [];
  let progress = current.progress;
  const before = async (): Promise<FoundCheckpoint> =>
    await readCheckpoint(run, runFiles.previousCheckpoint, plan);
  if (progress === undefined) {
    const previous = await before();
    if (previous.progress === undefined) {
      const problem = current.problem ?? previous.problem ?? await lostHistory(run, plan);
      if (problem !== undefined) {
        throw new SyntaxError(`${problem}: ${adviceFor(runFiles.checkpoint, run.folder)}`);
      }
      return { progress: undefined, notices, hasSoundCheckpoint: false };
    }
    progress = previous.progress;
    const reason = current.problem ?? `There is no "${run.folder}/${runFiles.checkpoint}"`;
    notices.push(`${reason}: continuing from the checkpoint before it, ${placeOf(progress)}`);
  }
  try {
    notices.push(...await mendMetrics(run, progress, plan));
    const problem = await lastEpochProblem(run, { ...progress, ...plan });
    if (problem !== undefined && current.progress !== undefined) {
      const previous = (await before()).progress;
      const isBeforeIt = previous?.history.length === progress.history.length - 1;
      if (previous !== undefined) disposeTensors((isBeforeIt ? progress : previous).state);
      if (previous !== undefined && isBeforeIt) progress = previous;
      const next = isBeforeIt
        ? "the last epoch is evaluated again"
        : `evaluate its weights: deno task evaluate --run ${basename(run.folder)} --epoch last`;
      notices.push(`${problem}: ${next}`);
    }
    const best = await bestProblem(run, { ...progress, ...plan });
    notices.push(...best.notices);
    if (current.progress !== undefined) notices.push(...await spareProblem(run, plan));
    const hasSoundCheckpoint = current.progress !== undefined;
    return { progress, notices, hasSoundCheckpoint, bestToEvaluate: best.toEvaluate };
  } catch (error) {
    disposeTensors(progress.state);
    throw error;
  }
}

/** What became of reading a checkpoint. */
export interface FoundCheckpoint {
  /** The progress, if the file is there and sound. */
  readonly progress?: Progress | undefined;
  /** What is wrong with it, in one line. */
  readonly problem?: string | undefined;
}

/**
 * Reads a checkpoint of a run.
 *
 * @param run The run.
 * @param file Which of its checkpoints.
 * @param plan Its network and stages.
 * @returns The progress, whose tensors are the caller's; or what is wrong with the file; or neither, if
 * there is no such file.
 */
export async function readCheckpoint(
  run: DescribedRun,
  file: string,
  { network, stages }: RestorePlan,
): Promise<FoundCheckpoint> {
  const { folder, description } = run;
  const path = `${folder}/${file}`;
  const bytes = await readBytesIfThere(path);
  if (bytes === undefined) return {};
  const { value, problem } = await problemOr(
    run,
    file,
    () =>
      explained(path, adviceFor(file, folder), () => {
        const counts = description.classCounts;
        const { progress, metadata, sealed } = decodeCheckpoint(bytes, { network, stages, counts });
        try {
          checkId({ id: metadata[metadataKeys.run], sealed }, description);
        } catch (error) {
          disposeTensors(progress.state);
          throw error;
        }
        return progress;
      }),
  );
  return { progress: value, problem };
}

/** What is wrong with the checkpoint before the last one, while that one is sound. */
async function spareProblem(run: DescribedRun, plan: RestorePlan): Promise<string[]> {
  const { progress, problem } = await readCheckpoint(run, runFiles.previousCheckpoint, plan);
  if (progress !== undefined) disposeTensors(progress.state);
  return problem === undefined ? [] : [`${problem}: the next checkpoint takes its place`];
}

function placeOf({ epoch, step }: Progress): string {
  return step === 0
    ? `at the start of epoch ${epoch + 1}`
    : `in epoch ${epoch + 1} after step ${step}`;
}

function checkParameters({ folder, description }: DescribedRun, network: Network): void {
  const count = parameterCount(network);
  if (description.parameters === count) return;
  throw new SyntaxError(
    `Cannot continue the run in "${folder}": ${runFiles.description} tells of ` +
      `${description.parameters} parameters, the configured network has ${count}: ` +
      adviceFor(runFiles.description, folder),
  );
}

/** Without checkpoints, files of finished epochs say that there were some. */
async function lostHistory(
  run: DescribedRun,
  { stages }: RestorePlan,
): Promise<string | undefined> {
  const { folder, description } = run;
  const history = await readMetrics(run, { stages, counts: description.classCounts });
  const evaluation = await readEvaluation(run, "last");
  if (history.length === 0 && evaluation === undefined) return undefined;
  return `Cannot continue the run in "${folder}": ${runFiles.checkpoint} is gone, though epochs ` +
    "are finished";
}

async function mendMetrics(
  run: DescribedRun,
  { history }: Progress,
  { stages }: RestorePlan,
): Promise<string[]> {
  const path = `${run.folder}/${runFiles.metrics}`;
  const found = await problemOr(
    run,
    runFiles.metrics,
    () => readMetrics(run, { stages, counts: run.description.classCounts }),
  );
  const isSound = found.value !== undefined &&
    // One epoch more: the process was killed between the two files.
    [0, 1].includes(found.value.length - history.length) &&
    sameRecords(found.value.slice(0, history.length), history);
  if (isSound) return [];
  await writeMetrics(run, history);
  const reason = found.problem ?? `"${path}" does not fit the checkpoint`;
  return [`${reason}: it is written again from the checkpoint`];
}

function sameRecords(a: readonly EpochRecord[], b: readonly EpochRecord[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

type Standing = Pick<Progress, "history"> & RestorePlan;

/** What is wrong with the files that the last epoch has left. */
async function lastEpochProblem(
  run: DescribedRun,
  { history, network }: Standing,
): Promise<string | undefined> {
  const last = history.at(-1);
  if (last === undefined) return undefined;
  const evaluation = await evaluationProblem(run, "last", last);
  if (evaluation !== undefined || bestRecord(history) !== last) return evaluation;
  return await evaluationProblem(run, "best", last) ?? await weightsProblem(run, network);
}

/** What is wrong with the files of the best epoch, if that is an earlier one. */
async function bestProblem(
  run: DescribedRun,
  { history, network }: Standing,
): Promise<{ readonly notices: readonly string[]; readonly toEvaluate?: EpochRecord }> {
  const best = bestRecord(history);
  if (best === undefined || best === history.at(-1)) return { notices: [] };
  const ofWeights = await weightsProblem(run, network);
  const ofEvaluation = await evaluationProblem(run, "best", best);
  const advice = adviceFor(runFiles.best, run.folder);
  const notices = [ofWeights, ofWeights && ofEvaluation]
    .filter((problem) => problem !== undefined)
    .map((problem) => `${problem}: ${advice}`);
  if (ofWeights !== undefined || ofEvaluation === undefined) return { notices };
  return { notices: [`${ofEvaluation}: its weights are evaluated again`], toEvaluate: best };
}

async function evaluationProblem(
  run: DescribedRun,
  which: "best" | "last",
  record: EpochRecord,
): Promise<string | undefined> {
  const file = which === "best" ? runFiles.bestEvaluation : runFiles.lastEvaluation;
  const { value, problem } = await problemOr(run, file, () => readEvaluation(run, which));
  if (problem !== undefined) return problem;
  if (value === undefined) return `"${run.folder}/${file}" is gone`;
  // A later epoch: the process was killed before the checkpoint, and will write the same again.
  if (value.epoch > record.epoch) return undefined;
  const isSame = value.epoch === record.epoch && value.top1 === record.evaluation.top1;
  return isSame ? undefined : `"${run.folder}/${file}" does not fit the checkpoint`;
}

async function weightsProblem(run: DescribedRun, network: Network): Promise<string | undefined> {
  const { value, problem } = await problemOr(
    run,
    runFiles.best,
    () => readBestWeights(run, network),
  );
  if (problem !== undefined) return problem;
  if (value === undefined) return `"${run.folder}/${runFiles.best}" is gone`;
  disposeTensors(value.variables);
  return undefined;
}

/** A value, or what is wrong with the file it is in; what to do about it is said elsewhere. */
async function problemOr<Value>(
  { folder }: DescribedRun,
  file: string,
  read: () => Value | Promise<Value>,
): Promise<{ readonly value?: Value; readonly problem?: string }> {
  try {
    return { value: await read() };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const [problem] = error.message.split(`: ${adviceFor(file, folder)}`);
    return { problem: problem! };
  }
}
