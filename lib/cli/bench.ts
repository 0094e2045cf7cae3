/**
 * The command `bench`: times the training step in every mode, beside PyTorch, in one run.
 *
 * What was tried for speed, at width 16 and batch 64 on two cores (EPYC with AVX-512 and its bfloat16
 * instructions), medians of 12 to 20 steps on a quiet machine unless a row says otherwise:
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
 * | bfloat16 ReLU and its gradient as operations on int16 | 235 (from 189) | no: slow where TensorFlow reuses the input's memory |
 * | fused batch norm + ReLU of oneDNN | no gain on chains of 20 | no |
 * | oneDNN held to AVX2 | 367 (from 285) | no |
 * | glibc: no trimming, one arena, large mmap threshold | within noise (measured beside another load) | no |
 * | glibc: huge pages | within noise | no |
 *
 * @module
 */

import { dirname } from "node:path";
import { type Contender, type ContenderCommand, startContender } from "../bench/contender.ts";
import { bestConvolutionRate } from "../bench/convolution_rate.ts";
import { medianRatio, spread } from "../bench/statistics.ts";
import type { WorkerOptions } from "../bench/worker.ts";
import { layerTable } from "../model/layer_table.ts";
import { createNetwork } from "../model/network.ts";
import { projectRoot, venvFolder } from "../setup/project.ts";
import { startEngine } from "../tensor/start.ts";
import { type Flag, flagsHelp, parseFlags } from "./flags.ts";
import { progressLine, UsageError } from "./shell.ts";

const flags: readonly Flag[] = [
  { names: ["width"], kind: "number", help: "channels of the first stage; 16 by default" },
  { names: ["b", "batch_size"], kind: "number", help: "pairs of images a step; 64 by default" },
  { names: ["rounds"], kind: "number", help: "turns each contender takes; 7 by default" },
  { names: ["steps"], kind: "number", help: "steps in a turn; 3 by default" },
  { names: ["peer"], kind: "switch", help: "time PyTorch too; installs it into .venv" },
  { names: ["xla"], kind: "switch", help: "time the step compiled by XLA too; meant for GPUs" },
  {
    names: ["memory"],
    kind: "switch",
    help: "only watch the native memory over 1,000 compiled steps",
  },
  { names: ["sweep"], kind: "switch", help: "batch sizes 32 to 512 instead of one" },
  {
    names: ["device"],
    kind: "text",
    choices: ["auto", "cpu", "gpu"],
    help: "where to run; auto takes the GPU when TensorFlow lists one",
  },
  { names: ["out"], kind: "text", help: "where to write; data/bench/<time>.json by default" },
];

/** The text that `--help` prints. */
export const help = `
Usage: deno task bench [flags]

Times a GLMC training step of ResNet-32 on random images: op by op, compiled, compiled in bfloat16, and
with --peer PyTorch's modes. The contenders are processes that take turns, so that what disturbs the
machine disturbs all; ratios are medians over the rounds.

${flagsHelp(flags)}
`;

/** One row of the result. */
interface Row {
  readonly name: string;
  readonly version: string;
  readonly milliseconds: ReturnType<typeof spread>;
  readonly imagesPerSecond: number;
  readonly firstMilliseconds: number;
  readonly startMilliseconds: number;
  readonly peakBytes: number;
  readonly flops: number;
  /** Milliseconds of each round, for ratios. */
  readonly rounds: readonly number[];
}

interface Setting {
  readonly width: number;
  readonly batchSize: number;
  readonly rounds: number;
  readonly steps: number;
  readonly device: "auto" | "cpu" | "gpu";
  readonly peer: boolean;
  readonly xla: boolean;
}

/**
 * Runs the command.
 *
 * @throws {UsageError} If a flag is unknown or does not fit.
 * @throws {Error} If a contender cannot be started.
 */
export async function run(args: string[]): Promise<void> {
  const values = parseFlags(args, flags);
  const whole = (name: string, standard: number): number => {
    const value = Number(values[name] ?? standard);
    if (Number.isSafeInteger(value) && value > 0) return value;
    throw new UsageError(`Cannot use --${name} ${value}: it must be a whole number, at least 1`);
  };
  const setting: Setting = {
    width: whole("width", 16),
    batchSize: whole("b", 64),
    rounds: whole("rounds", 7),
    steps: whole("steps", 3),
    device: (values.device ?? "auto") as Setting["device"],
    peer: values.peer === true,
    xla: values.xla === true,
  };
  if (values.memory === true) return await watchMemory(setting);
  if (setting.peer) await ensurePeer();
  const sizes = values.sweep === true ? [32, 64, 128, 256, 512] : [setting.batchSize];
  const results = [];
  for (const batchSize of sizes) {
    const rows = await measure({ ...setting, batchSize });
    printTable(rows, { ...setting, batchSize });
    results.push({ ...setting, batchSize, rows });
  }
  const engine = await startEngine({ device: setting.device });
  const rates = {
    float32: await bestConvolutionRate(setting.width, { type: "float32" }),
    bfloat16: await bestConvolutionRate(setting.width, { type: "bfloat16" }),
  };
  console.log(
    `\nBest single convolution of this width: ${gigaflops(rates.float32)} GFLOP/s in float32, ` +
      `${gigaflops(rates.bfloat16)} in bfloat16 (${engine.device.toUpperCase()})`,
  );
  const path = String(
    values.out ?? `${projectRoot}/data/bench/${new Date().toISOString().replaceAll(":", "-")}.json`,
  );
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.writeTextFile(
    path,
    JSON.stringify({ device: engine.devices, rates, results }, null, 2),
  );
  console.log(`Written to ${path.replace(`${projectRoot}/`, "")}`);
}

