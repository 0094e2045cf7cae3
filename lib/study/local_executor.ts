/**
 * Runs of a study in child processes of this machine, several at a time.
 *
 * @module
 */

import { setTimeout as delay } from "node:timers/promises";
import { isLocked } from "../disk/lock.ts";
import { runFiles } from "../experiment/run_folder.ts";
import { linesOf } from "../process/lines.ts";
import { nextTurn } from "../process/turn.ts";
import { startFolder } from "../setup/project.ts";
import { totalEpochs } from "../train/stage.ts";
import { type Executor, type ExecutorOptions, workerCodes } from "./executor.ts";
import { isSettled, readReport, type RunProgress, type RunReport } from "./progress.ts";
import type { PlannedRun } from "./study.ts";
import { workerCommand } from "./worker_command.ts";

/** Settings of {@linkcode localExecutor}. */
export interface LocalExecutorOptions {
  /** Runs at a time. */
  readonly jobs: number;
  /** Flags of the machine for each run, such as `--device cpu`; threads share the cores by default. */
  readonly machine?: readonly string[] | undefined;
}

/**
 * Runs at a time that end a sweep soonest, with the threads that a run has alone.
 *
 * Measured on two cores that had other work too: two at a time take the CPU time of one after the other and
 * leave neither core idle while images are loaded; cross-entropy ended a fifth sooner in each of two
 * repetitions, GLMC in one of them. A quiet machine and more cores are unmeasured.
 *
 * @param options Cores, and whether the runs are on a GPU, which has no room for two.
 * @returns How many.
 * @example On two cores, and on a GPU
 * ```ts
 * import { usualJobs } from "glmc/study/local_executor.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(usualJobs({ cores: 2, isOnGpu: false }), 2);
 * assertEquals(usualJobs({ cores: 16, isOnGpu: true }), 1);
 * ```
 */
export function usualJobs(
  { cores = navigator.hardwareConcurrency, isOnGpu }: {
    readonly cores?: number;
    readonly isOnGpu: boolean;
  },
): number {
  return isOnGpu ? 1 : Math.min(2, cores);
}

/** Milliseconds between two looks at a run that another process is at work on. */
const lookEvery = 500;

/**
 * The executor of this machine: a child process for each run, so many at a time.
 *
 * The children end with this process, however that ends: asked to stop, each leaves a checkpoint; should this
 * process be killed, they notice within a second or the present step, and do the same.
 *
 * @param options How many at a time.
 * @returns The executor.
 * @example Nothing to do
 * ```ts
 * import { openRunStore } from "glmc";
 * import { localExecutor } from "glmc/study/local_executor.ts";
 * import { writeStudy } from "glmc/study/study_folder.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const store = openRunStore(Deno.makeTempDirSync());
 * const study = { name: "none", title: "None", base: {}, variants: [], seeds: [] };
 * const studyFolder = await writeStudy(store.folder, study);
 * const { signal } = new AbortController();
 * const executor = localExecutor({ jobs: 2 });
 *
 * assertEquals(await Array.fromAsync(executor.run([], { store, studyFolder, signal })), []);
 * ```
 */
export function localExecutor({ jobs, machine = [] }: LocalExecutorOptions): Executor {
  return {
    async *run(runs, options) {
      const left = new AbortController();
      const signal = AbortSignal.any([options.signal, left.signal]);
      const queue = runs.map((run) => ({ run, notBefore: 0 }));
      const lanes = Array.from({ length: Math.max(1, Math.min(jobs, runs.length)) });
      const work = { queue, machine, options: { ...options, signal } };
      let tell!: ReadableStreamDefaultController<RunProgress>;
      const told = new ReadableStream<RunProgress>({
        start: (controller) => void (tell = controller),
      });
      const done = Promise.all(lanes.map(() => lane(work, (progress) => tell.enqueue(progress))))
        .then(() => tell.close(), (error) => tell.error(error));
      try {
        // Whoever stops listening stops the runs, and must not cancel what they still tell.
        yield* told.values({ preventCancel: true });
      } finally {
        left.abort();
        await done;
      }
    },
  };
}

/** A run that waits for its turn. */
interface Queued {
  readonly run: PlannedRun;
  /** Not before this time, by the clock of `performance`. */
  readonly notBefore: number;
}

interface Work {
  /** Shared by all lanes. */
  readonly queue: Queued[];
  readonly machine: readonly string[];
  readonly options: ExecutorOptions;
}

/** Does one run after the other until none is left. */
async function lane(work: Work, tell: (progress: RunProgress) => void): Promise<void> {
  const { queue, machine, options: { store, studyFolder, signal } } = work;
  while (queue.length > 0 && !signal.aborted) {
    const index = queue.findIndex(({ notBefore }) => notBefore <= performance.now());
    if (index < 0) {
      await delay(lookEvery / 5);
      continue;
    }
    const [{ run }] = queue.splice(index, 1) as [Queued];
    const postpone = (report: RunReport): void => {
      tell({ run, ...report });
      queue.push({ run, notBefore: performance.now() + lookEvery });
    };
    if (await isLocked(`${store.folder}/${run.name}/${runFiles.lock}`)) {
      postpone({ state: "elsewhere", epoch: 0, totalEpochs: totalEpochs(run.config.stages) });
      continue;
    }
    const last = await runWorker(run, {
      command: workerCommand({
        study: studyFolder.path,
        run: run.hash,
        machine,
        parent: Deno.pid,
      }),
      signal,
      tell: (report) => tell({ run, ...report }),
    });
    if (last.state === "elsewhere" && !signal.aborted) postpone(last);
    else tell({ run, ...last });
    // Whoever stops at a failure is heard before the next run begins.
    await nextTurn();
  }
}

/** Starts a worker and hands on what it tells; gives its last words once it has ended. */
async function runWorker(
  run: PlannedRun,
  { command: [program, ...args], signal, tell }: {
    readonly command: readonly string[];
    readonly signal: AbortSignal;
    readonly tell: (report: RunReport) => void;
  },
): Promise<RunReport> {
  const child = new Deno.Command(program!, {
    args,
    cwd: startFolder,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stop = (): void => {
    try {
      child.kill("SIGTERM");
    } catch {
      // It has ended meanwhile.
    }
  };
  signal.addEventListener("abort", stop);
  if (signal.aborted) stop();
  let last: RunReport = {
    state: "running",
    epoch: 0,
    totalEpochs: totalEpochs(run.config.stages),
  };
  tell(last);
  const errors = new Response(child.stderr).text();
  for await (const line of linesOf(child.stdout)) {
    const report = readReport(line);
    if (report === undefined) continue;
    last = report;
    if (report.state === "running") tell(report);
  }
  const { code, signal: endedBy } = await child.status;
  signal.removeEventListener("abort", stop);
  const said = (await errors).trim().split("\n").at(-1)!.replace(/^error: /, "");
  if (isSettled(last.state) || last.state === "elsewhere") return last;
  const { epoch, totalEpochs: epochs, top1 } = last;
  const reached = { epoch, totalEpochs: epochs, ...(top1 !== undefined && { top1 }) };
  if (signal.aborted) return { state: "stopped", ...reached };
  if (code === workerCodes.elsewhere) return { state: "elsewhere", ...reached };
  const problem = endedBy === null && said !== ""
    ? said
    : `its process was ended by ${endedBy ?? `code ${code}`}: the same command goes on with it`;
  return { state: "failed", ...reached, problem };
}
