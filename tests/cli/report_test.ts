import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { runPage } from "../../lib/cli/report.ts";
import { settingItems } from "../../lib/cli/report_settings.ts";
import { presetOfRun, runSummary } from "../../lib/cli/report_summary.ts";
import { configure, type Settings, settingsOf } from "../../lib/experiment/config.ts";
import { groupHash, resultHash } from "../../lib/experiment/config_name.ts";
import { runFiles } from "../../lib/experiment/run_folder.ts";
import { beginRun } from "../../lib/experiment/run.ts";
import { secondStageFields } from "../../lib/experiment/second_stage.ts";
import { openRunStore } from "../../lib/experiment/run_store.ts";
import type { Table } from "../../lib/plot/table.ts";
import { findPreset, presets } from "../../lib/study/presets.ts";
import type { RunResult } from "../../lib/study/result.ts";
import { totalEpochs } from "../../lib/train/stage.ts";
import { projectRoot } from "../../lib/setup/project.ts";
import { temporaryFolder } from "../data/disposables.ts";
import { testEngine } from "../engine.ts";
import { smallDataset } from "../fixtures.ts";

const engine = await testEngine();
const dataset = smallDataset();
const config = configure({ imbalanceRate: 0.2, width: 2, epochs: 3, batchSize: 34 });

