/**
 * What a step asks of a GPU, counted on a pretended one: `deno task test:gpu-shape`; see README.md beside.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { temporaryFolder } from "../data/disposables.ts";
import { buildPretendedGpu, type PretendedGpu } from "./build.ts";
import { gpuProject, nvidiaPackages, pretend, withoutGraphs } from "./pretend.ts";
import type { Counts, Report, Subject } from "./steps.ts";

const missing = nvidiaPackages === undefined
  ? `no CUDA in the .venv of "${gpuProject}": deno task setup --device gpu there, or name a project ` +
    "that has it in GLMC_GPU_PROJECT"
  : await hasCompiler()
  ? undefined
  : "no gcc: for example sudo apt install gcc libc6-dev";

async function hasCompiler(): Promise<boolean> {
  try {
    return (await new Deno.Command("gcc", { args: ["--version"] }).output()).success;
  } catch {
    return false;
  }
}

/** What a steady step of a network may ask for: what was counted, rounded up to the next ten. */
interface Limits {
  readonly architecture: Subject["architecture"];
  readonly width: number;
  /** Batch norms of both views, as many forward as backward. */
  readonly norms: number;
  /** Kernels and calls of cuDNN and cuBLAS, by type and by the way that a step is run. */
  readonly launches: Readonly<Record<Subject["trainingType"], Launches>>;
  /** GB of memory after four compiled steps in float32. */
  readonly memory: number;
}

interface Launches {
  readonly compiled: number;
  /** Op by op nothing is taken together. */
  readonly opByOp: number;
  /** XLA takes kernels together. */
  readonly xla: number;
}

const networks: readonly Limits[] = [
  {
    ...{ architecture: "resnet32", width: 16, norms: 62, memory: 0.6 },
    launches: {
      float32: { compiled: 1520, opByOp: 1850, xla: 850 },
      bfloat16: { compiled: 1610, opByOp: 1670, xla: 810 },
    },
  },
  {
    ...{ architecture: "resnet32", width: 64, norms: 62, memory: 2.2 },
    launches: {
      float32: { compiled: 1520, opByOp: 1850, xla: 900 },
      bfloat16: { compiled: 1610, opByOp: 1670, xla: 830 },
    },
  },
  {
    ...{ architecture: "resnet18", width: 64, norms: 40, memory: 2.2 },
    launches: {
      float32: { compiled: 1050, opByOp: 1270, xla: 570 },
      bfloat16: { compiled: 1110, opByOp: 1150, xla: 510 },
    },
  },
  {
    ...{ architecture: "resnet50", width: 64, norms: 106, memory: 8.6 },
    launches: {
      float32: { compiled: 2330, opByOp: 2680, xla: 1370 },
      bfloat16: { compiled: 2290, opByOp: 2370, xla: 1280 },
    },
  },
];

const types = ["float32", "bfloat16"] as const;

/** Transpositions of images: of each view once, since the values of a pixel lie beside each other in the set. */
const layouts = { float32: 2, bfloat16: 0 };

/** Pixels of both views, indices of labels, box, and three numbers. */
const copiesUp = 7;

if (missing !== undefined) {
  Deno.test({ name: `a step on a pretended GPU (skipped: ${missing})`, ignore: true, fn() {} });
} else {
  // Under a plain name, since LD_PRELOAD knows no spaces.
  const folder = await Deno.makeTempDir();
  globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
  const gpu = await buildPretendedGpu(folder, nvidiaPackages!);
  Deno.test("a whole training runs, on the GPU that is named and with deterministic algorithms", async () => {
    using runs = temporaryFolder();
    const args =
      "train --name g --width 2 --epochs 1 --imbalance_rate 0.01 -b 256 --precision bfloat16";
    const { code, stdout, stderr } = await pretend(
      [...args.split(" "), "--device", "gpu", "--gpus", "0", "--deterministic"],
      { gpu, output: "piped", variables: { GLMC_RUNS: runs.path } },
    );
    const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
    assertEquals(code, 0, said);
    assertStringIncludes(said, "on GPU");
    const { environment } = JSON.parse(await Deno.readTextFile(`${runs.path}/g/config.json`));
    assertEquals([environment.device, environment.deterministic], ["gpu", "on"]);
  });
  Deno.test("a step of several processes is laid out as that of one", async () => {
    const [{ architecture, width }] = networks as [Limits];
    const subject = { architecture, width, trainingType: "float32", mode: "compiled" } as const;
    const { steps } = await stepsOf({ ...subject, together: true }, gpu);
    assertAtMost(transpositions(steps.at(-1)!), layouts.float32);
    assertEquals(amount(steps.at(-1)!, "copy down"), 0);
  });
  for (const limits of networks) {
    for (const trainingType of types) {
      const { architecture, width } = limits;
      const subject = { architecture, width, trainingType };
      const name = `${architecture} of width ${width} in ${trainingType}`;
      Deno.test(`${name}, compiled`, async () => {
        checkCompiled(await stepsOf({ ...subject, mode: "compiled" }, gpu), {
          limits,
          trainingType,
        });
      });
      Deno.test(`${name}, op by op`, async () => {
        checkOpByOp(await stepsOf({ ...subject, mode: "eager" }, gpu), { limits, trainingType });
      });
      Deno.test(`${name}, compiled by XLA`, async () => {
        const report = await stepsOf({ ...subject, mode: "compiled", xla: true }, gpu);
        checkXla(report, { limits, trainingType });
      });
    }
  }
}

