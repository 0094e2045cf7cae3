/**
 * The command `planned`: does one run of a study, for `ablate`, `reproduce` and the jobs of a cluster.
 *
 * Standard output has one line of JSON for each change (see `lib/study/progress.ts`), the log of the run what
 * people read.
 *
 * @module
 */

import { isDiskError } from "../disk/errors.ts";
import { LockedError } from "../disk/lock.ts";
import { makeFolder } from "../disk/whole_file.ts";
import { resultHash } from "../experiment/config.ts";
import { configuredStages } from "../experiment/configured.ts";
import { effectivePrecision } from "../experiment/config_precision.ts";
import { beginRun, type Run } from "../experiment/run.ts";
import { openRunStore, type RunStore } from "../experiment/run_store.ts";
import { launchersOf, parentOf } from "../process/launchers.ts";
import { listenForStop, type StopRequest } from "../process/stop.ts";
import { print, printResult, showOn, tell } from "../process/streams.ts";
import { suggestion } from "../settings/check.ts";
import { workerCodes } from "../study/executor.ts";
import { reportLine, type RunReport } from "../study/progress.ts";
import { type PlannedRun, planStudy } from "../study/study.ts";
import { logFile, readStudy, runsFolderOf } from "../study/study_folder.ts";
import { estimateEpochSeconds } from "../train/estimate.ts";
import { totalEpochs } from "../train/stage.ts";
import { dirname } from "node:path";
import { type Flag, type FlagValues, parseFlags } from "./flags.ts";
import type { HelpScreen } from "./help_screen.ts";
import { executionMode, loadConfiguredDataset, startConfiguredEngine } from "./machine.ts";
import { errorLine, UsageError } from "./shell.ts";
import { machineFlags } from "./run_flags.ts";
import { epochText } from "./train_report.ts";

const flags: readonly Flag[] = [
  { names: ["study"], kind: "path", help: "folder of the study", required: true },
  {
    names: ["run"],
    kind: "text",
    value: "run",
    help: "which of its runs: its name, or its hash",
    required: true,
  },
  {
    names: ["parent"],
    kind: "number",
    whole: true,
    help: "id of the process with whose end this one ends, with a checkpoint",
  },
  {
    names: ["estimate"],
    kind: "switch",
    help: "only begin the run, and print the seconds of an epoch by estimate",
  },
];

/** What `--help` shows. */
export const help: HelpScreen = {
  summary:
    "Does one run of a study, or goes on with it. Other commands start it; nobody has to type it.",
  examples: [{
    command: "deno run -A lib/cli/main.ts planned --study data/studies/gamma --run 0a1b2c3d",
    does: "what a job of a cluster does",
  }],
  usage: ["deno run -A lib/cli/main.ts planned --study <folder> --run <run> [flags]"],
  notes: [
    "Standard output has a line of JSON for each change, logs/<run>.log in the folder of the study what " +
    `people read. It ends with 0 when the run is finished, ${workerCodes.elsewhere} when another ` +
    `process is at work on it, ${workerCodes.outOfTime} when SIGUSR2 has stopped it with a ` +
    "checkpoint, and otherwise as train does.",
  ],
  sections: [
    { title: "Flags", flags },
    { title: "The machine", flags: machineFlags },
  ],
};

/**
 * Reads the command line; nothing is started.
 *
 * @param args Flags.
 * @returns Their values.
 * @throws {UsageError} If study or run are not named.
 */
export function read(args: readonly string[]): FlagValues {
  const values = parseFlags(args, [...flags, ...machineFlags]);
  if (values.study !== undefined && values.run !== undefined) return values;
  throw new UsageError("Cannot do a run: it is not said which: name it with --study and --run");
}

/**
 * Runs the command.
 *
 * @param args Flags.
 * @throws {UsageError} If study or run are not named, or there is no such run in the study.
 * @throws {Error} If the training fails.
 */
export async function run(args: string[]): Promise<void> {
  const values = read(args);
  const { study: folder, run: wanted, parent } = values;
  const { path, study, preset } = await readStudy(`${folder}`);
  const store = openRunStore(runsFolderOf(path));
  const planned = findPlanned(`${wanted}`, planStudy(study, store));
  using stop = listenForStop({
    launchers: [...launchersOf(), ...(parent === undefined ? [] : [parentOf(Number(parent))])],
  });
  using log = await openLog(logFile(path, planned.name));
  const report = (report: RunReport): void => print(reportLine(report));
  if (values.estimate === true) {
    using begun = await begin(planned, { store, values, stop, log, report, preset });
    return printResult(JSON.stringify(await estimateEpochSeconds(begun.training)));
  }
  try {
    const last = await doRun(planned, { store, values, stop, log, report, preset });
    log.line(`${last.state}${last.problem === undefined ? "" : `: ${last.problem}`}`);
    report(last);
    if (last.state === "elsewhere") Deno.exitCode = workerCodes.elsewhere;
    if (last.state === "stopped") Deno.exitCode = stop.exitCode;
  } catch (error) {
    const problem = errorLine(error).replace(/^error: /, "");
    log.line(`failed: ${problem}`);
    const epochs = totalEpochs(planned.config.stages);
    const isFatal = isOfDisk(error);
    report({
      state: "failed",
      epoch: 0,
      totalEpochs: epochs,
      problem,
      ...(isFatal && { isFatal }),
    });
    throw error;
  }
}

