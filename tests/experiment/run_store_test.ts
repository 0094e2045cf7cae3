import { runArgument } from "../../lib/experiment/place.ts";
import { assert, assertEquals, assertMatch, assertNotEquals, assertRejects } from "@std/assert";
import { drawSplit } from "../../lib/data/long_tail.ts";
import { LockedError } from "../../lib/disk/lock.ts";
import { configure } from "../../lib/experiment/config.ts";
import { beginRun } from "../../lib/experiment/run.ts";
import { runFiles } from "../../lib/experiment/run_folder.ts";
import { type NewRun, openRunStore, type RunStore } from "../../lib/experiment/run_store.ts";
import { temporaryFolder } from "../data/disposables.ts";
import { testEngine } from "../engine.ts";
import { smallDataset } from "../fixtures.ts";

const engine = await testEngine();
const dataset = smallDataset();
const config = configure({ imbalanceRate: 0.2, width: 2, epochs: 2, batchSize: 34 });

/** A run that has not trained yet; its folder is all that counts here. */
function newRun(name?: string, changes: Parameters<typeof configure>[0] = {}): NewRun {
  const counts = [15, 12, 10, 8, 6, 5, 4, 3, 3, 2];
  return {
    config: configure({ ...changes, imbalanceRate: 0.2 }),
    name,
    split: drawSplit(dataset.train.labels, { counts, seed: 0 }),
    classCounts: counts,
    dataHash: "0".repeat(64),
    classNames: dataset.train.classNames,
    parameters: 7,
    environment: {},
  };
}

/** Trains `name` until it has so many epochs. */
async function train(store: RunStore, name: string, epochs = 2): Promise<void> {
  using run = await beginRun({ config, engine, dataset, store, name });
  for await (const event of run.events()) {
    if (event.type === "epoch" && event.progress.history.length === epochs) break;
  }
}

Deno.test("start() gives runs of one configuration names of their own", async () => {
  await using temporary = await temporaryFolder();
  const store = openRunStore(`${temporary.path}/new/place`);
  const runs = await Promise.all([1, 2, 3].map(() => store.start(newRun())));
  const [base, second, third] = runs.map(({ name }) => name).sort();
  assertEquals([second, third], [`${base}-2`, `${base}-3`]);
  assertEquals(new Set(runs.map(({ description }) => description.id)).size, 3);
  runs.forEach((run) => run.release());
  const other = await store.start(newRun(undefined, { learningRate: 0.3 }));
  assertMatch(other.name, /lr0\.3/);
  other.release();
});

Deno.test("of two that start() at once under one name, one has the run and one is told", async () => {
  await using temporary = await temporaryFolder();
  const store = openRunStore(temporary.path);
  for (const name of ["a", "b", "c"]) {
    const runs = [newRun(name), newRun(name, { learningRate: 0.3 })];
    const outcomes = await Promise.allSettled(runs.map((run) => store.start(run)));
    const made = outcomes.filter((outcome) => outcome.status === "fulfilled");
    const refused = outcomes.filter((outcome) => outcome.status === "rejected");
    assertEquals([made.length, refused.length], [1, 1]);
    const { reason } = refused[0]!;
    assert(reason instanceof LockedError || reason instanceof Deno.errors.AlreadyExists);
    assertMatch(reason.message, /^Cannot start a run named "[abc]": /);
    const { id, config } = (await store.find(name)).description;
    assertEquals([id, config], [made[0]!.value.description.id, made[0]!.value.description.config]);
    made[0]!.value.release();
  }
});

Deno.test("start() refuses a name that is taken, at work, or none for a folder", async () => {
  await using temporary = await temporaryFolder();
  const { path } = temporary;
  const store = openRunStore(path);
  const run = await store.start(newRun("a"));
  await assertRejects(() => store.resume("a"), LockedError, "this very process");
  run.release();
  const goOn = `--resume ${runArgument(`${path}/a`)}`;
  await assertRejects(() => store.start(newRun("a")), Deno.errors.AlreadyExists, goOn);
  await Deno.mkdir(`${path}/notes`);
  await Deno.writeTextFile(`${path}/notes/mine.txt`, "mine");
  const { AlreadyExists } = Deno.errors;
  await assertRejects(() => store.start(newRun("notes")), AlreadyExists, "or move it away");
  assertEquals([...Deno.readDirSync(`${path}/notes`)].map(({ name }) => name), ["mine.txt"]);
  for (const name of ["a/b", "..", "", "a b"]) {
    await assertRejects(() => store.start(newRun(name)), RangeError, "Cannot start a run named");
  }
});

Deno.test("start() takes over a folder that a killed process has reserved and left", async () => {
  await using temporary = await temporaryFolder();
  const folder = `${temporary.path}/a`;
  await Deno.mkdir(folder);
  for (const name of [runFiles.lock, runFiles.split, ".config.json.0123456789ab.tmp"]) {
    await Deno.writeTextFile(`${folder}/${name}`, "half");
  }
  const store = openRunStore(temporary.path);
  const [summary] = await store.list();
  assertEquals([summary?.name, summary?.state], ["a", "reserved"]);
  const run = await store.start(newRun("a"));
  assertEquals(run.folder, folder);
  run.release();
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  assertEquals(names, [runFiles.description, runFiles.split]);
});