async function ensurePeer(): Promise<void> {
  const { installPeer } = await import("../setup/peer.ts");
  const line = progressLine();
  try {
    await installPeer({ report: line.note, progress: line.update });
  } finally {
    line.finish();
  }
}

function contenders(setting: Setting): ContenderCommand[] {
  const { width, batchSize, device } = setting;
  const ours = (name: string, options: Partial<WorkerOptions>): ContenderCommand => ({
    name,
    program: Deno.execPath(),
    args: [
      ...["run", "-A", "--no-check", `${projectRoot}/lib/bench/worker.ts`],
      JSON.stringify({
        ...{ width, batchSize, device, trainingType: "float32", mode: "compiled" },
        ...options,
      }),
    ],
  });
  const peer = (mode: string): ContenderCommand => ({
    name: `PyTorch ${mode.replace("_", " ")}`,
    program: `${venvFolder(projectRoot)}/bin/python`,
    args: [
      `${projectRoot}/lib/bench/pytorch_step.py`,
      ...["--mode", mode, "--width", `${width}`, "--batch", `${batchSize}`],
    ],
  });
  return [
    ours("op by op", { mode: "eager" }),
    ours("compiled", {}),
    ours("compiled bfloat16", { trainingType: "bfloat16" }),
    ...(setting.xla ? [ours("compiled XLA", { xla: true })] : []),
    ours("evaluation of 500", { evaluate: true }),
    ...(setting.peer ? ["eager", "channels_last", "bfloat16", "compile"].map(peer) : []),
  ];
}

async function measure(setting: Setting): Promise<Row[]> {
  const line = progressLine();
  const flops = stepFlops(setting);
  await using stack = new AsyncDisposableStack();
  const running: Contender[] = [];
  for (const command of contenders(setting)) {
    line.update(`starting ${command.name}`);
    running.push(stack.use(await startContender(command)));
  }
  const turns = running.map(() => ({ times: [] as number[], rounds: [] as number[], peak: 0 }));
  for (let round = 0; round < setting.rounds; round++) {
    for (const [i, contender] of running.entries()) {
      line.update(
        `round ${round + 1}/${setting.rounds}: ${contender.name}`,
        round / setting.rounds,
      );
      const { times, peakBytes } = await contender.run(setting.steps);
      turns[i].times.push(...times);
      turns[i].rounds.push(spread(times).median);
      turns[i].peak = peakBytes;
    }
  }
  line.finish();
  return running.map(({ name, version, firstMilliseconds, startMilliseconds }, i) => {
    const milliseconds = spread(turns[i].times);
    const evaluates = name.startsWith("evaluation");
    return {
      name,
      version,
      milliseconds,
      imagesPerSecond: (evaluates ? 500 : setting.batchSize) / (milliseconds.median / 1000),
      firstMilliseconds,
      startMilliseconds,
      peakBytes: turns[i].peak,
      flops: (evaluates ? flops.evaluation : flops.step) / (milliseconds.median / 1000),
      rounds: turns[i].rounds,
    };
  });
}

/** Floating-point operations: forward once, backward twice as many, for two views. */
function stepFlops({ width, batchSize }: Setting): { step: number; evaluation: number } {
  const rows = layerTable(createNetwork("resnet32", { classes: 10, width }));
  const forward = 2 * rows.reduce((sum, { multiplyAdds }) => sum + multiplyAdds, 0);
  return { step: 3 * 2 * batchSize * forward, evaluation: 500 * forward };
}

/** Prints the native memory of a compiled training every hundred steps, and how much it has grown. */
async function watchMemory(setting: Setting): Promise<void> {
  const command = contenders(setting).find(({ name }) => name === "compiled")!;
  await using contender = await startContender(command);
  const sizes: number[] = [];
  // The first hundred steps fill the allocators' pools.
  for (let steps = 100; steps <= 1100; steps += 100) {
    const { bytes } = await contender.run(100);
    sizes.push(bytes);
    console.log(`${steps} steps  ${(bytes / 1e9).toFixed(4)} GB`);
  }
  const growth = 100 * (sizes.at(-1)! / sizes[0] - 1);
  console.log(`Growth over the last 1,000 steps: ${growth.toFixed(2)} %`);
}

function printTable(rows: readonly Row[], { width, batchSize }: Setting): void {
  const peers = rows.filter(({ name }) => name.startsWith("PyTorch"));
  const header = [
    "",
    ...["median ms", "min", "max", "images/s", "first ms", "start ms", "peak GB", "GFLOP/s"],
    ...peers.map(({ name }) => `x ${name}`),
  ];
  const body = rows.map((row) => [
    row.name,
    ...[row.milliseconds.median, row.milliseconds.min, row.milliseconds.max].map((ms) =>
      ms.toFixed(1)
    ),
    row.imagesPerSecond.toFixed(0),
    row.firstMilliseconds.toFixed(0),
    row.startMilliseconds.toFixed(0),
    (row.peakBytes / 1e9).toFixed(2),
    gigaflops(row.flops),
    ...peers.map((peer) =>
      row.name.startsWith("evaluation") ? "" : medianRatio(peer.rounds, row.rounds).toFixed(2)
    ),
  ]);
  const widths = header.map((text, c) =>
    Math.max(text.length, ...body.map((cells) => cells[c].length))
  );
  console.log(`\nResNet-32 of width ${width}, batch ${batchSize}; x: how many times as fast`);
  for (const cells of [header, ...body]) {
    console.log(
      cells.map((cell, c) => c === 0 ? cell.padEnd(widths[c]) : cell.padStart(widths[c])).join(
        "  ",
      ),
    );
  }
}

function gigaflops(flops: number): string {
  return (flops / 1e9).toFixed(0);
}
