import { runArgument } from "../../lib/experiment/place.ts";
import { assert, assertAlmostEquals, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { readSafetensors } from "../../lib/disk/safetensors.ts";
import { configure, settingsOf } from "../../lib/experiment/config.ts";
import { runFiles } from "../../lib/experiment/run_folder.ts";
import { isEventFile } from "../../lib/tensorboard/event_file.ts";
import { beginRun } from "../../lib/experiment/run.ts";
import { openRunStore } from "../../lib/experiment/run_store.ts";
import { takeImages } from "../../lib/data/image_set.ts";
import { assertNoLeak } from "../assertions.ts";
import { temporaryFolder } from "../data/disposables.ts";
import { testEngine } from "../engine.ts";
import { smallDataset } from "../fixtures.ts";
import { killAndContinue } from "./kills.ts";
import { contentsOf, smallRun } from "./processes.ts";

const engine = await testEngine();
const dataset = smallDataset();
const tiny = { imbalanceRate: 0.2, width: 2, epochs: 1, batchSize: 24 };

Deno.test("a run of 4 epochs, and one killed in epoch 3 and continued, end with the same bits", async () => {
  await using temporary = await temporaryFolder();
  const { path: runs } = temporary;

  await smallRun([runs, "whole"]);
  const killed = await smallRun([runs, "killed"], { at: /step 2 / });
  const rest = await smallRun([runs, "killed"]);

  assertEquals([killed.code, rest.code], [137, 0], rest.stderr);
  assertMatch(rest.stdout, /^run killed\nstep 2 /, "continues in epoch 3, not before");
  assertEquals(await contentsOf(runs, "killed"), await contentsOf(runs, "whole"));
  const left = [...Deno.readDirSync(`${runs}/killed`)].map(({ name }) => name);
  const files = Object.values(runFiles) as string[];
  const isKnown = (name: string): boolean => files.includes(name) || isEventFile(name);
  assertEquals(left.filter((name) => !isKnown(name)), [], "no temporary files stay");
});

Deno.test("eight runs that begin at once and differ in their learning rate are eight runs", async () => {
  await using temporary = await temporaryFolder();
  const { path: runs } = temporary;
  const rates = [1, 2, 3, 4, 5, 6, 7, 8].map((rate) => `${rate / 100}`);

  const outcomes = await Promise.all(
    rates.map((rate) => smallRun([runs, "", rate].filter((_, i) => i !== 1), { at: /^step/m })),
  );

  const names = outcomes.map(({ stdout }) => /^run (.*)$/m.exec(stdout)?.[1]);
  assertEquals(new Set(names).size, 8, outcomes.map(({ stderr }) => stderr).join(""));
  for (const name of names) {
    const { description: { config } } = await openRunStore(runs).find(name!);
    assert(rates.includes(`${config.stages[0].learningRate}`));
  }
});

Deno.test("of two that continue one run, one is refused and told who works on it", async () => {
  await using temporary = await temporaryFolder();
  const { path: runs } = temporary;
  await smallRun([runs, "whole"]);
  await smallRun([runs, "shared"], { at: /epoch/ });

  const both = await Promise.all([smallRun([runs, "shared"]), smallRun([runs, "shared"])]);

  assertEquals(both.map(({ code }) => code).sort(), [0, 1]);
  const { stderr } = both.find(({ code }) => code === 1)!;
  assertMatch(stderr, /^error: Cannot continue the run "shared": process \d+ .*\n$/);
  assertEquals(await contentsOf(runs, "shared"), await contentsOf(runs, "whole"));
});

Deno.test("best.safetensors has the names of the official state dict", async () => {
  await using temporary = await temporaryFolder();
  const store = openRunStore(temporary.path);
  using run = await beginRun({ config: configure(tiny), engine, dataset, store, name: "a" });
  for await (const _ of run.events());

  const { tensors } = readSafetensors(Deno.readFileSync(`${run.folder}/${runFiles.best}`));
  const names = Object.keys(tensors);
  for (const name of ["layer2.0.conv1.weight", "bn1.num_batches_tracked", "fc_cb.weight"]) {
    assert(names.includes(name), name);
  }
  assert(names.every((name) => !name.startsWith("optimizer.")));
});

Deno.test("a run of the time before stages and digests is read, evaluated and continued", async () => {
  await using temporary = await temporaryFolder();
  const folder = `${temporary.path}/old`;
  await Deno.mkdir(folder);
  const fixture = new URL("../fixtures/old_run/", import.meta.url);
  for (const { name } of Deno.readDirSync(fixture)) {
    await Deno.copyFile(new URL(name, fixture), `${folder}/${name}`);
  }
  const store = openRunStore(temporary.path);

  const { history, description: { config } } = await store.read("old");
  assertEquals(history.map(({ stage, schedule }) => [stage, schedule.plainWeight]), [
    ["train", 1],
    ["train", 1 - 1 / 9],
  ]);
  assertEquals(settingsOf(config).consistencyWeight, 4);
  using run = await beginRun({ engine, dataset, store, name: "old", resume: "must" });
  assertEquals([run.from.epoch, run.from.step], [2, 0]);
  for await (const _ of run.events());

  // What the version of that time made of the last epoch; other processors round in other places.
  const last = (await store.read("old")).history.at(-1)!;
  const expected = { total: -2.17134544947376, balanced: 5.050981580394588 };
  for (const [name, value] of Object.entries(expected)) {
    assertAlmostEquals(last.losses[name]!, value, 1e-2 * Math.abs(value), name);
  }
  assertEquals(last.schedule.plainWeight, 1 - 4 / 9);
});

Deno.test("a run is continued with its own settings, subset and images alone", async () => {
  await using temporary = await temporaryFolder();
  const store = openRunStore(temporary.path);
  const options = { engine, dataset, store, name: "a" };
  const config = configure({ ...tiny, epochs: 2, dataFolder: "/here" });
  {
    using run = await beginRun({ ...options, config });
    for await (const { type } of run.events()) if (type === "epoch") break;
  }

  await assertNoLeak(engine, async () => {
    const other = configure({ ...tiny, epochs: 3 });
    await assertRejects(() => beginRun({ ...options, config: other }), RangeError, "epochs is 3");
    const { train } = dataset;
    const images = train.images.map((value) => 255 - value);
    const inverted = { ...dataset, train: { ...train, images } };
    await assertRejects(
      () => beginRun({ ...options, config, dataset: inverted }),
      RangeError,
      "imagesHash is",
    );
    await assertRejects(
      () => beginRun({ ...options, dataset: inverted, resume: "must" }),
      RangeError,
      "they must have SHA-256",
    );
    const order = Int32Array.from(train.labels.keys()).reverse();
    const reversed = { ...dataset, train: takeImages(train, order) };
    await assertRejects(
      () => beginRun({ ...options, config, dataset: reversed }),
      RangeError,
      "imagesHash is",
    );
    await assertRejects(
      () => beginRun({ ...options, config, resume: "never" }),
      Deno.errors.AlreadyExists,
      `--resume ${runArgument(`${store.folder}/a`)}`,
    );
  });
  // Where the images lie is nothing that makes a run another one: they are known by their hash.
  const moved = configure({ ...tiny, epochs: 2, dataFolder: "/moved" });
  using run = await beginRun({ ...options, config: moved });
  for await (const _ of run.events());
  assertEquals((await store.read("a")).history.length, 2);
});

Deno.test("a run continued by another kit or machine says so in its description", async () => {
  await using temporary = await temporaryFolder();
  const store = openRunStore(temporary.path);
  const options = { engine, dataset, store, name: "a", config: configure(tiny) };
  {
    using run = await beginRun(options);
    for await (const { type } of run.events()) if (type === "checkpoint") break;
  }
  {
    using run = await beginRun({ ...options, mode: "eager" });
    assertEquals(run.description.resumed.length, 1);
  }
  const { description } = await store.find("a");
  assertEquals(description.resumed[0]!.changes.execution, { before: "compiled", now: "eager" });
  assertMatch(description.environment.commit!, /^[0-9a-f]{7,}|no git/);
});

Deno.test("a run that is killed four times ends with the bits of one left alone", async () => {
  await using temporary = await temporaryFolder();

  const { kills, isSame, notices } = await killAndContinue(temporary.path, { times: 4, seed: 2 });

  assertEquals({ kills, isSame, notices }, { kills: 4, isSame: true, notices: [] });
});
