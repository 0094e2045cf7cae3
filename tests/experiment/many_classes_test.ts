import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { runPage } from "../../lib/cli/report.ts";
import { configure } from "../../lib/experiment/config.ts";
import { beginRun, type Run } from "../../lib/experiment/run.ts";
import { openRunStore } from "../../lib/experiment/run_store.ts";
import { readSafetensors } from "../../lib/disk/safetensors.ts";
import { temporaryFolder } from "../data/disposables.ts";
import { testEngine } from "../engine.ts";

const engine = await testEngine();
const classes = 1001;

/** One image of each class, to train on and to test on. */
const set = {
  images: Uint8Array.from({ length: classes * 8 * 8 * 3 }, (_, i) => (i * 7919) % 251),
  labels: Int32Array.from({ length: classes }, (_, label) => label),
  ...{ height: 8, width: 8, channels: 3 },
  classNames: Array.from({ length: classes }, (_, label) => `class ${label}`),
};
const dataset = { name: "own", train: set, test: set, mean: [0.5, 0.5, 0.5], std: [0.2, 0.2, 0.2] };

async function train(run: Run, epochs = Infinity): Promise<void> {
  for await (const event of run.events()) {
    if (event.type === "epoch" && event.progress.history.length >= epochs) break;
  }
}

Deno.test("a run of more than 1,000 classes keeps no accuracy by class in records and checkpoints, and goes on", async () => {
  using folder = temporaryFolder();
  const store = openRunStore(folder.path);
  const config = configure({
    ...{ dataset: "own", classes, profile: "given", method: "cross_entropy" },
    ...{ width: 2, epochs: 2, batchSize: 501 },
  });
  const options = { config, engine, dataset, store, name: "many", mode: "eager" } as const;
  {
    using run = await beginRun(options);
    await train(run, 1);
  }
  {
    using run = await beginRun(options);
    assertEquals([run.isResumed, run.from.epoch], [true, 1]);
    await train(run);
  }
  const recorded = await store.read("many");
  assertEquals(recorded.history.map(({ evaluation }) => evaluation.classAccuracy), [[], []]);
  assertEquals(recorded.history.map(({ adjusted }) => adjusted?.classAccuracy), [[], []]);
  const { last } = recorded;
  assertEquals([last.classAccuracy.length, last.confusion.length], [classes, 0]);
  assertEquals(last.confusionCells!.counts.reduce((sum, count) => sum + count), classes);

  const { metadata } = readSafetensors(
    Deno.readFileSync(`${folder.path}/many/checkpoint.safetensors`),
  );
  assert(metadata["glmc.position"]!.length < 2000, metadata["glmc.position"]);
  const page = await runPage(recorded);
  assertStringIncludes(page, "taken for");
});
