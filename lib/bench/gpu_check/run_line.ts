/**
 * Does the work of one line of a check.
 *
 * @module
 */
import { findCudaLibraries, findLibraryFolder } from "../../setup/find.ts";
import { askForGpus, whyNoGpu } from "../../setup/gpu_probe.ts";
import { readLibraryVersion } from "../../setup/library.ts";
import { formatSize, runProgram } from "../../setup/machine.ts";
import { projectRoot } from "../../setup/project.ts";
import { type ContenderCommand, startContender } from "../contender.ts";
import { type BenchSetting, compiledContender, compiledContenders, peers } from "../contenders.ts";
import { measureOneByOne } from "../measure.ts";
import type { CheckLine, StepMode, StepWork } from "./lines.ts";
import { gpuFacts, watchGpu } from "./nvidia.ts";
import {
  type Judgement,
  judgeRepeat,
  judgeStep,
  judgeTests,
  judgeTraining,
  type LineResult,
} from "./verdicts.ts";

/** How the lines of a check are done. */
export interface CheckContext {
  /** Where trainings run. */
  readonly device: "cpu" | "gpu";
  /** Whether only the least is done. */
  readonly short: boolean;
  /** The Python that has PyTorch; needed by its lines only. */
  readonly python?: string;
  /** Milliseconds after which a program counts as one that hangs; ten minutes by default. */
  readonly patience?: number;
}

/** TensorFlow's variable for operations that add in the same order every time. */
const repeatable = { TF_DETERMINISTIC_OPS: "1" };

/**
 * Does a line and judges what was found; what goes wrong is a verdict, too.
 *
 * @param line The line.
 * @param context Device, length, and PyTorch's Python.
 * @returns What it came to.
 */
export async function runLine(line: CheckLine, context: CheckContext): Promise<LineResult> {
  const start = performance.now();
  const { id, title } = line;
  const result = await judgedLine(line, context).catch((error: unknown): Judgement => ({
    verdict: "bad",
    found: error instanceof Error ? error.message : String(error),
  }));
  return { id, title, ...result, seconds: (performance.now() - start) / 1000 };
}

function judgedLine(
  { work }: CheckLine,
  context: CheckContext,
): Promise<Omit<LineResult, "id" | "title">> {
  switch (work.kind) {
    case "driver":
      return judgeDriver();
    case "tensorflow":
      return judgeTensorFlow(context);
    case "golden":
      return goldenTests(context);
    case "training":
      return smallTraining(context);
    case "repeatable":
      return sameTwice(context);
    case "step":
    case "pytorch":
      return timedStep(work, context);
  }
}

async function judgeDriver(): Promise<Judgement> {
  const facts = await gpuFacts();
  if (facts === undefined) {
    return { verdict: "note", found: "nvidia-smi lists none: how it is used will not be told" };
  }
  const { name, driver, bytes, used } = facts;
  const found = `${name}, driver ${driver}, ${formatSize(bytes)}`;
  return used < 2e9
    ? { verdict: "good", found }
    : { verdict: "note", found: `${found}, of which other programs hold ${formatSize(used)}` };
}

async function judgeTensorFlow({ device }: CheckContext): Promise<Judgement> {
  const folder = findLibraryFolder();
  if (device === "cpu") {
    return { verdict: "good", found: `${await readLibraryVersion(folder)}, on the CPU` };
  }
  const preload = findCudaLibraries();
  const missing = preload.length > 0 ? undefined : await whyNoGpu();
  const { gpus, problem } = missing === undefined
    ? await askForGpus({ folder, preload })
    : { gpus: [], problem: missing };
  const said = problem === undefined ? "" : `: ${problem.reason}: ${problem.mend}`;
  if (gpus.length === 0) return { verdict: "bad", found: `it lists no GPU${said}` };
  return { verdict: problem === undefined ? "good" : "note", found: `${gpus.join("; ")}${said}` };
}

/** Tests that hold numbers of the reference, and take the device from a variable. */
const golden = [
  "tests/train/step_test.ts",
  "tests/loss",
  "tests/images/augment_test.ts",
  "tests/images/augment",
  "tests/ops",
  "tests/model/golden_test.ts",
];

