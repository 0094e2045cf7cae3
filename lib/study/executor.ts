/**
 * Who does the runs of a study: child processes of this machine, or the jobs of a cluster.
 *
 * @module
 */

import type { RunStore } from "../experiment/run_store.ts";
import type { RunProgress } from "./progress.ts";
import type { PlannedRun } from "./study.ts";
import type { StudyFolder } from "./study_folder.ts";

/** What an executor is told beside the runs. */
export interface ExecutorOptions {
  /** Where the runs go; `studyFolder` lies in it. */
  readonly store: RunStore;
  /** What a worker reads the study from, and where its log goes. */
  readonly studyFolder: StudyFolder;
  /** Asks it to stop: runs at work are left with a checkpoint and told as stopped, others are left. */
  readonly signal: AbortSignal;
  /** Told one line of what a user should know, such as the id of a job. */
  readonly onNotice?: ((line: string) => void) | undefined;
}

/** Does runs in processes of their own, several at a time. */
export interface Executor {
  /** What a user reads who has asked it to stop, where that leaves no checkpoint of the runs at work. */
  readonly stopNotice?: string;
  /**
   * Does runs to their end and tells whenever something has changed.
   *
   * It ends when every run is settled, or it was asked to stop. A run that another process is at work
   * on is waited for. A run that fails does not end the others.
   *
   * @param runs The runs, of which no two have the same hash.
   * @param options Store, study and signal.
   * @returns What has changed.
   */
  run(runs: readonly PlannedRun[], options: ExecutorOptions): AsyncGenerator<RunProgress>;
}

/**
 * How a worker ends, which is `main.ts planned --study <folder> --run <name or hash>`; other codes are those
 * of every command: 1 failed, 2 a mistake in the command line, and 128 + number of the signal that has
 * stopped it with a checkpoint.
 */
export const workerCodes = {
  /** The run is finished, now or since long. */
  finished: 0,
  /** Another process is at work on the run; to be tried again (`EX_TEMPFAIL`). */
  elsewhere: 75,
  /** SIGUSR2, which a cluster sends before its time limit: stopped with a checkpoint, to be gone on with. */
  outOfTime: 140,
} as const;
