/**
 * A sweep: the runs of a study that are not known yet, done to their end.
 *
 * @module
 */

import { totalEpochs } from "../train/stage.ts";
import type { Executor, ExecutorOptions } from "./executor.ts";
import type { RunProgress } from "./progress.ts";
import { isFinished, resultsByHash } from "./read_results.ts";
import type { RunResult } from "./result.ts";
import { readRunResult } from "./run_result.ts";
import { type PlannedRun, planStudy } from "./study.ts";
import { logFile } from "./study_folder.ts";

/** Settings of {@linkcode sweep}. */
export interface SweepOptions extends ExecutorOptions {
  /** Who does the runs. */
  readonly executor: Executor;
  /** Results there are, wherever they were made. */
  readonly known: readonly RunResult[];
  /** Whether a run that fails stops the others; false by default. */
  readonly failFast?: boolean | undefined;
  /** The runs to do of those that are left, which are told all the same; all by default. */
  readonly only?: (run: PlannedRun) => boolean;
}

/**
 * Does the runs of a study that are not finished anywhere, each once, whatever variants ask for it.
 *
 * Another sweep of the same runs may be at work: what it does is waited for, and done here if it ends before
 * that. An error that other runs would meet as well, such as a full disk, stops all.
 *
 * @param options Study, store, executor, and what is known.
 * @returns First the state of each run, then what changes.
 * @example All is known
 * ```ts
 * import { openRunStore } from "glmc";
 * import { localExecutor } from "glmc/study/local_executor.ts";
 * import { sweep } from "glmc/study/sweep.ts";
 * import { writeStudy } from "glmc/study/study_folder.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const store = openRunStore(Deno.makeTempDirSync());
 * const study = { name: "none", title: "None", base: {}, variants: [], seeds: [1] };
 * const studyFolder = await writeStudy(store.folder, study);
 * const executor = localExecutor({ jobs: 1 });
 * const { signal } = new AbortController();
 *
 * assertEquals(await Array.fromAsync(sweep({ store, studyFolder, signal, executor, known: [] })), []);
 * ```
 */
export async function* sweep(options: SweepOptions): AsyncGenerator<RunProgress> {
  const { store, studyFolder, executor, onNotice, known, failFast = false, only = () => true } =
    options;
  const runs = distinctRuns(planStudy(studyFolder.study, store));
  const finished = knownRuns(runs, known);
  yield* finished.values();
  const left = runs.filter(({ hash }) => !finished.has(hash));
  for (const run of left) {
    yield { run, state: "waiting", epoch: 0, totalEpochs: totalEpochs(run.config.stages) };
  }
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  for await (
    const progress of executor.run(left.filter(only), { store, studyFolder, signal, onNotice })
  ) {
    if (progress.state === "failed") {
      if (failFast || progress.isFatal) stop.abort();
      await noteFailure(progress, options);
    }
    yield progress;
  }
}

/** Writes down that a run has failed, which a worker that was killed has not done itself. */
async function noteFailure(
  { run, problem }: RunProgress,
  { store, studyFolder: { path } }: Pick<SweepOptions, "store" | "studyFolder">,
): Promise<void> {
  if (await hasFailed(path, run)) return;
  const found = await readRunResult(`${store.folder}/${run.name}`, store);
  if (found?.state === "finished") return;
  const line = `${new Date().toISOString()} failed${problem === undefined ? "" : `: ${problem}`}\n`;
  // As in the log of a worker, it is dropped where the disk does not take it.
  await Deno.writeTextFile(logFile(path, run.name), line, { append: true }).catch(() => {});
}

/**
 * Runs without those that ask for the same as one before them.
 *
 * @param runs Runs.
 * @returns One for each hash.
 * @example None
 * ```ts
 * import { distinctRuns } from "glmc/study/sweep.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(distinctRuns([]), []);
 * ```
 */
export function distinctRuns(runs: readonly PlannedRun[]): PlannedRun[] {
  return [...new Map(runs.toReversed().map((run) => [run.hash, run])).values()].reverse();
}

/**
 * The runs that are finished already, by their hash.
 *
 * @param runs Runs.
 * @param known Results there are.
 * @returns The state of each of them.
 * @example None
 * ```ts
 * import { knownRuns } from "glmc/study/sweep.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(knownRuns([], []).size, 0);
 * ```
 */
export function knownRuns(
  runs: readonly PlannedRun[],
  known: readonly RunResult[],
): Map<string, RunProgress> {
  const results = resultsByHash(known.filter(isFinished));
  return new Map(runs.flatMap((run) => {
    const result = results.get(run.hash);
    if (result === undefined) return [];
    const { epochs, totalEpochs, last } = result;
    const top1 = last && { top1: last.top1 };
    return [[run.hash, { run, state: "known", epoch: epochs, totalEpochs, ...top1 }]];
  }));
}

/**
 * Whether the last attempt at a run of a study has failed, by the log of the run.
 *
 * @param study Folder of the study.
 * @param run The run.
 * @returns Whether it has; false of a run that never began.
 * @example A run that never began
 * ```ts
 * import { hasFailed } from "glmc/study/sweep.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await hasFailed(Deno.makeTempDirSync(), { name: "first" }), false);
 * ```
 */
export async function hasFailed(study: string, run: Pick<PlannedRun, "name">): Promise<boolean> {
  const log = await Deno.readTextFile(logFile(study, run.name)).catch(() => "");
  return /^\S+ failed(?:: |$)/.test(log.trimEnd().split("\n").at(-1)!);
}
