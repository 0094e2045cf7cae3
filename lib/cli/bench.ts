/**
 * The command `bench`: times the training step in every mode, beside PyTorch, in one run.
 *
 * What was tried for speed, with numbers, stands in lib/bench/README.md.
 *
 * @module
 */

import { dirname } from "node:path";
import { checkFolder, writeWholeFile } from "../disk/whole_file.ts";
import {
  allContenders,
  type BenchSetting,
  checkPeer,
  compiledContender,
  fastContenders,
  measuredMethod,
  methodContenders,
} from "../bench/contenders.ts";
import { startContender } from "../bench/contender.ts";
import { convolutionRates } from "../bench/convolution_rate.ts";
import { measureInTurns, measureOneByOne, type MeasureOptions } from "../bench/measure.ts";
import { stepRows } from "../bench/speed_cards.ts";
import { medianRatio, spread } from "../bench/statistics.ts";
import { chooseMethod } from "../method/choose.ts";
import type { Method } from "../method/method.ts";
import { methods } from "../method/methods.ts";
import { table } from "../plot/table.ts";
import { print, printResult } from "../process/streams.ts";
import { capitalized } from "../settings/capitalized.ts";
import { projectRoot } from "../setup/project.ts";
import { startEngine } from "../tensor/start.ts";
import {
  benchPage,
  type BenchReport,
  benchTable,
  type MeasuredBatch,
  ratesText,
} from "./bench_report.ts";
import { compareDevices } from "./bench_devices.ts";
import { exportPath, exportSpeed, type MeasuredSpeed, processorText } from "./bench_export.ts";
import { benchFlags, benchHelp } from "./bench_flags.ts";
import { fittedTable } from "./fit_table.ts";
import { type FlagValues, parseFlags } from "./flags.ts";
import type { HelpScreen } from "./help_screen.ts";
import { chooseGpus } from "./machine.ts";
import { asUsage, UsageError, withProgressLine } from "./shell.ts";
import { userPath } from "./user_path.ts";

/** What `--help` shows. */
export const help: HelpScreen = benchHelp;

/**
 * Reads the command line; nothing is started.
 *
 * @param args Its flags.
 * @returns Their values.
 * @throws {UsageError} If a flag is unknown or does not fit.
 */
export function read(args: readonly string[]): FlagValues {
  const values = parseFlags(args, benchFlags);
  const standard = benchFlags.flatMap(({ names: [name], default: value }) =>
    value === undefined || value === null ? [] : [[name, value] as const]
  );
  return { ...Object.fromEntries(standard), ...values };
}

/**
 * Runs the command.
 *
 * @param args Its flags.
 * @throws {UsageError} If a flag is unknown or does not fit.
 * @throws {Error} If a contender cannot be started.
 */
export async function run(args: string[]): Promise<void> {
  const values = read(args);
  const asked = settingOf(values);
  const exported = exportPath(values);
  // For all contenders, which are children of this process.
  chooseGpus(values);
  const turns = {
    rounds: Number(values.rounds),
    steps: Number(values.steps),
  };
  if (values.memory === true) return await watchMemory(asked);
  if (values.devices === true) {
    const measured = await compareDevices(asked, turns);
    if (exported !== undefined) await exportSpeed(exported, { args, measured });
    return;
  }
  if (values.methods !== undefined) {
    return await compareMethods(`${values.methods}`.split(","), { setting: asked, ...turns });
  }
  const setting = asked.peer ? { ...asked, python: await ensurePeer() } : asked;
  if (values.images === true) {
    const { benchImages } = await import("./bench_images.ts");
    const measured = await benchImages({ peer: setting.peer, ...turns });
    if (exported !== undefined) await exportSpeed(exported, { args, measured });
    return;
  }
  const out = values.out === undefined ? undefined : userPath(String(values.out));
  // Before minutes are spent on numbers that could not be kept.
  await checkFolder(out === undefined ? benchFolder : dirname(out), elsewhere);
  const results = values.sweep === true
    ? await measureSizes([32, 64, 128, 256, 512], { setting, ...turns })
    : [await measureSetting({ setting, ...turns })];
  const { name: method } = measuredMethod(setting);
  const { width } = setting;
  const report = { ...await describeMachine(setting), method, width, ...turns, results };
  print(`\n${ratesText(report)} (${report.device.toUpperCase()})`);
  await write(report, out ?? `${benchFolder}/${report.time.replaceAll(":", "-")}.json`);
  if (exported !== undefined) {
    await exportSpeed(exported, {
      args,
      measured: results.map((batch) => speedOf(batch, setting)),
    });
  }
}

function speedOf({ batchSize, rows }: MeasuredBatch, setting: BenchSetting): MeasuredSpeed {
  const what = stepText({ ...setting, batchSize });
  return { what, unit: "ms a step", rows: stepRows(rows) };
}

const benchFolder = `${projectRoot}/data/bench`;
const elsewhere = { advice: "name another place: --out <file>" };