/** Trains some of three epochs into `runs/name`. */
async function makeRun(runs: string, name: string, { epochs = 2 } = {}): Promise<void> {
  const store = openRunStore(runs);
  using run = await beginRun({ config, engine, dataset, store, name, preset: "quick" });
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
  assertMatch(page, /\d+ settings differ from the defaults, \d+ from preset quick:/);
  const settings = [
    "imbalanceRate",
    "labelWeightExponent",
    "deno",
    "commit",
    run.description.splitHash,
  ];
  const cells = page.match(/<t[dh][^>]*>[^<]*/g)!.map((cell) => cell.replace(/^.*>/, ""));
  for (const setting of settings) assert(cells.includes(setting), setting);
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

Deno.test("settingItems() tells first what differs from the defaults and from the preset", () => {
  const { settings } = findPreset("quick");
  const items = (settings: Settings, environment: Record<string, string> = {}) =>
    settingItems({ config: configure(settings), environment });
  const rowsOf = (item: string | Table | undefined) => typeof item === "object" ? item.rows : [];

  const [words, changed, , ...rest] = items(
    { ...settings, learningRate: 0.2, nesterov: false },
    { preset: "quick" },
  );
  assertMatch(String(words), /^\d+ settings differ from the defaults, 2 from preset quick:$/);
  const rows = rowsOf(changed);
  assertEquals(rows.find(([name]) => name === "learningRate"), [
    ...["learningRate", "0.2", "0.01", `${settings.learningRate}`],
  ]);
  assertEquals(rows.find(([name]) => name === "nesterov"), ["nesterov", "off", "the same", "on"]);
  assertEquals(rows.find(([name]) => name === "epochs")?.[3], "the same");
  const told = rows.map(([name]) => name);
  const left = rest.flatMap((item) => rowsOf(item)).map(([name]) => name!);
  assertEquals(left.filter((name) => told.includes(name)), []);
  assertEquals(
    [...told, ...left].length,
    Object.keys(settingsOf(configure(settings))).length - Object.keys(secondStageFields).length + 5,
    "a stage has trains, statistics, startsFrom, freshClassifier and maxNorm beside its settings",
  );

  // What follows from the data set is no difference, and a preset is known by its settings.
  assertEquals(rowsOf(items({ dataset: "cifar100" })[1]), [["dataset", "cifar100", "cifar10"]]);
  assertMatch(String(items({ ...settings, seed: 7 })[0]), /, none from preset quick:$/);
  const [nothing, ...groups] = items({});
  assertEquals(nothing, "No setting differs from the defaults.");
  assertEquals(groups.length, 2);
  // One that this version does not have is not compared with.
  assertEquals(rowsOf(items({ seed: 7 }, { preset: "of old" })[1]), [["seed", "7", "42"]]);
  // Of a second stage the settings that ask for it are told; its own table stays whole.
  const second = items({ secondStage: "crt", secondEpochs: 3 });
  assertEquals(rowsOf(second[1]), [["secondStage", "crt", "none"], ["secondEpochs", "3", "10"]]);
  assertEquals(rowsOf(items({ largestClass: 500 })[1]), [["largestClass", "500", "not given"]]);
});

Deno.test("runSummary() says what a run is, how it did, and what to try next", async () => {
  using runs = temporaryFolder();
  await makeRun(runs.path, "my-run");
  const run = await openRunStore(runs.path).read("my-run");
  const told = (
    settings: Settings,
    { top1 = 80, few = 75, adjusted = 70, best = 0 } = {},
  ): string[] => {
    const config = configure(settings);
    const epochs = totalEpochs(config.stages);
    const [epoch] = run.history;
    const shots = { many: 80, medium: null, few };
    return runSummary({
      ...run,
      history: Array.from({ length: epochs }, () => ({
        ...epoch!,
        adjusted: { top1: adjusted, shots, classAccuracy: [] },
      })),
      last: { ...run.last, epoch: epochs - 1, top1, shots },
      best: { ...run.best, top1: Math.max(best, top1) },
      description: { ...run.description, config },
    }, []).map(([, answer]) => answer);
  };

  const [young, unknown, on] = runSummary(run, []).map(([, answer]) => answer);
  assertMatch(young!, /^GLMC on CIFAR-10 with imbalance rate 0\.2, .*: 2 of 3 epochs, /);
  assertMatch(unknown!, /^It is not finished/);
  assertMatch(on!, /deno task train --resume .*my-run/);

  const row = findPreset("cifar10-lt-100").settings;
  const [what, how, next] = told(row, { top1: 87.5 });
  assertMatch(what!, /\(preset cifar10-lt-100\): 200 of 200 epochs/);
  assertMatch(how!, /aims at 88\.50 % \(GLMC g2\): this run is 1\.00 points below it/);
  assertMatch(next!, /^Another seed/);

  const [, published, longer] = told({ imbalanceRate: 0.01, epochs: 1 });
  assertMatch(published!, /^Published .* 87\.75 % .* and 88\.50 % .*, this run|1 epoch\.$/);
  assert(!published!.includes("92.34"), "what was withdrawn is no measure");
  assertMatch(longer!, /of 200 epochs at width 64: `deno task train --preset cifar10-lt-100`/);

  assertMatch(told(row, { adjusted: 85 })[2]!, /Logit adjustment .* 85\.00 %: `.* --method la /);
  assertMatch(told(row, { few: 20 })[2]!, /60\.0 points behind .* --method crt`/);
  assertMatch(told(row, { best: 84 })[2]!, /4\.00 points better than the last: .*--validation/);
  assertMatch(told({ imbalanceRate: 0.3 })[1]!, /^No published number is known/);
});

Deno.test("runSummary() gives the mean of other seeds that are known", async () => {
  using runs = temporaryFolder();
  await makeRun(runs.path, "my-run", { epochs: 3 });
  const run = await openRunStore(runs.path).read("my-run");
  const other = { ...run.description.config, seed: 7 };
  const result: RunResult = {
    ...{ hash: resultHash(other), group: groupHash(other), config: other, name: "other" },
    ...{
      folder: null,
      state: "finished" as const,
      epochs: 3,
      totalEpochs: 3,
      curve: [],
      seconds: 1,
    },
    ...{ started: "", commit: "", machine: "", last: { ...run.last, top1: 33.5 } },
  };

  const [, how] = runSummary(run, [result, { ...result, group: "another" }]);

  assertMatch(how![1], / 1 other seed of this setting: 33\.50 %\.$/);
});

Deno.test("every preset is known by its settings, whatever the seed", () => {
  for (const { name, settings } of presets.slice(0, 8)) {
    assertEquals(presetOfRun(configure({ ...settings, seed: 99 }))?.name, name);
  }
  assertEquals(presetOfRun(configure({ epochs: 3 })), undefined);
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
  // But for the command that names the run, which is in no folder of runs for the second one.
  const [page, same] = await Promise.all(
    ["page.html", "my-run/report.html"].map(async (name) =>
      (await Deno.readTextFile(`${runs.path}/${name}`)).replaceAll(/<code>.*?<\/code>/g, "")
    ),
  );
  assertEquals(page, same);
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
