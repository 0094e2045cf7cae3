/**
 * Lists the runs of a folder: how far each has come and what it has reached.
 *
 * @module
 */

import { readError } from "../disk/errors.ts";
import { isLocked } from "../disk/lock.ts";
import { totalEpochs } from "../train/stage.ts";
import { bestRecord } from "./best_record.ts";
import type { EpochRecord } from "../train/events.ts";
import type { MethodsOption } from "./configured.ts";
import { isLeftOfBeginning } from "./reserve.ts";
import { type RunDescription, runFiles } from "./run_folder.ts";
import { readDescription } from "./describe_run.ts";
import { readMetrics, recordContext } from "./run_reading.ts";

/** How far a run has come. */
export type RunState = "reserved" | "begun" | "running" | "stopped" | "finished" | "damaged";

/** A line of the list of runs. */
export interface RunSummary {
  /** Name of its folder. */
  readonly name: string;
  /** Its folder, as an absolute path. */
  readonly folder: string;
  /**
   * `reserved`: the folder is there and nothing in it; `begun`: no epoch is finished; `running`: a
   * process works on it; `stopped`, `finished`; `damaged`: it cannot be read, see `problem`.
   */
  readonly state: RunState;
  /** What it is; absent of a reserved or damaged run. */
  readonly description?: RunDescription;
  /** Finished epochs, up to the last evaluated one. */
  readonly epochs?: number;
  /** Epochs that are planned. */
  readonly totalEpochs?: number;
  /** Highest top-1 accuracy in percent; absent before the first epoch is finished. */
  readonly bestTop1?: number | undefined;
  /** Top-1 accuracy of the last epoch in percent; absent before the first epoch is finished. */
  readonly lastTop1?: number | undefined;
  /** Why it cannot be read, in one line. */
  readonly problem?: string;
}

/**
 * Lists all runs, without their weights and evaluations.
 *
 * @param runs Folder of all runs.
 * @param options The methods there are.
 * @returns A line for each folder that is or was to be a run, by name.
 * @throws {Error} If the folder itself cannot be read.
 */
export async function listRuns(runs: string, options: MethodsOption): Promise<RunSummary[]> {
  const summaries: RunSummary[] = [];
  for (const name of await runFolderNames(runs)) {
    const summary = await summaryOf(name, `${runs}/${name}`, options);
    if (summary !== undefined) summaries.push(summary);
  }
  return summaries;
}

/**
 * What may be a run among others: folders and links to folders. Those that are hidden are somebody else's.
 *
 * @param runs Folder of all runs.
 * @returns Their names in order; none if there is no such folder.
 * @throws {Error} If the folder cannot be read.
 * @example No run yet
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { runFolderNames } from "glmc/experiment/run_list.ts";
 *
 * assertEquals(await runFolderNames(`${Deno.makeTempDirSync()}/none`), []);
 * ```
 */
export async function runFolderNames(runs: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name, isDirectory, isSymlink } of Deno.readDir(runs)) {
      if (name.startsWith(".")) continue;
      if (isDirectory || isSymlink && await leadsToFolder(`${runs}/${name}`)) names.push(name);
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw readError(runs, error);
  }
  return names.sort();
}

async function leadsToFolder(link: string): Promise<boolean> {
  return await Deno.stat(link).then(({ isDirectory }) => isDirectory, () => false);
}

async function summaryOf(
  name: string,
  folder: string,
  options: MethodsOption,
): Promise<RunSummary | undefined> {
  const found = await lookAtRun(folder, options);
  if (found === undefined) return undefined;
  const { state, problem, description, history = [] } = found;
  if (problem !== undefined) return { name, folder, state, problem };
  if (description === undefined) return { name, folder, state };
  return {
    name,
    folder,
    state,
    description,
    epochs: finishedEpochs(description, history),
    totalEpochs: plannedEpochs(description),
    bestTop1: bestRecord(history)?.evaluation.top1,
    lastTop1: history.at(-1)?.evaluation.top1,
  };
}

/** What lies in the folder of a run, without weights and evaluations. */
export interface RunLook {
  /** How far it has come. */
  readonly state: RunState;
  /** What it is; absent of a reserved or damaged run. */
  readonly description?: RunDescription;
  /** Its evaluated epochs; absent of a reserved or damaged run. */
  readonly history?: readonly EpochRecord[];
  /** Why it cannot be read, in one line. */
  readonly problem?: string;
}

/**
 * Looks at the folder of a run, whatever state it is in.
 *
 * @param folder The folder.
 * @param options The methods there are.
 * @returns What lies there; `undefined` where it is none of a run.
 */
export async function lookAtRun(
  folder: string,
  options: MethodsOption,
): Promise<RunLook | undefined> {
  try {
    const names = await Array.fromAsync(Deno.readDir(folder), (entry) => entry.name);
    if (!names.includes(runFiles.description)) {
      // Whatever else lies among the runs is nobody's business.
      return names.every(isLeftOfBeginning) ? { state: "reserved" } : undefined;
    }
    const description = await readDescription(folder, options);
    const history = await readMetrics({ folder, description }, recordContext(description, options));
    const state = await stateOf(folder, {
      epochs: finishedEpochs(description, history),
      totalEpochs: plannedEpochs(description),
    });
    return { state, description, history };
  } catch (error) {
    return { state: "damaged", problem: error instanceof Error ? error.message : String(error) };
  }
}

/**
 * How far a run has come whose description can be read.
 *
 * @param folder Its folder.
 * @param progress Its finished and its planned epochs.
 * @returns The state.
 */
export async function stateOf(folder: string, progress: EpochCounts): Promise<RunState> {
  return await isLocked(`${folder}/${runFiles.lock}`) ? "running" : stateAtRest(progress);
}

/** How many of a run's epochs are done. */
export interface EpochCounts {
  /** Finished epochs. */
  readonly epochs: number;
  /** Planned epochs. */
  readonly totalEpochs: number;
}

/**
 * How far a run has come that no process works on.
 *
 * @param progress Its finished and its planned epochs.
 * @returns The state.
 * @example One epoch of two
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { stateAtRest } from "glmc/experiment/run_list.ts";
 *
 * assertEquals(stateAtRest({ epochs: 1, totalEpochs: 2 }), "stopped");
 * ```
 */
export function stateAtRest({ epochs, totalEpochs }: EpochCounts): RunState {
  return epochs === totalEpochs ? "finished" : epochs === 0 ? "begun" : "stopped";
}

/**
 * Epochs that a run is to train, those that an earlier run has done not counted.
 *
 * @param description What it is.
 * @returns Their number.
 */
export function plannedEpochs({ config: { stages } }: RunDescription): number {
  return totalEpochs(stages) - stages[0].startEpoch;
}

/**
 * Epochs that a run has trained, up to the last one that is evaluated.
 *
 * @param description What it is.
 * @param history Its evaluated epochs.
 * @returns Their number, those that an earlier run has done not counted.
 */
export function finishedEpochs(
  { config: { stages: [{ startEpoch }] } }: RunDescription,
  history: readonly EpochRecord[],
): number {
  const last = history.at(-1);
  return last === undefined ? 0 : last.epoch + 1 - startEpoch;
}