async function goldenTests(context: CheckContext): Promise<Judgement> {
  const { device, short } = context;
  const files = short ? ["tests/ops/precision_test.ts"] : golden;
  const output = await outputOf(["test", "-A", "--no-check", ...files], {
    env: { ...repeatable, GLMC_TEST_DEVICE: device },
    ...context,
  });
  return judgeTests(output);
}

async function smallTraining(context: CheckContext): Promise<Judgement> {
  const runs = await Deno.makeTempDir();
  try {
    const asked = `--width 4 --epochs 1 --imbalance_rate 0.01 --device ${context.device}`;
    const main = `${projectRoot}/lib/cli/main.ts`;
    const args = ["run", "-A", main, "train", ...asked.split(" ")];
    return judgeTraining(await outputOf(args, { env: { GLMC_RUNS: runs }, ...context }));
  } finally {
    await Deno.remove(runs, { recursive: true });
  }
}

/** What Deno prints; it is ended where it hangs. */
async function outputOf(
  args: string[],
  { env, patience = 600_000 }:
    & { readonly env: Readonly<Record<string, string>> }
    & Pick<CheckContext, "patience">,
): Promise<string> {
  const signal = AbortSignal.timeout(patience);
  const options = { cwd: projectRoot, env: { ...env, NO_COLOR: "1" }, signal };
  const { output = "" } = await runProgram(Deno.execPath(), args, options) ?? {};
  if (!signal.aborted) return output;
  const last = output.trim().split("\n").at(-1) || "nothing";
  throw new Error(
    `it has not ended within ${patience / 1000} s; the last that it printed: ${last}`,
  );
}

async function sameTwice({ device, short }: CheckContext): Promise<Judgement> {
  const size = short ? { width: 2, batchSize: 8 } : { width: 16, batchSize: 64 };
  const steps = short ? 3 : device === "gpu" ? 100 : 10;
  const command: ContenderCommand = {
    ...compiledContender({ ...size, device, peer: false, xla: false }),
    env: repeatable,
  };
  const losses = async (): Promise<readonly number[]> => {
    await using contender = await startContender(command);
    return (await contender.run(steps)).losses;
  };
  const judgement = judgeRepeat(await losses(), await losses());
  return { ...judgement, found: `${judgement.found}, after ${steps} steps` };
}

/** XLA puts its kernels into graphs, which not every driver can run. */
const withoutGraphs = ": try XLA_FLAGS=--xla_gpu_enable_command_buffer= before the command";

/** How our contenders are called, by mode. */
const ours: Record<StepMode, string> = {
  float32: "compiled",
  tf32: "compiled tf32",
  bfloat16: "compiled bfloat16",
  xla: "compiled XLA",
};

/** What PyTorch's step calls the modes. */
const theirs: Partial<Record<StepMode, string>> = {
  float32: "channels_last",
  tf32: "tf32",
  bfloat16: "bfloat16",
};

async function timedStep(
  work: StepWork,
  { device, short, python }: CheckContext,
): Promise<Omit<LineResult, "id" | "title">> {
  const { kind, mode, width, batchSize } = work;
  const setting: BenchSetting = {
    ...{ width, batchSize, device, peer: kind === "pytorch", xla: mode === "xla" },
    ...(python !== undefined && { python }),
  };
  const command = kind === "step"
    ? compiledContenders(setting).find(({ name }) => name === ours[mode])!
    : peers(setting, [theirs[mode]!])[0]!;
  const rounds = 3;
  // On a GPU long enough for nvidia-smi, which looks a few times a second.
  const steps = short ? 1 : device === "cpu" ? 2 : width < 64 ? 80 : 25;
  const watch = device === "gpu" ? watchGpu() : undefined;
  const { rows: [row], failures } = await measureOneByOne([command], { setting, rounds, steps });
  const use = await watch?.use((row?.milliseconds.median ?? 0) * rounds * steps);
  if (row === undefined) {
    const reason = failures.join("; ") + (/CUDA graph/.test(`${failures}`) ? withoutGraphs : "");
    // A size that does not fit, or a PyTorch that does not run, is no fault of the kit's.
    const isOthers = kind === "pytorch" || /memory/i.test(reason);
    return { verdict: isOthers ? "note" : "bad", found: reason };
  }
  return { ...judgeStep(row, { work, use }), row, ...(use !== undefined && { use }) };
}
