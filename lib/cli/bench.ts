/**
 * The command `bench`: times the training step in every mode, beside PyTorch, in one run.
 *
 * What was tried for speed, at width 16 and batch 64 on two cores (EPYC with AVX-512 and its bfloat16
 * instructions; "Xeon": one with both and no AMX), medians of 12 to 40 steps on a quiet machine unless a
 * row says otherwise:
 *
 * | tried | ms a step | kept |
 * | --- | --- | --- |
 * | op by op, one kernel for batch norm + shortcut + ReLU | 448-490 (without it: 443-556) | yes |
 * | the same with one thread in an operation | 673 | no: op by op takes all cores |
 * | one native function, 2 threads in an operation, 2 operations | 311-338 | |
 * | one native function, 1 thread in an operation, 2 operations | 287-305 | yes: one view on each core |
 * | 2 threads, 1 operation | 342-366 | no |
 * | 2 threads, 3 operations | 314-330 | no |
 * | 1 thread, 3 operations | 305-331 | no |
 * | running statistics of the two views updated apart, at the end | 299-309 | no: no gain |
 * | bfloat16 convolutions, 2 threads, 2 operations | 208-217 | |
 * | bfloat16 convolutions, 1 thread, 2 operations | 196-200 (one of 289) | yes |
 * | explicit padding inside convolutions instead of pad + valid, bfloat16 | 4900-5900 | no: slow gradients |
 * | every second pixel by a slice of pairs instead of StridedSlice | 284-294 (from 293-308); bfloat16 186-191 (from 193-209) | yes |
 * | bfloat16 ReLU and its gradient as operations on int16 | 235 (beside 189) | no: slow where TensorFlow reuses the input's memory |
 * | batch norm and ReLU as one kernel of oneDNN (the same bits) | 281 (from 282); bfloat16 186 (from 194), width 64 2137 (from 2156); Xeon 256 (from 260), bfloat16 398 (from 402) | yes |
 * | strided convolutions that pad by themselves, as kernels of oneDNN called by name | their gradients refuse | no |
 * | batch norm of the same numbers in other shapes, Xeon | 0.15 ms a MB forward, 0.32 backward in all | no |
 * | batch norm's gradient with ReLU's as code of XLA, Xeon | 0.77 ms a MB (beside 0.45) | no |
 * | a step recorded once, whatever the order of its inputs' names | recording 0.14 s (from 0.31), 15 MB less | yes |
 * | inputs looked up by name, not by the texts of their paths | 0.8 ms of host work (from 0.95) | yes |
 * | primitives of oneDNN kept instead of built anew at every use | 278-283 (from 284-288) | yes |
 * | one update of all weights, concatenated | 281 (beside 283) | no: within noise |
 * | both views as one batch, batch norm by halves, 1 x 2 / 2 x 1 / 2 x 2 threads | 383 / 362 / 320 (beside 283) | no: one core waits |
 * | each view's images prepared on a core of its own, normalised by rows | 5 ms before the first convolution become 2 | yes |
 * | gradient by the filter as a convolution, on small maps in bfloat16 | width 64: 2148 (from 2200) | yes |
 * | the same as nine matrix products | 25 ms an operation (as a convolution 25, TensorFlow's own 30) | no: no faster, more memory |
 * | slots instead of a Map of tensors, V8 told not to move tensors to its old objects | quick collections of 1 ms instead of 20 every 60 steps | yes |
 * | oneDNN held to AVX2 | 367 (from 285) | no |
 * | glibc: no trimming, one arena, large mmap threshold | within noise (measured beside another load) | no |
 * | glibc: huge pages | within noise | no |
 *
 * A step of cross-entropy at batch 128, whose one view is shared out between the cores: on another Xeon with
 * AVX-512, beside other loads, so least times of 30 to 45 steps. Of the processor's 660 ms 450 are convolutions,
 * by the same kernels of oneDNN as PyTorch's, 95 batch norm, 50 sums and ReLUs.
 *
 * | tried | ms of the processor a step | ms a step | kept |
 * | --- | --- | --- | --- |
 * | 2 threads in an operation, 2 operations (PyTorch compile; channels last) | 659 (688; 761) | 346 (347; 380) | yes |
 * | 2 threads, 1 operation; medians: 0.86 to 0.99 times as fast | 643 | 333 | no |
 * | 2 threads, 3 operations; 4 threads, 2 operations | 668; 698 | 345; 382 | no |
 * | images and filters turned by 180 degrees, so that strided convolutions pad by themselves, 1 thread | 624 (from 633) | | no: every layer would have to turn |
 * | oneDNN told to prefer 256-bit registers; its blocked layouts, 1 thread | 665; 685 (from 660) | | no |
 * | glibc: no trimming and no maps; huge pages, 1 thread | 675; 665 (from 660) | | no |
 *
 * @module
 */

import { cpus } from "node:os";
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
import { medianRatio, spread } from "../bench/statistics.ts";
import { chooseMethod } from "../method/choose.ts";
import type { Method } from "../method/method.ts";
import { methods } from "../method/methods.ts";
import { table } from "../plot/table.ts";
import { print, printResult } from "../process/streams.ts";
import { projectRoot } from "../setup/project.ts";
import { startEngine } from "../tensor/start.ts";
import {
  benchPage,
  type BenchReport,
  benchTable,
  type MeasuredBatch,
  ratesText,
} from "./bench_report.ts";
import { benchFlags, benchHelp } from "./bench_flags.ts";
import { fittedTable } from "./fit_table.ts";
import { type FlagValues, parseFlags } from "./flags.ts";
import type { HelpScreen } from "./help_screen.ts";
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
  const setting = settingOf(values);
  const turns = {
    rounds: Number(values.rounds),
    steps: Number(values.steps),
  };
  if (values.memory === true) return await watchMemory(setting);
  if (values.methods !== undefined) {
    return await compareMethods(`${values.methods}`.split(","), { setting, ...turns });
  }
  if (setting.peer) await ensurePeer();
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

async function ensurePeer(): Promise<void> {
  const { installPeer } = await import("../setup/peer.ts");
  await withProgressLine(({ note, update }) => installPeer({ report: note, progress: update }));
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

function printed(result: MeasuredBatch, setting: BenchSetting): MeasuredBatch {
  const { name, unit } = measuredMethod(setting);
  print(
    `\nA step of ${name}, ResNet-32 of width ${setting.width}, batch of ${result.batchSize} ` +
      `${unit}; x: how many times as fast`,
  );
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
    processor: `${cpus()[0]?.model ?? "unknown"}, ${navigator.hardwareConcurrency} cores`,
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
