import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { hashRows } from "../../lib/data/long_tail.ts";
import { readSealedJson, writeSealedJson } from "../../lib/disk/json_file.ts";
import { configure, type Settings } from "../../lib/experiment/config.ts";
import { beginRun, type Run } from "../../lib/experiment/run.ts";
import { runFiles } from "../../lib/experiment/run_folder.ts";
import { openRunStore, type RunStore } from "../../lib/experiment/run_store.ts";
import { temporaryFolder } from "../data/disposables.ts";
import { testEngine } from "../engine.ts";
import { smallDataset } from "../fixtures.ts";
import { contentsOf } from "./processes.ts";

const engine = await testEngine();
const dataset = smallDataset();
const { labels } = dataset.train;
const tiny = { method: "cross_entropy", width: 2, epochs: 2, batchSize: 24 };

/** Four images of each class, the last class first. */
const rows = [...labels.keys()].filter((row) => row % 15 < 4).toReversed();
const grouped = [...labels.keys()].flatMap((label) => rows.filter((row) => labels[row] === label));

/** Trains until a number of epochs is done; all of them by default. */
async function train(run: Run, epochs = Infinity): Promise<void> {
  for await (const event of run.events()) {
    if (event.type === "epoch" && event.progress.history.length >= epochs) break;
  }
}

interface Place {
  readonly store: RunStore;
  readonly file: string;
  readonly config: ReturnType<typeof configure>;
}

async function place(folder: string, settings: Settings = {}): Promise<Place> {
  const file = `${folder}/mine.txt`;
  await Deno.writeTextFile(file, rows.join("\r\n"));
  const config = configure({ ...tiny, splitFile: file, ...settings });
  return { store: openRunStore(`${folder}/runs`), file, config };
}

Deno.test("a run of given rows holds them, and is resumed and read without their file", async () => {
  await using temporary = await temporaryFolder();
  const { store, file, config } = await place(temporary.path);
  const options = { engine, dataset, store, mode: "eager" as const };
  {
    using run = await beginRun({ ...options, config, name: "whole" });
    assertEquals([...run.split.indices], grouped);
    assertEquals(run.config.data.splitHash, hashRows(rows));
    await train(run);
  }
  {
    using run = await beginRun({ ...options, config, name: "parted" });
    await train(run, 1);
  }
  {
    // The same call again continues it.
    using run = await beginRun({ ...options, config, name: "parted" });
    assertEquals([run.isResumed, run.from.epoch], [true, 1]);
  }
  await Deno.remove(file);
  {
    using run = await beginRun({ ...options, name: "parted", resume: "must" });
    assertEquals(run.split.generator, "file");
    await train(run);
  }
  const { description, history } = await store.read("parted");
  assertEquals([history.length, description.splitHash], [2, hashRows(grouped)]);
  assertEquals(
    await contentsOf(store.folder, "parted"),
    await contentsOf(store.folder, "whole"),
  );
});

Deno.test("a damaged split.json of given rows is mended from their file, or said to be lost", async () => {
  await using temporary = await temporaryFolder();
  const { store, file, config } = await place(temporary.path);
  const options = { engine, dataset, store, name: "a", mode: "eager" as const };
  {
    using run = await beginRun({ ...options, config });
    await train(run, 1);
  }
  const path = `${store.folder}/a/${runFiles.split}`;
  const sound = await Deno.readTextFile(path);
  for (const damage of [() => Deno.remove(path), () => Deno.writeTextFile(path, "{}")]) {
    await damage();
    const notices: string[] = [];
    using _run = await beginRun({ ...options, onNotice: (line) => notices.push(line) });
    assertEquals(notices.length, 1);
    assertMatch(notices[0]!, /split\.json".*: it is written again$/);
    assertEquals(await Deno.readTextFile(path), sound);
  }
  await Deno.writeTextFile(path, "{}");
  await Deno.writeTextFile(file, "1\n");
  const other = await assertRejects(() => beginRun(options), SyntaxError, "must have SHA-256");
  assertMatch(
    other.message,
    /^Cannot find the rows of the run [^\n]*split\.json[^\n]*mine\.txt[^\n]*copy$/,
  );
  await Deno.remove(file);
  await assertRejects(() => beginRun(options), SyntaxError, "there is no such file");
});

Deno.test("given rows that do not fit begin no run", async () => {
  await using temporary = await temporaryFolder();
  const { store, file, config } = await place(temporary.path);
  const begin = (settings: Settings = {}) => {
    const changed = Object.keys(settings).length === 0
      ? config
      : configure({ ...tiny, splitFile: file, ...settings });
    return beginRun({ engine, dataset, store, config: changed });
  };
  await assertRejects(
    () => begin({ splitHash: "0".repeat(64) }),
    SyntaxError,
    `they must have SHA-256 ${"0".repeat(64)}: they have ${hashRows(rows)}`,
  );
  for (
    const [text, message] of [
      ["", "it is empty"],
      ["0\n150\n", "row number 2 is 150"],
      ["0\n15\n", "8 of 10 classes have none"],
      [[...rows, rows[0]].join("\n"), "is there twice"],
    ] as const
  ) {
    await Deno.writeTextFile(file, text);
    await assertRejects(() => begin(), Error, message);
  }
  assertEquals(await store.list(), []);
  using run = await begin({ replace: true });
  assertEquals(run.split.counts, [4, 4, 4, 4, 4, 4, 4, 4, 4, 5]);
});

Deno.test("a run of the form before generators is continued as it was", async () => {
  await using temporary = await temporaryFolder();
  const store = openRunStore(temporary.path);
  const config = configure({ ...tiny, imbalanceRate: 0.2 });
  const options = { engine, dataset, store, mode: "eager" as const };
  for (const [name, epochs] of [["whole", 2], ["old", 1]] as const) {
    using run = await beginRun({ ...options, config, name });
    await train(run, epochs);
  }
  const edit = async (file: string, change: (value: never) => object): Promise<void> => {
    const path = `${temporary.path}/old/${file}`;
    await writeSealedJson(path, change((await readSealedJson(path)).value as never));
  };
  await edit(runFiles.split, ({ generator: _, ...split }: { generator: string }) => split);
  await edit(runFiles.description, ({ config, ...description }: { config: typeof run.config }) => {
    const { splitGenerator: _, splitFile: __, splitHash: ___, validation: ____, ...data } =
      config.data;
    return { config: { ...config, version: 2, data }, ...description };
  });

  using run = await beginRun({ ...options, config, name: "old" });
  assertEquals([run.isResumed, run.config], [true, config]);
  await train(run);
  const [old, whole] = [await store.read("old"), await store.read("whole")];
  assertEquals(old.history.map(({ losses }) => losses), whole.history.map(({ losses }) => losses));
});

Deno.test("a run of NumPy's rows says so and is continued", async () => {
  await using temporary = await temporaryFolder();
  const store = openRunStore(temporary.path);
  const config = configure({ ...tiny, imbalanceRate: 0.2, splitGenerator: "numpy", splitSeed: 3 });
  const options = { engine, dataset, store, config, mode: "eager" as const };
  {
    using run = await beginRun(options);
    assertMatch(run.name, /splitgenerator_numpy/);
    await train(run, 1);
  }
  using run = await beginRun(options);
  assertEquals([run.isResumed, run.split.generator, run.split.seed], [true, "numpy", 3]);
  await store.read(run.name);
});
