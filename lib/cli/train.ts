/**
 * The command `train`: trains GLMC and evaluates it after each epoch.
 *
 * @module
 */

import { basename } from "node:path";
import { convolutionRates } from "../bench/convolution_rate.ts";
import type { RunConfig } from "../experiment/config.ts";
import {
  createRunFolder,
  freeRunName,
  readDescription,
  type RunDescription,
  runFiles,
} from "../experiment/run_folder.ts";
import {
  createConfiguredNetwork,
  executeRun,
  type PreparedRun,
  prepareRun,
  readProgress,
} from "../experiment/run.ts";
import { parameterCount } from "../model/layer_table.ts";
import { projectRoot } from "../setup/project.ts";
import type { Engine } from "../tensor/engine.ts";
import { estimateEpochSeconds } from "../train/estimate.ts";
import type { EpochRecord, Progress } from "../train/events.ts";
import { initialProgress } from "../train/loop.ts";
import { flagsHelp, type FlagValues, parseFlags } from "./flags.ts";
import {
  findRun,
  type FoundRun,
  loadConfiguredDataset,
  runsFolder,
  startConfiguredEngine,
} from "./machine.ts";
import { type ProgressLine, progressLine, UsageError } from "./shell.ts";
import { configFlags, configOf, conflicts, machineFlags, runFlags } from "./train_flags.ts";
import {
  duration,
  epochText,
  format,
  precisionAdvice,
  remainingTime,
  stepText,
  summary,
} from "./train_report.ts";

/** The text that `--help` prints. */
export const help = `
Usage: deno task train [flags]

Trains GLMC on a long-tailed subset and evaluates it on the full test set after each epoch. Without
flags: CIFAR-10-LT at imbalance rate 0.02, ResNet-32 of width 16, two epochs. All is kept in
data/runs/<name> (GLMC_RUNS names another folder than data/runs); Ctrl-C writes a checkpoint.

The official command runs as it is. Other ways to write a flag are listed behind it; - and _ are
interchangeable.

${flagsHelp(configFlags)}

The run:

${flagsHelp(runFlags)}

The machine:

${flagsHelp(machineFlags)}
`;

/**
 * Runs the command.
 *
 * @throws {UsageError} If a flag is unknown or its value does not fit.
 * @throws {Error} If data, engine or run folder are not to be had, or the training diverges.
 */
export async function run(args: string[]): Promise<void> {
  const values = parseFlags(args, [...configFlags, ...runFlags, ...machineFlags]);
  const resumed = values.resume === undefined
    ? undefined
    : await runToResume(String(values.resume));
  const config = resumed === undefined ? configOf(values) : resumedConfig(values, resumed);
  const folder = resumed?.folder ?? await newFolder(values, config);
  const engine = await startConfiguredEngine(values, config);
  // Before the images are loaded: a damaged checkpoint or a finished run is said at once.
  const written = resumed && await readProgress(folder, createConfiguredNetwork(config));
  if ((written?.epoch ?? config.startEpoch) >= config.epochs) {
    console.log(`The run in "${folder}" is finished: ${summary(written?.history ?? [])}`);
    return;
  }
  const dataset = await loadConfiguredDataset(config);
  const prepared = prepareRun(config, {
    engine,
    dataset,
    mode: values.eager === true ? "eager" : "compiled",
    xla: values.xla === true,
  });
  const { training, split } = prepared;
  if (resumed !== undefined && resumed.description.splitHash !== split.hash) {
    throw new Error(
      `Cannot continue the run in "${folder}": its subset has hash ${resumed.description.splitHash}, ` +
        `this data set gives ${split.hash}: use the data set the run was started with`,
    );
  }
  const from = written ?? initialProgress(training, config.startEpoch);
  printPlan(config, { prepared, engine, folder, from });
  const perEpoch = await estimateEpochSeconds(training);
  const left = (config.epochs - from.epoch) * perEpoch;
  console.log(
    `Expected    ${duration(left)}, ${duration(perEpoch)} an epoch with its evaluation\n`,
  );
  if (config.precision === "bfloat16") {
    const advice = precisionAdvice(await convolutionRates(16));
    if (advice !== undefined) console.log(`${advice}\n`);
  }
  if (resumed === undefined) {
    await createRunFolder(folder, { description: describe(config, { prepared, engine }), split });
  }
  await watch(prepared, { folder, from, values, perEpoch });
}

async function runToResume(name: string): Promise<FoundRun> {
  const found = await findRun(name);
  if (found !== undefined) return found;
  throw new Deno.errors.NotFound(
    `Cannot resume "${name}": there is no run there: name a folder in data/runs, or leave --resume out`,
  );
}

function resumedConfig(values: FlagValues, { description, folder }: FoundRun): RunConfig {
  const differing = conflicts(values, description.config);
  if (differing.length > 0) {
    throw new UsageError(
      `Cannot resume "${basename(folder)}" with other settings: ${differing.join(", ")}: ` +
        "leave them out, or start a new run",
    );
  }
  return description.config;
}

