/**
 * Trains a run in front of the terminal: what is trained, how long it takes, its progress, and how it is
 * stopped.
 *
 * @module
 */

import { convolutionRates } from "../bench/convolution_rate.ts";
import { workInCompany } from "../experiment/company.ts";
import { effectivePrecision, type RunConfig } from "../experiment/config.ts";
import { isInFiles } from "../experiment/data_fields.ts";
import type { Run } from "../experiment/run.ts";
import { parameterCount } from "../model/layer_table.ts";
import { usableMemory } from "../process/memory.ts";
import { stopCodes } from "../process/signals.ts";
import { listenForStop } from "../process/stop.ts";
import { print, tell } from "../process/streams.ts";
import { projectRoot } from "../setup/project.ts";
import { counted } from "../settings/count.ts";
import type { Preset } from "../study/presets.ts";
import type { Engine } from "../tensor/engine.ts";
import { estimateEpochSeconds } from "../train/estimate.ts";
import { shotsText } from "./data_report.ts";
import { companyDifferences, companyText } from "./company_report.ts";
import { type Meeting, type Place, stopOptions, tellingOthers } from "./company.ts";
import type { FlagValues } from "./flags.ts";
import { outputColumns } from "./progress_line.ts";
import { duration, format, memoryAdvice, precisionAdvice } from "./train_report.ts";
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

/** Where a run is trained, and with whom. */
export interface TrainPlace {
  /** Where this process is among several; it is alone by default. */
  readonly place?: Place | undefined;
  /** The others, as far as `begin` meets them. */
  readonly meeting?: Meeting;
}

/**
 * Begins a run and trains it to its end, or until it is told to stop.
 *
 * @param begin Begins the run; returns nothing if there is nothing to do.
 * @param values Parsed flags; `p` says how often a line stays.
 * @param where Whether it is trained by several processes.
 * @throws {Error} If the run cannot begin, or its training fails.
 */
export async function trainBegun(
  begin: () => Promise<BegunRun | undefined>,
  values: FlagValues,
  { place, meeting = {} }: TrainPlace = {},
): Promise<void> {
  using stop = listenForStop({
    ...stopOptions(place),
    onForce: () => tell("Stopped at once, without a checkpoint of the last steps"),
  });
  let name: string | undefined;
  const sayStopped = (): void => {
    const next = name === undefined ? "" : `: continue with: deno task train --resume ${name}`;
    tell(`Stopped before a step was done${next}`);
    Deno.exitCode = stop.exitCode || stopCodes.SIGTERM;
  };
  await tellingOthers(meeting, { stop, onStop: sayStopped }, async () => {
    const begun = await stop.unlessStopped(begin());
    using run = begun?.run;
    name = run?.name;
    const perEpoch = begun && await stop.unlessStopped(announce(begun, meeting));
    if (run !== undefined && perEpoch !== undefined) {
      const printEvery = values.p === undefined ? undefined : Number(values.p);
      await watchRun(run, { perEpoch, printEvery, stop });
      return true;
    }
    if (stop.signal.aborted) sayStopped();
    return false;
  });
}

/** Says what is trained and how long it takes; returns the seconds of an epoch by estimate. */
async function announce(
  { run, engine, preset }: BegunRun,
  { company }: Meeting,
): Promise<number> {
  const { from: { epoch }, training: { epochs }, config: { network } } = run;
  if (preset !== undefined) printPlanLine("Preset", `${preset.name} (${preset.title})`);
  printPlan(run, engine);
  // A finished run may have files to mend.
  const estimate = async (): Promise<number> =>
    epoch < epochs ? await estimateEpochSeconds(run.training, epoch) : 0;
  const perEpoch = company ? await workInCompany(company, estimate) : await estimate();
  printPlanLine(
    "Expected",
    `${duration((epochs - epoch) * perEpoch)}, ${duration(perEpoch)} an epoch, evaluation included`,
  );
  print("");
  const shortness = memoryAdvice(usableMemory());
  if (shortness !== undefined) print(`${shortness}\n`);
  // On GPUs, convolutions of this width tell of their launches alone.
  if (network.precision === "bfloat16" && !run.isResumed && engine.device === "cpu") {
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
function subsetText(data: RunConfig["data"]): string {
  const { splitFile, splitGenerator, splitSeed, profile } = data;
  if (isInFiles(data) && profile === "given" && splitFile === null) return "all there are";
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
  const stageTexts = training.stages.map(({ stage }) => {
    const { method, name, epochs, batchSize, accumulate = 1, evaluateEvery = 1 } = stage;
    const length = counted(epochs, "epoch");
    const what = stages.length === 1 ? method.title : `${name}: ${method.title}`;
    const steps = counted(Math.ceil(split.indices.length / batchSize), "step");
    const parts = accumulate === 1 ? "" : ` in ${accumulate} parts`;
    const rhythm = evaluateEvery === 1
      ? ""
      : `, evaluated every ${counted(evaluateEvery, "epoch")}`;
    return `${what}, ${length} of ${steps}, batch ${batchSize}${parts}${rhythm}`;
  });
  const lines = {
    Data: `${data.dataset}, ${counted(split.indices.length, "training image")} ` +
      `(${format(largest)} to ${format(smallest)} a class), ` +
      (validation ? `${format(validation.indices.length)} held out for validation, ` : "") +
      `${counted(training.parts.test.count, "test image")}, ${subsetText(data)}`,
    ...(isInFiles(data) && {
      Classes: `${format(split.counts.length)}: ${shotsText(split.counts)}`,
    }),
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
  const { peers, stages: trained } = training.options;
  if (peers === undefined) return;
  const facts = { peers, stages: trained, network: config.network };
  printPlanLine("Devices", companyText(facts));
  for (const text of companyDifferences(facts)) printPlanLine("  unlike 1", text);
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