interface Expected {
  readonly limits: Limits;
  readonly trainingType: Subject["trainingType"];
}

function checkCompiled(report: Report, { limits, trainingType }: Expected): void {
  checkStart(report);
  const [, second, ...others] = report.steps;
  // One instantiation serves, since the first step finds the weights where it leaves them.
  for (const step of others) assertEquals(step, second);
  assertEquals([amount(second!, "copy up"), amount(second!, "copy down")], [copiesUp, 0]);
  assertAtMost(launches(second!), limits.launches[trainingType].compiled);
  assertAtMost(transpositions(second!), layouts[trainingType]);
  checkNorms(second!, { limits, trainingType });
  const taken = [report.start, ...report.steps].map((counts) => amount(counts, "bytes taken"));
  assertAtMost(taken.reduce((sum, bytes) => sum + bytes, 0) / 1e9, limits.memory);
  // In one part: its images, its outputs.
  assertEquals(amount(report.prediction, "copy up"), 1);
  assertEquals(amount(report.prediction, "copy down"), 1);
  assertEquals(transpositions(report.prediction), 0);
}

function checkOpByOp(report: Report, { limits, trainingType }: Expected): void {
  checkStart(report);
  const steady = report.steps.at(-1)!;
  assertEquals(amount(steady, "copy down"), 0);
  assertAtMost(launches(steady), limits.launches[trainingType].opByOp);
  // There is no graph to lay out anew: batch norm transposes float32 images itself.
  assertEquals(transpositions(steady), trainingType === "float32" ? 5 * limits.norms : 0);
  checkNorms(steady, { limits, trainingType });
}

function checkXla(report: Report, { limits, trainingType }: Expected): void {
  checkStart(report);
  const [, second, ...others] = report.steps;
  for (const step of others) assertEquals(step, second);
  assertEquals([amount(second!, "copy up"), amount(second!, "copy down")], [copiesUp, 0]);
  assertAtMost(launches(second!), limits.launches[trainingType].xla);
  // XLA lays images out by itself.
  assertEquals(transpositions(second!), 0);
}

function checkStart({ devices, start }: Report): void {
  assertEquals(devices, ["CPU", "GPU"]);
  // Memory is taken as it is needed.
  assertAtMost(amount(start, "bytes taken") / 1e9, 0.5);
}

function checkNorms(step: Counts, { limits, trainingType }: Expected): void {
  const mode = trainingType === "float32" ? "spatial batch norm" : "persistent batch norm";
  assertEquals(amount(step, mode), limits.norms);
  assertEquals(amount(step, "scratch of a forward pass"), limits.norms);
  assertEquals(amount(step, "scratch of no forward pass"), 0);
}

function amount(counts: Counts, name: string): number {
  return counts[name] ?? 0;
}

function launches(counts: Counts, which = /^launch /): number {
  const amounts = Object.entries(counts).filter(([name]) => which.test(name));
  return amounts.reduce((sum, [, amount]) => sum + amount, 0);
}

/** Of images; filters are laid out for cuDNN by kernels of another name. */
function transpositions(counts: Counts): number {
  return launches(counts, /^launch .*(SwapDimension|Transpose|cudnnTransformTensor)/);
}

function assertAtMost(value: number, most: number): void {
  assert(value <= most, `${value} is more than ${most}`);
}

async function stepsOf(subject: Subject, gpu: PretendedGpu): Promise<Report> {
  const command = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--no-check", new URL("steps.ts", import.meta.url).pathname],
      JSON.stringify({ subject, gpu, project: gpuProject }),
    ],
    env: withoutGraphs,
  });
  const { success, stdout, stderr } = await command.output();
  const [said, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  if (!success) throw new Error(errors);
  return JSON.parse(said!.trim().split("\n").at(-1)!);
}
