/**
 * What a study would take: which runs are known, which would be done, and how long that takes.
 *
 * @module
 */

import { counted } from "../settings/count.ts";
import type { RunStore } from "../experiment/run_store.ts";
import { table } from "../plot/table.ts";
import { printResult, tell } from "../process/streams.ts";
import { startFolder } from "../setup/project.ts";
import { epochSecondsByShape, shapeOf } from "../study/expected_time.ts";
import { knownResults } from "../study/read_results.ts";
import { type PlannedRun, planStudy, type Study } from "../study/study.ts";
import { writeStudy } from "../study/study_folder.ts";
import { distinctRuns, knownRuns } from "../study/sweep.ts";
import { workerCommand } from "../study/worker_command.ts";
import { totalEpochs } from "../train/stage.ts";
import { fittedTable } from "./fit_table.ts";
import { withProgressLine } from "./shell.ts";
import { runTitle, stateText } from "./sweep_report.ts";
import { duration } from "./train_report.ts";

/** Settings of {@linkcode expectStudy}. */
export interface ExpectOptions {
  /** Where the runs go. */
  readonly store: RunStore;
  /** Flags of the machine for each run. */
  readonly machine?: readonly string[];
}

/** A run of a study, and what is still to be done of it. */
export interface ExpectedRun {
  /** The run. */
  readonly run: PlannedRun;
  /** What is known of it, where it is finished. */
  readonly known?: string;
  /** Seconds it will take: 0 if it is known. */
  readonly seconds: number;
}

/**
 * What a study will take on this machine: by the runs that are here and alike, else by a few steps that are
 * measured.
 *
 * @param study The study.
 * @param options Store and machine.
 * @returns Its runs, each once.
 * @throws {Error} If results cannot be read, or a run cannot begin.
 */
export async function expectStudy(study: Study, options: ExpectOptions): Promise<ExpectedRun[]> {
  const results = await knownResults(options.store, { onNotice: tell });
  const runs = distinctRuns(planStudy(study, options.store));
  const known = knownRuns(runs, results);
  const epochSeconds = epochSecondsByShape(results);
  const begun = new Map(results.map(({ hash, epochs }) => [hash, epochs]));
  const left = runs.filter(({ hash }) => !known.has(hash));
  const unknown = new Map(
    left.filter(({ config }) => !epochSeconds.has(shapeOf(config)))
      .map((run) => [shapeOf(run.config), run]),
  );
  for (const [shape, seconds] of await measure(study, { ...options, runs: unknown })) {
    epochSeconds.set(shape, seconds);
  }
  return runs.map((run) => {
    const progress = known.get(run.hash);
    if (progress !== undefined) return { run, known: stateText(progress), seconds: 0 };
    const epochs = totalEpochs(run.config.stages) - (begun.get(run.hash) ?? 0);
    return { run, seconds: epochs * epochSeconds.get(shapeOf(run.config))! };
  });
}

/** Measures a few steps of a run of each shape, in a folder that is thrown away. */
async function measure(
  study: Study,
  { machine, runs }: ExpectOptions & { readonly runs: ReadonlyMap<string, PlannedRun> },
): Promise<Map<string, number>> {
  if (runs.size === 0) return new Map();
  // Before this process and those that measure are at work themselves.
  const busy = busyText(Deno.loadavg());
  if (busy !== undefined) tell(busy);
  const folder = await Deno.makeTempDir();
  try {
    const { path } = await writeStudy(folder, study);
    return await withProgressLine(async (line) => {
      const measured = new Map<string, number>();
      for (const [shape, run] of runs) {
        line.update(`Measuring ${runTitle({ run })}`, measured.size / runs.size);
        measured.set(shape, await measureRun(run, { study: path, machine }));
      }
      return measured;
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/**
 * A word on what is measured while other programs are at work.
 *
 * @param load Mean number of programs at work in the last minute, and in longer times.
 * @param cores Processor cores; those of this machine by default.
 * @returns The line; `undefined` where at least half of the cores were idle.
 * @example Two cores with a training on them
 * ```ts
 * import { assertEquals, assertStringIncludes } from "@std/assert";
 * import { busyText } from "glmc/cli/sweep_plan.ts";
 *
 * assertEquals(busyText([0.4], 2), undefined);
 * assertStringIncludes(busyText([3.14], 2)!, "3.1 programs on 2 cores");
 * ```
 */
export function busyText(
  [load = 0]: readonly number[],
  cores: number = navigator.hardwareConcurrency,
): string | undefined {
  if (load <= cores / 2) return undefined;
  return `Measured while others are at work (${load.toFixed(1)} programs on ${
    counted(cores, "core")
  }): expect less time on a quiet machine`;
}

async function measureRun(
  run: PlannedRun,
  { study, machine }: { readonly study: string; readonly machine: readonly string[] | undefined },
): Promise<number> {
  const [program, ...args] = workerCommand({
    ...{ study, machine, run: run.hash, parent: Deno.pid, estimate: true },
  });
  const { code, stdout, stderr } = await new Deno.Command(program!, {
    args,
    cwd: startFolder,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const [text, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes).trim());
  if (code === 0) return Number(text!.split("\n").at(-1));
  const reason = errors!.split("\n").at(-1)!.replace(/^error: /, "") ||
    `it ended with code ${code}`;
  throw new Error(`Cannot estimate ${runTitle({ run })}: ${reason}`);
}

/**
 * Prints what a study would take, and does nothing of it.
 *
 * @param study The study.
 * @param options Store and machine.
 * @throws {Error} If results cannot be read, or a run cannot begin.
 */
export async function printDryRun(
  study: Study,
  options: ExpectOptions,
): Promise<void> {
  const runs = await expectStudy(study, options);
  const rows = runs.map(({ run, known, seconds }) => [
    run.variant,
    `${run.seed}`,
    known ?? `to do, about ${roughly(seconds)}`,
  ]);
  printResult(fittedTable(table(["variant", "seed", "state"], rows)));
  printResult(`\n${expectedText(runs)}`);
}

/** An estimate of days says hours, one of hours minutes. */
function roughly(seconds: number): string {
  const unit = seconds > 86_400 ? 3600 : seconds > 3600 ? 60 : 1;
  return duration(Math.round(seconds / unit) * unit);
}

/**
 * How long the runs of a study take together, in one line.
 *
 * @param runs Its runs.
 * @returns The line.
 * @example Nothing to do
 * ```ts
 * import { expectedText } from "glmc/cli/sweep_plan.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(expectedText([]), "All 0 runs are known");
 * ```
 */
export function expectedText(runs: readonly ExpectedRun[]): string {
  const left = runs.filter(({ known }) => known === undefined);
  if (left.length === 0) {
    return runs.length === 1 ? "The run is known" : `All ${runs.length} runs are known`;
  }
  const seconds = left.reduce((sum, run) => sum + run.seconds, 0);
  const knownCount = runs.length - left.length;
  return `${left.length} of ${counted(runs.length, "run")} to do` +
    (knownCount === 0 ? "" : `, ${knownCount} known`) +
    `: about ${roughly(seconds)}, one after the other`;
}
