/**
 * What a folder of a run has come to, as a result.
 *
 * @module
 */

import { bestRecord } from "../experiment/best_record.ts";
import { groupHash, resultHash } from "../experiment/config.ts";
import type { MethodsOption } from "../experiment/configured.ts";
import { finishedEpochs, lookAtRun, plannedEpochs } from "../experiment/run_list.ts";
import type { EpochRecord } from "../train/events.ts";
import type { Measured, RunResult } from "./result.ts";

/** A folder among the runs of which nothing but this can be said. */
export interface UnreadableRun {
  /** Name of its folder. */
  readonly name: string;
  /** Its folder, as an absolute path. */
  readonly folder: string;
  /** `reserved`: nothing is in it yet; `damaged`: it cannot be read. */
  readonly state: "reserved" | "damaged";
  /** Why it cannot be read, in one line. */
  readonly problem?: string;
}

/**
 * Reads the result of a run from its folder, whether it is running or not.
 *
 * @param folder The folder, as an absolute path.
 * @param options The methods there are.
 * @returns The result; what is wrong with the folder; or `undefined` if it is none of a run.
 */
export async function readRunResult(
  folder: string,
  options: MethodsOption,
): Promise<RunResult | UnreadableRun | undefined> {
  const name = folder.slice(folder.lastIndexOf("/") + 1);
  const look = await lookAtRun(folder, options);
  if (look === undefined) return undefined;
  const { state, description, history = [], problem } = look;
  if (description === undefined) {
    return problem === undefined
      ? { name, folder, state: "reserved" }
      : { name, folder, state: "damaged", problem };
  }
  const { config, environment } = description;
  return {
    hash: resultHash(config),
    group: groupHash(config),
    config,
    name,
    folder,
    state,
    epochs: finishedEpochs(description, history),
    totalEpochs: plannedEpochs(description),
    ...measuredEpochs(history),
    curve: history.map(({ evaluation: { top1 } }) => top1),
    seconds: history.reduce(
      (sum, { trainSeconds, evaluateSeconds }) => sum + trainSeconds + evaluateSeconds,
      0,
    ),
    started: environment.started ?? "",
    commit: environment.commit ?? "",
    machine: environment.machine ?? "",
  };
}

/**
 * Whether a folder holds a result, and not only a reservation or damage.
 *
 * @param found What {@linkcode readRunResult} has found.
 * @returns `true` for a result.
 * @example A reservation
 * ```ts
 * import { assert } from "@std/assert";
 * import { isResult } from "glmc/study/run_result.ts";
 *
 * assert(!isResult({ name: "first", folder: "/runs/first", state: "reserved" }));
 * ```
 */
export function isResult(found: RunResult | UnreadableRun): found is RunResult {
  return "hash" in found;
}

function measuredEpochs(history: readonly EpochRecord[]): Pick<RunResult, "best" | "last"> {
  const [best, last] = [bestRecord(history), history.at(-1)];
  return {
    ...(best && { best: measuredOf(best) }),
    ...(last && { last: measuredOf(last) }),
  };
}

function measuredOf({ epoch, evaluation, adjusted }: EpochRecord): Measured {
  const { top1, top5, shots, classAccuracy, calibrationError } = evaluation;
  return {
    epoch,
    ...{ top1, top5, shots, classAccuracy, calibrationError },
    ...(adjusted && { adjusted: { top1: adjusted.top1, shots: adjusted.shots } }),
  };
}
