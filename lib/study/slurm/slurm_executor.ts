/**
 * Runs of a study as jobs of a Slurm cluster.
 *
 * The folders of the runs are the truth: Slurm is asked about those that are not finished. What was submitted
 * is written down beside the study, so that the same command watches the jobs it has submitted before, and
 * submits none of them twice.
 *
 * @module
 */

import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { withLock } from "../../disk/lock.ts";
import { totalEpochs } from "../../train/stage.ts";
import type { Executor, ExecutorOptions } from "../executor.ts";
import { isSettled, type RunProgress } from "../progress.ts";
import type { RunResult } from "../result.ts";
import { isResult, readRunResult } from "../run_result.ts";
import type { PlannedRun } from "../study.ts";
import { queuedTasks } from "./commands.ts";
import { checkJobWishes, type JobWishes } from "./script_parts.ts";
import { nextStep } from "./next_step.ts";
import type { QueuedTask } from "./queue.ts";
import { readSubmissions, type Submission } from "./submissions.ts";
import { logsFolder, submitRuns } from "./submit.ts";
import { taskProblem } from "./task_log.ts";

/** Settings of {@linkcode slurmExecutor}. */
export interface SlurmExecutorOptions extends JobWishes {
  /** Flags of the machine for each run, such as `--device gpu`. */
  readonly machine?: readonly string[] | undefined;
  /** Seconds between two looks at the queue at most; in the beginning it is looked at more often. */
  readonly lookEvery?: number;
}

/** Seconds between the first two looks at the queue. */
const firstLook = 2;
/** Looks at a queue that does not answer, as while Slurm is restarted, before that is an error. */
const mostSilent = 20;

/**
 * The executor of a Slurm cluster: a job array, with a task for each run.
 *
 * The kit and the folder of the runs must be where all nodes see them. Asked to stop, it stops watching:
 * the jobs go on, and the same command watches them again.
 *
 * @param options What the jobs shall be like.
 * @returns The executor.
 * @throws {RangeError} If a wish is none that Slurm takes.
 * @example A time that is none
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { slurmExecutor } from "glmc/study/slurm/slurm_executor.ts";
 *
 * assertThrows(() => slurmExecutor({ timeLimit: "soon" }), RangeError, "time limit soon");
 * ```
 */
export function slurmExecutor(options: SlurmExecutorOptions = {}): Executor {
  checkJobWishes(options);
  const { lookEvery = 30 } = options;
  return {
    stopNotice: "Stops watching",
    async *run(runs, { store, studyFolder, signal, onNotice = () => {} }) {
      const watch: Watch = {
        options,
        onNotice,
        store,
        study: studyFolder.path,
        watched: runs.map((run) => ({ run, tries: 0, epochs: 0, told: "" })),
        jobs: new Set(),
        silent: 0,
      };
      const lock = join(watch.study, "slurm.lock");
      const what = "watch the jobs of the study";
      let wait = Math.min(firstLook, lookEvery);
      while (watch.watched.length > 0) {
        // One at a time: two that look at once would both submit what has no job.
        yield* await withLock(lock, () => look(watch), { what, onNotice });
        if (watch.watched.length === 0) return;
        await delay(wait * 1000, undefined, { signal }).catch(() => {});
        if (signal.aborted) return onNotice(farewell(watch));
        wait = Math.min(wait * 1.2, lookEvery);
      }
    },
  };
}

/** A run that is not settled. */
interface Watched {
  readonly run: PlannedRun;
  /** Jobs it was given, or found with, since it has last done an epoch. */
  tries: number;
  /** Epochs it has done. */
  epochs: number;
  /** What was told of it last. */
  told: string;
}

interface Watch {
  readonly options: SlurmExecutorOptions;
  readonly onNotice: (line: string) => void;
  readonly store: ExecutorOptions["store"];
  /** Folder of the study. */
  readonly study: string;
  /** Runs that are not settled. */
  watched: readonly Watched[];
  /** Ids of its jobs that have not ended. */
  jobs: ReadonlySet<string>;
  /** Looks in a row to which Slurm has not answered. */
  silent: number;
}

