/**
 * A study in front of the terminal: its runs, how far they are, how they are stopped, and the table at the end.
 *
 * @module
 */

import type { RunStore } from "../experiment/run_store.ts";
import { listenForStop } from "../process/stop.ts";
import { printResult, tell } from "../process/streams.ts";
import { compareVariants } from "../study/compare.ts";
import { comparisonTable } from "../study/comparison_table.ts";
import type { Executor } from "../study/executor.ts";
import type { RunProgress } from "../study/progress.ts";
import { knownResults } from "../study/read_results.ts";
import type { RunResult } from "../study/result.ts";
import type { PlannedRun, Study } from "../study/study.ts";
import { writeStudy } from "../study/study_folder.ts";
import { hasFailed, sweep } from "../study/sweep.ts";
import { planStudy } from "../study/study.ts";
import { liveBlock } from "./live_block.ts";
import { fittedTable } from "./fit_table.ts";
import { changeLine, incompleteText, sweepLines } from "./sweep_report.ts";

/** Settings of {@linkcode runSweep}. */
export interface RunSweepOptions {
  /** Where the runs go. */
  readonly store: RunStore;
  /** Who does them. */
  readonly executor: Executor;
  /** Name of the preset that the settings of the study start from; none by default. */
  readonly preset?: string | undefined;
  /** Whether a run that fails stops the others; false by default. */
  readonly failFast?: boolean | undefined;
  /** Whether only the runs are done that have failed; all by default. */
  readonly onlyFailed?: boolean | undefined;
}

/** What a study has come to. */
export interface SweepOutcome {
  /** Results there are now, wherever they were made. */
  readonly results: readonly RunResult[];
  /** Whether every run of the study is finished. */
  readonly isComplete: boolean;
}

/**
 * Does the runs of a study that are not known, and shows how far they are.
 *
 * A request to stop leaves a checkpoint of each run at work and the exit code of the signal; a run that has
 * failed, or was stopped by another than this process, the exit code 1.
 *
 * @param study The study.
 * @param options Store and executor.
 * @returns What there is at the end.
 * @throws {Error} If the study cannot be written down, or results cannot be read.
 */
export async function runSweep(
  study: Study,
  { store, executor, preset, failFast, onlyFailed = false }: RunSweepOptions,
): Promise<SweepOutcome> {
  using stop = listenForStop({
    onForce: () => tell("Stopped at once, without checkpoints of the last steps"),
  });
  const studyFolder = await writeStudy(store.folder, study, {
    ...(preset !== undefined && { preset }),
  });
  const known = await knownResults(store, { onNotice: tell });
  const only = onlyFailed ? await failedRuns(planStudy(study, store), studyFolder.path) : undefined;
  const block = liveBlock();
  const note = (): void =>
    block.note(
      executor.stopNotice ??
        "Stopping after these steps; press Ctrl-C again to stop at once without checkpoints",
    );
  stop.signal.addEventListener("abort", note);
  const runs = new Map<string, RunProgress>();
  const lines = (): string[] =>
    sweepLines([...runs.values()], { room: block.room, title: study.title });
  try {
    for await (
      const progress of sweep({
        ...{
          store,
          studyFolder,
          executor,
          known,
          failFast,
          signal: stop.signal,
          onNotice: block.note,
        },
        ...(only && { only }),
      })
    ) {
      const { hash } = progress.run;
      const line = changeLine(progress, runs.get(hash));
      runs.set(hash, progress);
      if (!block.isLive && line !== undefined) block.note(line);
      block.update(lines());
    }
  } finally {
    stop.signal.removeEventListener("abort", note);
    if (!block.isLive) block.note(lines()[0]!);
    block.finish(lines());
  }
  const all = [...runs.values()];
  const left = incompleteText(all, { onlyFailed });
  if (left !== undefined) tell(left);
  // Runs that wait were not asked for, as with --only failed, and may be at work elsewhere.
  if (all.some(({ state }) => state === "failed" || state === "stopped")) Deno.exitCode = 1;
  if (stop.signal.aborted) Deno.exitCode = stop.exitCode;
  return { results: await knownResults(store), isComplete: left === undefined };
}

async function failedRuns(
  runs: readonly PlannedRun[],
  study: string,
): Promise<(run: PlannedRun) => boolean> {
  const failed = new Set<string>();
  for (const run of runs) if (await hasFailed(study, run)) failed.add(run.hash);
  return ({ hash }) => failed.has(hash);
}

/**
 * Prints the comparison of a study's variants, of what is finished.
 *
 * @param study The study.
 * @param results Results, of which those of the study are taken.
 * @param store Where its methods are known.
 * @throws {Error} If standard output does not take it.
 */
export function printComparison(
  study: Study,
  results: readonly RunResult[],
  { methods }: Pick<RunStore, "methods">,
): void {
  printResult(fittedTable(comparisonTable(compareVariants(study, results, { methods }))));
}
