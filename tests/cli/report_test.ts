import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { runPage } from "../../lib/cli/report.ts";
import { configure } from "../../lib/experiment/config.ts";
import { runFiles } from "../../lib/experiment/run_folder.ts";
import { beginRun } from "../../lib/experiment/run.ts";
import { openRunStore } from "../../lib/experiment/run_store.ts";
import { projectRoot } from "../../lib/setup/project.ts";
import { temporaryFolder } from "../data/disposables.ts";
import { testEngine } from "../engine.ts";
import { smallDataset } from "../fixtures.ts";

const engine = await testEngine();
const dataset = smallDataset();
const config = configure({ imbalanceRate: 0.2, width: 2, epochs: 3, batchSize: 34 });

/** Trains some of three epochs into `runs/name`. */
async function makeRun(runs: string, name: string, { epochs = 2 } = {}): Promise<void> {
  using run = await beginRun({ config, engine, dataset, store: openRunStore(runs), name });
  if (epochs === 0) return;
  for await (const event of run.events()) {
    if (event.type === "epoch" && event.record.epoch + 1 === epochs) break;
  }
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

Deno.test("runPage() shows every part of a run", async () => {
  using runs = temporaryFolder();
  await makeRun(runs.path, "my-run");
  const run = await openRunStore(runs.path).read("my-run");

  const page = await runPage(run);

  assertMatch(page, /2 of 3 epochs, top-1 accuracy \d+\.\d\d % in the last/);
  const figures = JSON.parse(page.match(/id="figures">([^<]+)</)?.[1] ?? "");
  assertEquals(figures.length, 5);
  assertStringIncludes(page, "taken for airplane");
  const settings = [
    "imbalanceRate",
    "labelWeightExponent",
    "deno",
    "commit",
    run.description.splitHash,
  ];
  for (const setting of settings) assertStringIncludes(page, `>${setting}</td>`);
  assertStringIncludes(page, "with imbalance rate 0.2, ");
  assertStringIncludes(page, "The best epoch is chosen on the test set");
  const staged = configure({ secondStage: "maxnorm" });
  const later = await runPage({ ...run, description: { ...run.description, config: staged } });
  assertStringIncludes(later, ">share 0.1, every step</td>");

  const data = { ...run.description.config.data, splitFile: "/rows.txt", validation: 0.1 };
  const description = { ...run.description, config: { ...run.description.config, data } };
  const other = await runPage({ ...run, description });
  assertStringIncludes(other, "with given rows, ");
  assertStringIncludes(other, "held out of training: a share of 0.1 of each class");
});

Deno.test("report writes the page into the folder of the run, or where it is told, over pages alone", async () => {
  using runs = temporaryFolder();
  await makeRun(runs.path, "my-run");

  const inFolder = await report(["--run", "my-run"], runs.path);
  const elsewhere = await report([
    "--run",
    `${runs.path}/my-run`,
    "--out",
    `${runs.path}/page.html`,
  ], "/");

  assertEquals([inFolder.code, elsewhere.code], [0, 0], inFolder.stderr + elsewhere.stderr);
  assertMatch(inFolder.stdout, /^Written: .*\/my-run\/report\.html: open it in a browser\n$/);
  const metrics = `${runs.path}/my-run/${runFiles.metrics}`;
  const before = await Deno.readTextFile(metrics);
  const over = await report(["--run", "my-run", "--out", metrics], runs.path);
  assertEquals(over.code, 1);
  assertMatch(
    over.stderr,
    /^error: Cannot write the report to .*what is there is no page: .*--out\n$/,
  );
  assertEquals(await Deno.readTextFile(metrics), before);
  assertEquals(
    await Deno.readTextFile(`${runs.path}/page.html`),
    await Deno.readTextFile(`${runs.path}/my-run/report.html`),
  );
});

Deno.test("report says what is wrong with a run in one line", async () => {
  using runs = temporaryFolder();
  await makeRun(runs.path, "my-run", { epochs: 0 });

  const young = await report(["--run", "my-run"], runs.path);
  const mistyped = await report(["--run", "my-rum"], runs.path);
  const nameless = await report([], runs.path);
  await makeRun(runs.path, "damaged", { epochs: 1 });
  await Deno.writeTextFile(`${runs.path}/damaged/${runFiles.bestEvaluation}`, "{");
  const damaged = await report(["--run", "damaged"], runs.path);

  assertMatch(young.stderr, /^error: .*"my-run": none of its epochs is finished: .*\n$/);
  assertMatch(mistyped.stderr, /^error: .*no such run: .*did you mean "?my-run"?.*\n$/);
  assertMatch(
    nameless.stderr,
    /^error: Cannot report: no run is named: add --run <name>: see .*--help\n$/,
  );
  assertMatch(damaged.stderr, /^error: .*it is damaged.*\n$/);
  assertEquals([young, mistyped, nameless, damaged].map(({ code }) => code), [1, 1, 2, 1]);
});
