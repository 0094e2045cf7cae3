/**
 * Finds out where a run stands, and how what is damaged can be had again from what is sound.
 *
 * @module
 */

import { parameterCount } from "../model/layer_table.ts";
import type { Network } from "../model/network.ts";
import { counted } from "../settings/count.ts";
import { disposeTensors } from "../tensor/named_tensors.ts";
import { decodeCheckpoint } from "../train/checkpoint.ts";
import type { EpochRecord, Progress } from "../train/events.ts";
import type { Stage } from "../train/stage.ts";
import { adviceFor } from "./advice.ts";
import { runArgument } from "./place.ts";
import { bestProblem, lastEpochProblem, metricsProblem, type Problem } from "./problems.ts";
import { runFiles } from "./run_folder.ts";
import {
  checkId,
  type DescribedRun,
  explained,
  metadataKeys,
  readBytesIfThere,
  refuseEmpty,
} from "./run_reading.ts";
import { latestTrace, look, type Survey, surveyRun, whatRemains } from "./survey.ts";

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
  /** What was damaged and what is used instead, a line each; for the user's eyes. */
  readonly notices: readonly string[];
  /** Whether `checkpoint.safetensors` is sound. */
  readonly hasSoundCheckpoint: boolean;
  /** Names of damaged files; each is set aside before one of its name is written. */
  readonly damaged: readonly string[];
  /** Whether the history has to be written again. */
  readonly hasHistoryToWrite: boolean;
  /** Record of the best epoch, if its evaluation must be had again from its weights. */
  readonly bestToEvaluate?: EpochRecord | undefined;
}

/**
 * Reads where a run stands; writes nothing.
 *
 * A damaged checkpoint falls back to the one before it; a damaged history is to be written again from the
 * checkpoint; a damaged evaluation of the last epoch is had again by going back to before it. Where files
 * tell of epochs that no checkpoint knows of, to go on would be to write over them: that is refused.
 *
 * @param run The run, whose lock is held.
 * @param plan Its network and stages.
 * @returns Progress and notices.
 * @throws {SyntaxError} If there is no sound checkpoint though there was one, or it is older than what the
 * other files tell of; says what can be done instead.
 * @throws {Error} If a file cannot be read, for another reason than damage.
 */
export async function restoreRun(run: DescribedRun, plan: RestorePlan): Promise<Restored> {
  checkParameters(run, plan.network);
  const survey = await surveyRun(run, plan);
  const current = await readCheckpoint(run, runFiles.checkpoint, plan);
  let previous: FoundCheckpoint = {};
  let restored: Restored | undefined;
  try {
    previous = await readCheckpoint(run, runFiles.previousCheckpoint, plan);
    restored = decide(run, { ...plan, survey, current, previous });
    return restored;
  } finally {
    for (const { progress } of [current, previous]) {
      if (progress !== undefined && progress !== restored?.progress) disposeTensors(progress.state);
    }
  }
}

/** All that is known of a run. */
interface Standing extends RestorePlan {
  readonly survey: Survey;
  readonly current: FoundCheckpoint;
  readonly previous: FoundCheckpoint;
}

function decide(run: DescribedRun, standing: Standing): Restored {
  const { survey, current, previous } = standing;
  const { folder } = run;
  let progress = current.progress ?? previous.progress;
  const problem = whyNotToGoOn(run, { ...standing, progress });
  if (problem !== undefined) throw new SyntaxError(`${problem}: ${whatRemains(survey, folder)}`);
  const notices: string[] = [];
  const damaged = damagedFiles(standing);
  const tell = ({ file, text }: Problem, next: string): void => {
    notices.push(`${text}: ${next}`);
    damaged.push(file);
  };
  const hasSoundCheckpoint = current.progress !== undefined;
  if (progress === undefined) {
    return { progress, notices, damaged, hasSoundCheckpoint, hasHistoryToWrite: false };
  }
  if (!hasSoundCheckpoint) {
    const text = current.problem ?? `There is no "${folder}/${runFiles.checkpoint}"`;
    const next = `continuing from the checkpoint before it, ${placeOf(progress)}`;
    tell({ file: runFiles.checkpoint, text }, next);
  }
  const ofMetrics = metricsProblem(run, { survey, history: progress.history });
  if (ofMetrics !== undefined) tell(ofMetrics, "it is written again from the checkpoint");
  const ofLast = lastEpochProblem(run, { survey, history: progress.history });
  if (ofLast !== undefined && hasSoundCheckpoint) {
    const before = previous.progress?.history.length === progress.history.length - 1
      ? previous.progress
      : undefined;
    tell(
      ofLast,
      before
        ? "the last epoch is evaluated again"
        : `evaluate its weights: deno task evaluate --run ${runArgument(folder)} --epoch last`,
    );
    progress = before ?? progress;
  }
  const { problems, toEvaluate } = bestProblem(run, { survey, history: progress.history });
  for (const problem of problems) tell(problem, adviceFor(runFiles.best, folder));
  if (toEvaluate !== undefined) tell(toEvaluate.problem, "its weights are evaluated again");
  if (hasSoundCheckpoint && previous.problem !== undefined) {
    const text = previous.problem;
    tell({ file: runFiles.previousCheckpoint, text }, "the next checkpoint takes its place");
  }
  if (damagedFiles(standing).length > 0) {
    notices.push("Damaged files are kept: one whose name is needed gets .damaged behind it");
  }
  return {
    progress,
    notices,
    damaged,
    hasSoundCheckpoint,
    hasHistoryToWrite: ofMetrics !== undefined,
    bestToEvaluate: toEvaluate?.record,
  };
}

function damagedFiles({ survey, current, previous }: Standing): string[] {
  const found = [
    [runFiles.metrics, survey.metrics],
    [runFiles.lastEvaluation, survey.last],
    [runFiles.bestEvaluation, survey.best],
    [runFiles.best, survey.weights],
    [runFiles.checkpoint, current],
    [runFiles.previousCheckpoint, previous],
  ] as const;
  return found.filter(([, { problem }]) => problem !== undefined).map(([file]) => file);
}

/** Why the run cannot be continued without writing over what it has measured. */
function whyNotToGoOn(
  { folder, description }: DescribedRun,
  { survey, current, previous, progress }: Standing & { readonly progress: Progress | undefined },
): string | undefined {
  const begin = description.config.stages[0].startEpoch;
  const trace = latestTrace(survey, begin);
  const cannot = `Cannot continue the run in "${folder}"`;
  if (progress === undefined) {
    const problem = current.problem ?? previous.problem;
    if (problem !== undefined || trace === undefined) return problem;
    return `${cannot}: ${runFiles.checkpoint} is gone, though ${trace.file} is of finished epochs`;
  }
  const known = progress.epoch;
  // After the steps of an epoch its results are written before its checkpoint: a process that was killed
  // in between will write the same again.
  const reached = progress.step > 0 ? known + 1 : known;
  if (trace === undefined || trace.epochs <= reached) return undefined;
  const reason = current.problem ??
    `${current.progress ? runFiles.checkpoint : runFiles.previousCheckpoint} knows of ${
      counted(known, "epoch")
    }`;
  return `${cannot}: ${reason.replace(/^Cannot read /, "")}, while ${trace.file} is of epoch ` +
    `${trace.epochs}`;
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
  const { value, problem } = await look(
    run,
    file,
    () =>
      explained(path, adviceFor(file, folder), () => {
        refuseEmpty(bytes);
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