function findPlanned(wanted: string, runs: readonly PlannedRun[]): PlannedRun {
  const found = runs.find(({ name, hash }) => name === wanted || hash === wanted);
  if (found !== undefined) return found;
  throw new UsageError(
    `Cannot do the run ${wanted}: the study has none of that name: ${
      suggestion(wanted, runs.map(({ name }) => name))
    }`,
  );
}

/** What one run needs besides its plan. */
interface Doing {
  readonly store: RunStore;
  readonly values: FlagValues;
  readonly stop: StopRequest;
  readonly log: Log;
  readonly report: (report: RunReport) => void;
  readonly preset: string | undefined;
}

/** Does a run to its end, unless it is stopped or is another process's; gives the last report. */
async function doRun(planned: PlannedRun, doing: Doing): Promise<RunReport> {
  const { stop } = doing;
  const epochs = totalEpochs(planned.config.stages);
  try {
    const done = await finishedTop1(planned, doing.store);
    if (done !== undefined) {
      return { state: "finished", epoch: epochs, totalEpochs: epochs, top1: done };
    }
    using run = await stop.unlessStopped(begin(planned, doing));
    if (run === undefined) return { state: "stopped", epoch: 0, totalEpochs: epochs };
    return await train(run, doing);
  } catch (error) {
    if (!(error instanceof LockedError)) throw error;
    return { state: "elsewhere", epoch: 0, totalEpochs: epochs, problem: error.message };
  }
}

/**
 * Top-1 accuracy of the last epoch of a run that is finished. Whatever is wrong is said when it begins, also
 * that the one of its name was asked for something else.
 */
async function finishedTop1(
  { name, hash }: PlannedRun,
  store: RunStore,
): Promise<number | undefined> {
  try {
    const { history, description: { config } } = await store.read(name);
    const last = history.at(-1)!;
    if (resultHash(config) !== hash) return undefined;
    return last.epoch + 1 === totalEpochs(config.stages) ? last.evaluation.top1 : undefined;
  } catch {
    return undefined;
  }
}

async function begin(
  { config, name }: PlannedRun,
  { store, values, log, preset }: Doing,
): Promise<Run> {
  const engine = await startConfiguredEngine(values, {
    precision: config.network.precision,
    passes: Math.max(...configuredStages(config, store).map(({ method }) => method.passes)),
  });
  const { precision } = effectivePrecision(config.network.precision, engine.device);
  if (precision !== config.network.precision) {
    throw new RangeError(
      `Cannot do the run ${name} in ${config.network.precision}: this device computes in ` +
        `${precision}: run it on another device, or ask for --precision ${precision}`,
    );
  }
  for (let tries = 1;; tries++) {
    try {
      return await beginRun({
        config,
        name,
        engine,
        // Where the study says that they are: those of a run that was stopped may have moved since.
        dataset: () => loadConfiguredDataset(config.data),
        store,
        resume: "if-there",
        preset,
        mode: executionMode(values),
        xla: values.xla === true,
        onNotice: log.line,
      });
    } catch (error) {
      // Another process has begun it while images were loaded here: it is there now, and at work or not.
      if (!(error instanceof Deno.errors.AlreadyExists) || tries === 3) throw error;
    }
  }
}

/** Milliseconds between two reports of a training, besides those of its epochs. */
const reportEvery = 1000;

async function train(run: Run, { stop, log, report }: Doing): Promise<RunReport> {
  const { training: { epochs }, from } = run;
  log.line(`${run.isResumed ? "goes on" : "begins"} in ${run.folder}`);
  let top1 = from.history.at(-1)?.evaluation.top1;
  let [done, lastTime] = [from.epoch, -Infinity];
  let start: { readonly time: number; readonly done: number } | undefined;
  const current = (state: RunReport["state"]): RunReport => {
    start ??= { time: performance.now(), done };
    const seconds = (performance.now() - start.time) / 1000;
    const measured = done - start.done;
    const secondsLeft = (epochs - done) * seconds / measured;
    return {
      state,
      epoch: done,
      totalEpochs: epochs,
      ...(top1 !== undefined && { top1 }),
      ...(state === "running" && measured > 0 && done < epochs && { secondsLeft }),
    };
  };
  report(current("running"));
  for await (const event of run.events(stop.signal)) {
    if (event.type === "step") {
      // An epoch is done once it is evaluated.
      done = event.epoch + Math.min(0.99, event.step / event.steps);
      if (performance.now() - lastTime < reportEvery) continue;
      lastTime = performance.now();
      report(current("running"));
    } else if (event.type === "epoch") {
      done = event.progress.epoch;
      top1 = event.record.evaluation.top1;
      log.line(epochText(event.record, epochs));
      report(current("running"));
    } else if (event.type === "stopped") {
      return current("stopped");
    }
  }
  return current("finished");
}

function isOfDisk(error: unknown): boolean {
  return isDiskError(error) || error instanceof Error && error.cause !== undefined &&
      isOfDisk(error.cause);
}

/** What people read of a run. */
interface Log extends Disposable {
  /** Adds a line, with the time; it is dropped where the disk does not take it. */
  readonly line: (text: string) => void;
}

async function openLog(path: string): Promise<Log> {
  try {
    await makeFolder(dirname(path));
    const file = await Deno.open(path, { append: true, create: true });
    return {
      line: (text) => showOn(file, `${new Date().toISOString()} ${text}\n`),
      [Symbol.dispose]: () => file.close(),
    };
  } catch (error) {
    tell(`Goes on without a log: ${errorLine(error)}`);
    return { line: () => {}, [Symbol.dispose]: () => {} };
  }
}