/** Gives what has changed, and submits what has no job. */
async function look(watch: Watch): Promise<RunProgress[]> {
  const { study, watched, options, onNotice } = watch;
  // Slurm before the folders: what has ended by now has written all it was to write.
  const tasks = await answered(watch);
  if (tasks === undefined) return [];
  const submissions = await readSubmissions(study);
  const jobs = new Set<string>();
  const changes: RunProgress[] = [];
  const due: Watched[] = [];
  const open: Watched[] = [];
  for (const item of watched) {
    const task = taskOf(item.run, { submissions, tasks });
    if (task !== undefined && task.phase !== "ended") jobs.add(task.job);
    const { progress, submit } = await stepOf(item, { watch, task });
    const text = JSON.stringify({ ...progress, run: undefined });
    if (text !== item.told) changes.push(progress);
    item.told = text;
    if (submit) due.push(item);
    if (!isSettled(progress.state)) open.push(item);
  }
  watch.watched = open;
  watch.jobs = jobs;
  if (due.length > 0) {
    const ids = await submitRuns(due.map(({ run }) => run), {
      ...options,
      study,
      submissions,
      onNotice,
    });
    watch.jobs = new Set([...jobs, ...ids]);
    for (const item of due) item.tries++;
  }
  return changes;
}

/** The tasks Slurm knows of; undefined where it is silent for a while, as when it is restarted. */
async function answered(watch: Watch): Promise<QueuedTask[] | undefined> {
  try {
    const tasks = await queuedTasks();
    watch.silent = 0;
    return tasks;
  } catch (error) {
    // The first answer says whether all is well.
    if (watch.jobs.size === 0 || ++watch.silent > mostSilent) throw error;
    return undefined;
  }
}

/** The task of the last job that a run was given to. */
function taskOf(
  { hash }: PlannedRun,
  { submissions, tasks }: {
    readonly submissions: readonly Submission[];
    readonly tasks: readonly QueuedTask[];
  },
): QueuedTask | undefined {
  const submission = submissions.findLast(({ runs }) => runs.includes(hash));
  if (submission === undefined) return undefined;
  const index = submission.runs.indexOf(hash);
  return tasks.find((task) => task.name === submission.name && task.index === index);
}

async function stepOf(
  item: Watched,
  { watch: { store, study }, task }: {
    readonly watch: Watch;
    readonly task?: QueuedTask | undefined;
  },
): Promise<{ readonly progress: RunProgress; readonly submit: boolean }> {
  const { run } = item;
  const found = await readRunResult(`${store.folder}/${run.name}`, store);
  const result = found !== undefined && isResult(found) ? found : undefined;
  const { epochs = 0, state } = result ?? {};
  if (epochs > item.epochs) [item.epochs, item.tries] = [epochs, Math.min(item.tries, 1)];
  // A job of an earlier command that is under way is watched like one of this.
  if (task !== undefined && task.phase !== "ended") item.tries = Math.max(item.tries, 1);
  const folder = { isFinished: state === "finished", isLocked: state === "running" };
  const { report, submit = false } = nextStep({ folder, task, tries: item.tries });
  const said = report.state === "failed" && task !== undefined
    ? await taskProblem(logsFolder(study), task)
    : undefined;
  const problem = said ?? report.problem;
  const progress = {
    run,
    state: report.state,
    epoch: epochs,
    totalEpochs: totalEpochs(run.config.stages),
    ...measured(result, report.state),
    ...(problem !== undefined && { problem }),
  };
  return { progress, submit };
}

function measured(
  result: RunResult | undefined,
  state: RunProgress["state"],
): Pick<RunProgress, "top1" | "secondsLeft"> {
  if (result?.last === undefined) return {};
  const { last: { top1 }, seconds, epochs, totalEpochs } = result;
  const secondsLeft = (totalEpochs - epochs) * seconds / epochs;
  return { top1, ...(state === "running" && { secondsLeft }) };
}

function farewell({ jobs }: Watch): string {
  const ids = [...jobs];
  if (ids.length === 0) return "No job of the study is in the queue";
  const [noun, verb] = ids.length === 1
    ? ["The job goes", "cancels it"]
    : ["The jobs go", "cancels them"];
  return `${noun} on: the same command watches again, scancel ${ids.join(" ")} ${verb}`;
}