function settingOf(values: FlagValues): BenchSetting {
  const { intra_op_threads: intraOpThreads, inter_op_threads: interOpThreads } = values;
  const setting = {
    width: Number(values.width),
    batchSize: Number(values.b),
    device: values.device as BenchSetting["device"],
    method: methodOf(values),
    ...(intraOpThreads !== undefined && { intraOpThreads: Number(intraOpThreads) }),
    ...(interOpThreads !== undefined && { interOpThreads: Number(interOpThreads) }),
    peer: values.peer === true,
    xla: values.xla === true,
  };
  // Said before PyTorch is installed.
  asUsage(() => checkPeer(setting));
  return setting;
}

function methodOf({ method, methods: compared }: FlagValues): Method {
  if (method !== undefined && compared !== undefined) {
    throw new UsageError(
      `Cannot use --method ${method} with --methods: that compares methods: leave one of them out`,
    );
  }
  return asUsage(() => chooseMethod({ method: method?.toString() }, methods));
}

/** Path of a Python with PyTorch. */
async function ensurePeer(): Promise<string> {
  const { installFittingPeer } = await import("../setup/peer.ts");
  return await withProgressLine(({ note, update }) =>
    installFittingPeer({ report: note, progress: update, command: "deno task bench --peer" })
  );
}

async function measureSetting(options: MeasureOptions): Promise<MeasuredBatch> {
  const { setting } = options;
  const rows = await withProgressLine(({ update: onProgress }) =>
    measureInTurns(allContenders(setting), { ...options, onProgress })
  );
  return printed({ batchSize: setting.batchSize, rows }, setting);
}

async function measureSizes(
  sizes: readonly number[],
  options: MeasureOptions,
): Promise<MeasuredBatch[]> {
  const results: MeasuredBatch[] = [];
  for (const batchSize of sizes) {
    const setting = { ...options.setting, batchSize };
    const { rows, failures } = await withProgressLine(({ update: onProgress }) =>
      measureOneByOne(fastContenders(setting), { ...options, setting, onProgress })
    );
    results.push(printed({ batchSize, rows }, setting));
    for (const failure of failures) print(failure);
  }
  return results;
}

function stepText(setting: BenchSetting): string {
  const { name, unit } = measuredMethod(setting);
  const { width, batchSize } = setting;
  return `a step of ${name}, ResNet-32 of width ${width}, batch of ${batchSize} ${unit}`;
}

function printed(result: MeasuredBatch, setting: BenchSetting): MeasuredBatch {
  const { batchSize } = result;
  const text = stepText({ ...setting, batchSize });
  print(`\n${capitalized(text)}; x: how many times as fast`);
  print(fittedTable(benchTable(result)));
  return result;
}

/** What the numbers hold for, and the best rates to compare them with. */
async function describeMachine(
  { device, width }: BenchSetting,
): Promise<Omit<BenchReport, "method" | "width" | "rounds" | "steps" | "results">> {
  // Nothing runs beside a single convolution: it gets all cores.
  const engine = await startEngine({ device, intraOpThreads: navigator.hardwareConcurrency });
  return {
    time: new Date().toISOString(),
    processor: processorText(),
    device: engine.device,
    devices: engine.devices,
    rates: await convolutionRates(width),
  };
}

async function write(report: BenchReport, file: string): Promise<void> {
  const page = `${file.replace(/\.json$/, "")}.html`;
  await writeWholeFile(file, JSON.stringify(report, null, 2), elsewhere);
  await writeWholeFile(page, await benchPage(report), elsewhere);
  const [numbers, plots] = [file, page].map((path) => path.replace(`${projectRoot}/`, ""));
  print(`Written: ${numbers}, and ${plots} to open in a browser`);
}

/** Prints what a step of each method costs, and its share of the default method's time. */
async function compareMethods(names: readonly string[], options: MeasureOptions): Promise<void> {
  const contenders = asUsage(() => methodContenders(names, options.setting));
  const rows = await withProgressLine(({ update: onProgress }) =>
    measureInTurns(contenders, { ...options, onProgress })
  );
  const standard = rows[0]!;
  const cells = rows.map(({ name, milliseconds: { median, min, max }, rounds }) => {
    return [name, median, min, max, medianRatio(rounds, standard.rounds)];
  });
  printResult(
    fittedTable(table(["method", "median ms", "min", "max", `of ${standard.name}'s time`], cells)),
  );
}

/** Prints the native memory of a compiled training every hundred steps, and how much it has grown. */
async function watchMemory(setting: BenchSetting): Promise<void> {
  await using contender = await startContender(compiledContender(setting));
  const [pause, warmUp, watched] = [100, 400, 1200];
  const sizes: number[] = [];
  for (let steps = pause; steps <= warmUp + watched; steps += pause) {
    const { bytes } = await contender.run(pause);
    const size = `${steps} steps  ${(bytes / 1e9).toFixed(4)} GB`;
    // Until then the pools of the allocators fill.
    if (steps >= warmUp) sizes.push(bytes);
    print(steps < warmUp ? `${size}  warming up` : size);
  }
  // A single reading is off by up to 0.4 %; the medians of the first and the last three are 1,000 steps apart.
  const growth = 100 * (spread(sizes.slice(-3)).median / spread(sizes.slice(0, 3)).median - 1);
  printResult(`Growth over 1,000 steps, between medians of three readings: ${growth.toFixed(2)} %`);
}