async function newFolder(values: FlagValues, config: RunConfig): Promise<string> {
  if (values.name === undefined) {
    const { dataset, imbalanceRate, architecture, width, seed } = config;
    const tail = imbalanceRate === 1 ? "balanced" : `lt${+(1 / imbalanceRate).toFixed(2)}`;
    const base = `${dataset}-${tail}-${architecture}w${width}-seed${seed}`;
    return `${runsFolder}/${await freeRunName(runsFolder, base)}`;
  }
  const name = String(values.name);
  if (!/^[\w.-]+$/.test(name) || /^\.+$/.test(name)) {
    throw new UsageError(
      `Cannot use --name ${name}: use letters, digits, dots, dashes and underscores`,
    );
  }
  const folder = `${runsFolder}/${name}`;
  if (await readDescription(folder) !== undefined) {
    throw new UsageError(
      `Cannot start a run named ${name}: there is one already: continue it with --resume ${name}, ` +
        "or choose another --name",
    );
  }
  return folder;
}

function describe(
  config: RunConfig,
  { prepared: { split, network }, engine }: {
    readonly prepared: PreparedRun;
    readonly engine: Engine;
  },
): RunDescription {
  const { device, threads, tensorflowVersion } = engine;
  return {
    config,
    splitHash: split.hash,
    classCounts: split.counts,
    parameters: parameterCount(network),
    environment: {
      started: new Date().toISOString(),
      deno: Deno.version.deno,
      tensorflow: tensorflowVersion,
      device,
      threads: `${threads.intraOp} in an operation, ${threads.interOp} operations`,
      system: `${Deno.build.os} ${Deno.build.arch}`,
    },
  };
}

function printPlan(
  config: RunConfig,
  { prepared: { split, network, training }, engine, folder, from }: {
    readonly prepared: PreparedRun;
    readonly engine: Engine;
    readonly folder: string;
    readonly from: Progress;
  },
): void {
  const counts = [Math.max(...split.counts), Math.min(...split.counts)];
  const steps = Math.ceil(split.indices.length / config.batchSize);
  const position = from.epoch === 0 && from.step === 0
    ? ""
    : `, from epoch ${from.epoch + 1}, step ${from.step + 1}`;
  const epochs = config.epochs === 1 ? "1 epoch" : `${config.epochs} epochs`;
  const lines = {
    Data: `${config.dataset}, ${format(split.indices.length)} training images ` +
      `(${counts.map(format).join(" to ")} a class), ` +
      `${format(training.parts.test.labels.length)} test images, split seed ${config.splitSeed}`,
    Network: `${config.architecture}, width ${config.width}, ` +
      `${format(parameterCount(network))} parameters` +
      (config.architecture === "resnet32" && config.width !== 64
        ? " (the official width is 64: --width 64)"
        : ""),
    Training: `${epochs} of ${steps} steps, batch ${config.batchSize}, ` +
      `${config.precision}, seed ${config.seed}${position}`,
    Engine: `TensorFlow ${engine.tensorflowVersion} on ${engine.device.toUpperCase()}, ` +
      `${engine.threads.interOp} operations at a time, threads in each: ${engine.threads.intraOp}`,
    Run: folder.replace(`${projectRoot}/`, ""),
  };
  for (const [name, text] of Object.entries(lines)) console.log(`${name.padEnd(12)}${text}`);
}

async function watch(
  prepared: PreparedRun,
  { folder, from, values, perEpoch }: {
    readonly folder: string;
    readonly from: Progress;
    readonly values: FlagValues;
    readonly perEpoch: number;
  },
): Promise<void> {
  const { epochs } = prepared.training.options;
  const line = progressLine();
  const stop = stopOnInterrupt(line);
  const printEvery = values.p === undefined ? Infinity : Number(values.p);
  const timeLeft = remainingTime({ epochs, perEpoch });
  let printed = 0;
  let history: readonly EpochRecord[] = from.history;
  try {
    for await (const event of executeRun(prepared, { folder, from, signal: stop.signal })) {
      if (event.type === "step") {
        const text = stepText(event, { epochs, left: timeLeft(event) });
        line.update(text, (event.epoch + event.step / event.steps) / epochs);
        const passed = Math.floor((event.epoch * event.steps + event.step) / printEvery);
        if (passed > printed) line.note(text);
        printed = Math.max(printed, passed);
      } else if (event.type === "epoch") {
        history = event.progress.history;
        line.note(epochText(event.record, epochs));
      } else {
        line.finish(
          `Stopped in epoch ${event.progress.epoch + 1} after step ${event.progress.step}: ` +
            `continue with: deno task train --resume ${basename(folder)}`,
        );
        Deno.exitCode = 130;
        return;
      }
    }
    line.finish();
    console.log(`\nFinished: ${summary(history)}`);
    console.log(`Weights, metrics and configuration: ${folder.replace(`${projectRoot}/`, "")}`);
  } catch (error) {
    line.finish();
    const last = history.at(-1);
    if (error instanceof Error && last !== undefined) {
      error.message += `: the checkpoint of epoch ${last.epoch + 1} is kept in ` +
        `${folder}/${runFiles.checkpoint}`;
    }
    throw error;
  } finally {
    stop.release();
  }
}

/** The first Ctrl-C asks for a checkpoint, the second one ends at once. */
function stopOnInterrupt(line: ProgressLine): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const signals = ["SIGINT", "SIGTERM"] as const;
  const onSignal = (): void => {
    if (controller.signal.aborted) Deno.exit(130);
    line.note("Stopping after this step; press Ctrl-C again to stop at once without a checkpoint");
    controller.abort();
  };
  for (const signal of signals) Deno.addSignalListener(signal, onSignal);
  return {
    signal: controller.signal,
    release: () => signals.forEach((signal) => Deno.removeSignalListener(signal, onSignal)),
  };
}
