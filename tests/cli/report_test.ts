import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { runPage } from "../../lib/cli/report.ts";
import { evaluateLogits } from "../../lib/evaluate/metrics.ts";
import { defaultConfig } from "../../lib/experiment/config.ts";
import { readRun } from "../../lib/experiment/read_run.ts";
import {
  createRunFolder,
  runFiles,
  writeEvaluation,
  writeMetrics,
} from "../../lib/experiment/run_folder.ts";
import { projectRoot } from "../../lib/setup/project.ts";
import { temporaryFolder } from "../data/disposables.ts";

const counts = [500, 400, 300, 200, 100, 80, 40, 20, 10, 5];
const labels = Int32Array.from({ length: 40 }, (_, n) => n % 10);
// Every third image is taken for an airplane.
const logits = Float32Array.from({ length: 400 }, (_, i) => {
  const [n, c] = [Math.floor(i / 10), i % 10];
  return (n % 3 === 0 ? c === 0 : c === labels[n]) ? 3 : 0;
});
const evaluation = evaluateLogits(logits, labels, { classes: 10, trainingCounts: counts });

/** Writes a run with two of three epochs done, or with none. */
async function writeRun(folder: string, { epochs = 2 } = {}): Promise<void> {
  await createRunFolder(folder, {
    description: {
      config: { ...defaultConfig, epochs: 3 },
      splitHash: "abc",
      classCounts: counts,
      parameters: 489_636,
      environment: { deno: "2.9.6", device: "cpu" },
    },
    split: { indices: Int32Array.of(0), counts, hash: "abc", seed: 0, replace: false },
  });
  if (epochs === 0) return;
  const { confusion: _, reliability: __, ...short } = evaluation;
  const history = Array.from({ length: epochs }, (_, epoch) => ({
    epoch,
    learningRate: 0.01,
    plainWeight: 1,
    losses: { total: 3 - epoch, balanced: 2, rebalanced: 1, consistency: -1 },
    evaluation: short,
    trainSeconds: 1,
    evaluateSeconds: 1,
  }));
  await writeMetrics(folder, history);
  await writeEvaluation(folder, { which: "best", epoch: 0, evaluation });
  await writeEvaluation(folder, { which: "last", epoch: epochs - 1, evaluation });
}

async function report(
  args: readonly string[],
  runs: string,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", `${projectRoot}/lib/cli/main.ts`, "report", ...args],
    env: { GLMC_RUNS: runs, NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

Deno.test("readRun() gives back what was written", async () => {
  using folder = temporaryFolder();
  await writeRun(`${folder.path}/run`);

  const run = await readRun(`${folder.path}/run`);

  assertEquals(run?.history.map(({ losses }) => losses.total), [3, 2]);
  assertEquals(run?.best.confusion, [...evaluation.confusion]);
  assertEquals([run?.best.epoch, run?.last.epoch], [0, 1]);
  assertEquals(run?.best.classAccuracy, evaluation.classAccuracy);
});

Deno.test("runPage() shows every part of a run", async () => {
  using folder = temporaryFolder();
  await writeRun(folder.path);
  const run = await readRun(folder.path);
  assert(run);

  const page = await runPage("my-run", run);

  assertMatch(page, /2 of 3 epochs, top-1 accuracy \d+\.\d\d % in the last/);
  const figures = JSON.parse(page.match(/id="figures">([^<]+)</)?.[1] ?? "");
  assertEquals(figures.length, 5);
  assertStringIncludes(page, "taken for airplane");
  for (const setting of ["imbalanceRate", "labelWeightExponent", "deno", "489636", "abc"]) {
    assertStringIncludes(page, `>${setting}</td>`);
  }
});

Deno.test("report writes the page into the folder of the run, or where it is told", async () => {
  using runs = temporaryFolder();
  await writeRun(`${runs.path}/my-run`);

  const inFolder = await report(["--run", "my-run"], runs.path);
  const elsewhere = await report([
    "--run",
    `${runs.path}/my-run`,
    "--out",
    `${runs.path}/page.html`,
  ], "/");

  assertEquals([inFolder.code, elsewhere.code], [0, 0], inFolder.stderr + elsewhere.stderr);
  assertMatch(inFolder.stdout, /^Written: .*\/my-run\/report\.html: open it in a browser\n$/);
  assertEquals(
    await Deno.readTextFile(`${runs.path}/page.html`),
    await Deno.readTextFile(`${runs.path}/my-run/report.html`),
  );
});

Deno.test("report says what is wrong with a run in one line", async () => {
  using runs = temporaryFolder();
  await writeRun(`${runs.path}/my-run`, { epochs: 0 });

  const young = await report(["--run", "my-run"], runs.path);
  const mistyped = await report(["--run", "my-rum"], runs.path);
  const nameless = await report([], runs.path);
  await writeRun(`${runs.path}/damaged`);
  await Deno.writeTextFile(`${runs.path}/damaged/${runFiles.bestEvaluation}`, "{");
  const damaged = await report(["--run", "damaged"], runs.path);

  assertMatch(young.stderr, /^error: .*"my-run": none of its epochs is finished: .*\n$/);
  assertMatch(mistyped.stderr, /^error: .*no such run: did you mean "my-run"\?\n$/);
  assertMatch(
    nameless.stderr,
    /^error: Cannot report: no run is named: add --run <name>: see .*--help\n$/,
  );
  assertMatch(damaged.stderr, /^error: .*it is damaged.*\n$/);
  assertEquals([young, mistyped, nameless, damaged].map(({ code }) => code), [1, 1, 2, 1]);
});