Deno.test("find() and read() tell what is there when there is no run to read", async () => {
  await using temporary = await temporaryFolder();
  const { path } = temporary;
  const store = openRunStore(path);
  (await store.start(newRun("begun"))).release();
  await Deno.mkdir(`${path}/reserved`);
  await Deno.mkdir(`${path}/notes`);
  await Deno.writeTextFile(`${path}/notes/mine.txt`, "mine");
  const said: Record<string, string> = {
    begum: "there is no such run: did you mean begun?",
    begun: "none of its epochs is finished",
    reserved: "is reserved, but the run has not begun",
    notes: "is a folder without config.json",
  };
  for (const [name, text] of Object.entries(said)) {
    await assertRejects(() => store.read(name), Deno.errors.NotFound, text);
  }
  for (const place of ["begun", `${path}/begun`, `${path}/begun/${runFiles.checkpoint}`]) {
    assertEquals((await store.find(place)).name, "begun");
  }
});

Deno.test("read() of an empty metrics file says that no epoch is finished", async () => {
  await using temporary = await temporaryFolder();
  const store = openRunStore(temporary.path);
  const run = await store.start(newRun("a"));
  run.release();
  await Deno.writeTextFile(`${run.folder}/${runFiles.metrics}`, "");
  await assertRejects(
    () => store.read("a"),
    Deno.errors.NotFound,
    "none of its epochs is finished",
  );
});

Deno.test("list() tells how far each run has come, the damaged ones too", async () => {
  await using temporary = await temporaryFolder();
  const store = openRunStore(temporary.path);
  await train(store, "finished");
  await train(store, "stopped", 1);
  (await store.start(newRun("begun"))).release();
  const atWork = await store.start(newRun("running"));
  await train(store, "damaged", 1);
  await Deno.writeTextFile(`${temporary.path}/damaged/${runFiles.description}`, '{"config":');
  const runs = await store.list();
  assertEquals(
    Object.fromEntries(runs.map(({ name, state }) => [name, state])),
    {
      begun: "begun",
      damaged: "damaged",
      finished: "finished",
      running: "running",
      stopped: "stopped",
    },
  );
  const finished = runs.find(({ name }) => name === "finished")!;
  assertEquals([finished.epochs, finished.totalEpochs], [2, 2]);
  assert(finished.bestTop1! >= finished.lastTop1!);
  assertMatch(runs.find(({ name }) => name === "damaged")!.problem!, /config\.json.*damaged/);
  atWork.release();
});

Deno.test("list() has no hidden folders, nor links to what is no folder", async () => {
  await using temporary = await temporaryFolder();
  const store = openRunStore(`${temporary.path}/runs`);
  await Deno.mkdir(`${store.folder}/.hidden`, { recursive: true });
  await Deno.mkdir(`${temporary.path}/elsewhere`);
  await Deno.writeTextFile(`${temporary.path}/file`, "");
  for (const name of ["elsewhere", "file", "gone"]) {
    await Deno.symlink(`${temporary.path}/${name}`, `${store.folder}/to-${name}`);
  }
  const summaries = await store.list();
  assertEquals(summaries.map(({ name, state }) => `${name} ${state}`), ["to-elsewhere reserved"]);
  await assertRejects(() => store.start(newRun(".hidden")), RangeError, "no dot at the beginning");
});

Deno.test("a damaged checkpoint falls back to the one before it, and ends with the same bits", async () => {
  await using temporary = await temporaryFolder();
  const store = openRunStore(temporary.path);
  await train(store, "whole");
  await train(store, "hurt", 1);
  const path = `${temporary.path}/hurt/${runFiles.checkpoint}`;
  const bytes = await Deno.readFile(path);
  bytes[bytes.length - 100]! ^= 1;
  await Deno.writeFile(path, bytes);
  const notices: string[] = [];
  {
    const onNotice = (line: string): void => void notices.push(line);
    using run = await beginRun({ config, engine, dataset, store, name: "hurt", onNotice });
    // After the steps of the first epoch, before its evaluation.
    assertEquals([run.from.epoch, run.from.step, run.from.history.length], [0, 3, 0]);
    for await (const _ of run.events());
  }
  assertMatch(notices[0]!, /checkpoint\.safetensors".*: continuing from the checkpoint before it/);
  const [whole, hurt] = [await store.read("whole"), await store.read("hurt")];
  assertEquals([hurt.best, hurt.last], [whole.best, whole.last]);
});

Deno.test("beginRun() of a finished run has a damaged evaluation again, of the best epoch and of the last", async () => {
  await using temporary = await temporaryFolder();
  const store = openRunStore(temporary.path);
  await train(store, "a");
  const { best, last } = await store.read("a");
  for (const file of [runFiles.bestEvaluation, runFiles.lastEvaluation, runFiles.metrics]) {
    await Deno.remove(`${temporary.path}/a/${file}`);
    const notices: string[] = [];
    const onNotice = (line: string): void => void notices.push(line);
    using run = await beginRun({ engine, dataset, store, name: "a", onNotice });
    for await (const _ of run.events());
    run.dispose();
    assertEquals(notices.length, 1, notices.join("\n"));
    const again = await store.read("a");
    assertEquals([again.best, again.last], [best, last]);
  }
});

Deno.test("files of another run are noticed, each by name", async () => {
  await using temporary = await temporaryFolder();
  const { path } = temporary;
  const store = openRunStore(path);
  await train(store, "a", 1);
  await train(store, "b", 1);
  const [a, b] = [await store.find("a"), await store.find("b")];
  assertNotEquals(a.description.id, b.description.id);
  for (const file of [runFiles.metrics, runFiles.lastEvaluation, runFiles.split]) {
    const own = await Deno.readFile(`${path}/a/${file}`);
    await Deno.copyFile(`${path}/b/${file}`, `${path}/a/${file}`);
    const error = await assertRejects(() => store.read("a"), SyntaxError, "another run");
    assert(error.message.includes(file));
    await Deno.writeFile(`${path}/a/${file}`, own);
  }
});
