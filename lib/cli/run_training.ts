/**
 * Trains a run in front of the terminal: what is trained, how long it takes, its progress, and how it is
 * stopped.
 *
 * @module
 */

import { convolutionRates } from "../bench/convolution_rate.ts";
import { effectivePrecision, type RunConfig } from "../experiment/config.ts";
import type { Run } from "../experiment/run.ts";
import { parameterCount } from "../model/layer_table.ts";
import { listenForStop } from "../process/stop.ts";
import { print, tell } from "../process/streams.ts";
import { projectRoot } from "../setup/project.ts";
import { counted } from "../settings/count.ts";
import type { Preset } from "../study/presets.ts";
import type { Engine } from "../tensor/engine.ts";
import { estimateEpochSeconds } from "../train/estimate.ts";
import type { FlagValues } from "./flags.ts";
import { outputColumns } from "./progress_line.ts";
import { duration, format, precisionAdvice } from "./train_report.ts";
import { watchRun } from "./watch_run.ts";
import { wrapped } from "./wrap.ts";

/** A run that is open, and where it is trained. */
export interface BegunRun {
  /** The run; it is disposed in the end. */
  readonly run: Run;
  /** The engine it runs on. */
  readonly engine: Engine;
  /** The preset that its settings start from, if it has one. */
  readonly preset?: Pick<Preset, "name" | "title"> | undefined;
}

/**
 * Begins a run and trains it to its end, or until it is told to stop.
 *
 * @param begin Begins the run; returns nothing if there is nothing to do.
 * @param values Parsed flags; `p` says how often a line stays.
 * @throws {Error} If the run cannot begin, or its training fails.
 */
export async function trainBegun(
  begin: () => Promise<BegunRun | undefined>,
  values: FlagValues,
): Promise<void> {
  using stop = listenForStop({
    onForce: () => tell("Stopped at once, without a checkpoint of the last steps"),
  });
  const begun = await stop.unlessStopped(begin());
  using run = begun?.run;
  const perEpoch = begun && await stop.unlessStopped(announce(begun));
  if (run !== undefined && perEpoch !== undefined) {
    const printEvery = values.p === undefined ? undefined : Number(values.p);
    await watchRun(run, { perEpoch, printEvery, stop });
  } else if (stop.signal.aborted) {
    const next = run && `: continue with: deno task train --resume ${run.name}`;
    tell(`Stopped before a step was done${next ?? ""}`);
    Deno.exitCode = stop.exitCode;
  }
}

/** Says what is trained and how long it takes; returns the seconds of an epoch by estimate. */
async function announce({ run, engine, preset }: BegunRun): Promise<number> {
  const { from: { epoch }, training: { epochs }, config: { network } } = run;
  if (preset !== undefined) printPlanLine("Preset", `${preset.name} (${preset.title})`);
  printPlan(run, engine);
  const perEpoch = await estimateEpochSeconds(run.training, epoch);
  printPlanLine(
    "Expected",
    `${duration((epochs - epoch) * perEpoch)}, ${duration(perEpoch)} an epoch with its evaluation`,
  );
  print("");
  if (network.precision === "bfloat16" && !run.isResumed) {
    const advice = precisionAdvice(await convolutionRates(16));
    if (advice !== undefined) print(`${advice}\n`);
  }
  return perEpoch;
}

/**
 * The configuration with the precision in which the device really computes; says so where it is another.
 *
 * @param config What was asked for.
 * @param engine The engine.
 * @returns What will be done.
 */
export function computable(config: RunConfig, { device }: Engine): RunConfig {
  const { precision, notice } = effectivePrecision(config.network.precision, device);
  if (notice !== undefined) tell(notice);
  return { ...config, network: { ...config.network, precision } };
}

/** Where the subset comes from. */
function subsetText({ splitFile, splitGenerator, splitSeed }: RunConfig["data"]): string {
  if (splitFile !== null) return `rows of ${splitFile.replace(`${projectRoot}/`, "")}`;
  return `split seed ${splitSeed}${splitGenerator === "kit" ? "" : ` of ${splitGenerator}`}`;
}

function printPlan(
  { config, split, validation, network, training, from, folder }: Run,
  engine: Engine,
): void {
  const { data, network: { architecture, width, precision }, stages } = config;
  const largest = split.counts.reduce((most, count) => Math.max(most, count), 0);
  const smallest = split.counts.reduce((least, count) => Math.min(least, count), Infinity);
  const position = from.epoch === 0 && from.step === 0
    ? ""
    : `, from epoch ${from.epoch + 1}, step ${from.step + 1}`;
  const stageTexts = training.stages.map(({ stage: { method, name, epochs, batchSize } }) => {
    const length = counted(epochs, "epoch");
    const what = stages.length === 1 ? method.title : `${name}: ${method.title}`;
    const steps = counted(Math.ceil(split.indices.length / batchSize), "step");
    return `${what}, ${length} of ${steps}, batch ${batchSize}`;
  });
  const lines = {
    Data: `${data.dataset}, ${format(split.indices.length)} training images ` +
      `(${format(largest)} to ${format(smallest)} a class), ` +
      (validation ? `${format(validation.indices.length)} held out for validation, ` : "") +
      `${format(training.parts.test.count)} test images, ${subsetText(data)}`,
    Network: `${architecture}, width ${width}, ${format(parameterCount(network))} parameters` +
      (architecture === "resnet32" && width !== 64
        ? " (the official width is 64: --width 64)"
        : ""),
    Training: `${stageTexts.join("; then ")}, ${precision}, seed ${config.seed}${position}`,
    Engine: `TensorFlow ${engine.tensorflowVersion} on ${engine.device.toUpperCase()}, ` +
      `${engine.threads.interOp} operations at a time, threads in each: ${engine.threads.intraOp}`,
    Run: folder.replace(`${projectRoot}/`, ""),
  };
  for (const [name, text] of Object.entries(lines)) printPlanLine(name, text);
}

function printPlanLine(name: string, text: string): void {
  const width = 12;
  const lines = wrapped(text, {
    columns: outputColumns(),
    indent: " ".repeat(width),
    keepsWords: true,
  });
  print([name.padEnd(width) + lines[0]!.slice(width), ...lines.slice(1)].join("\n"));
}
