import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { drawSplit, hashRows } from "../../lib/data/long_tail.ts";
import { bestRecord } from "../../lib/experiment/best_record.ts";
import { configure } from "../../lib/experiment/config.ts";
import { beginRun, type Run } from "../../lib/experiment/run.ts";
import { recordContext } from "../../lib/experiment/run_reading.ts";
import { openRunStore } from "../../lib/experiment/run_store.ts";
import type { EpochRecord } from "../../lib/train/events.ts";
import { readHistory } from "../../lib/train/record.ts";
import { assertNoLeak } from "../assertions.ts";
import { temporaryFolder } from "../data/disposables.ts";
import { testEngine } from "../engine.ts";
import { smallDataset } from "../fixtures.ts";
import { contentsOf } from "./processes.ts";

const engine = await testEngine();
const dataset = smallDataset();
const config = configure({
  method: "cross_entropy",
  width: 2,
  epochs: 2,
  batchSize: 24,
  imbalanceRate: 0.3,
  learningRate: 0.05,
  validation: 0.2,
});

async function train(run: Run, epochs = Infinity): Promise<void> {
  for await (const event of run.events()) {
    if (event.type === "epoch" && event.progress.history.length >= epochs) break;
  }
}

Deno.test("a validation split is held out, recorded, chooses the best epoch, and is resumed", async () => {
  await using temporary = await temporaryFolder();
  const store = openRunStore(temporary.path);
  const options = { config, engine, dataset, store, mode: "eager" as const };
  const counts = [15, 13, 11, 10, 8, 7, 6, 5, 5, 4];
  const held = [3, 3, 2, 2, 2, 1, 1, 1, 1, 1];
  const subset = drawSplit(dataset.train.labels, { counts, seed: 0 });
  await assertNoLeak(engine, async () => {
    using run = await beginRun({ ...options, name: "whole" });
    assertEquals(run.validation?.counts, held);
    assertEquals(run.split.counts, counts.map((count, label) => count - held[label]!));
    assertEquals(
      [...run.split.indices, ...run.validation!.indices].toSorted(),
      [...subset.indices].toSorted(),
    );
    await train(run);
  });
  {
    using run = await beginRun({ ...options, name: "parted" });
    await train(run, 1);
  }
  {
    using run = await beginRun({ ...options, name: "parted" });
    assertEquals(run.isResumed, true);
    await train(run);
  }
  assertEquals(
    await contentsOf(store.folder, "parted"),
    await contentsOf(store.folder, "whole"),
  );

  const { history, best, description } = await store.read("whole");
  // Of the 50 test images, whatever is held out.
  const adjusted = history.map(({ adjusted }) => adjusted!.top1 / 2);
  assertEquals(adjusted.map(Math.round), adjusted);
  for (const { validation } of history) {
    // 17 images are held out: the accuracy is a whole number of 17ths.
    const hits = validation!.top1 / 100 * 17;
    assert(Math.abs(hits - Math.round(hits)) < 1e-9, `${hits} of 17 images`);
  }
  const most = Math.max(...history.map(({ validation }) => validation!.balanced));
  const chosen = history.find(({ validation }) => validation!.balanced === most)!;
  assertEquals([best.epoch, best.top1], [chosen.epoch, chosen.evaluation.top1]);
  // The hash is that of the whole subset, so that it can be compared with others of that draw.
  assertEquals(description.splitHash, hashRows(subset.indices));
});

Deno.test("bestRecord() goes by the validation images where there are some", () => {
  const record = (epoch: number, test: number, held?: number) => {
    const validation = held === undefined ? {} : { validation: { top1: test, balanced: held } };
    return { epoch, evaluation: { top1: test }, ...validation } as unknown as EpochRecord;
  };
  assertEquals(bestRecord([record(0, 50), record(1, 60), record(2, 60)])?.epoch, 1);
  assertEquals(bestRecord([record(0, 50, 9), record(1, 60, 8), record(2, 70, 9)])?.epoch, 0);
});

Deno.test("a share that leaves a class without images begins no run", async () => {
  await using temporary = await temporaryFolder();
  const store = openRunStore(temporary.path);
  const options = { engine, dataset, store };
  await assertNoLeak(engine, async () => {
    const { message } = await assertRejects(
      () =>
        beginRun({ ...options, config: { ...config, data: { ...config.data, validation: 0.1 } } }),
      RangeError,
    );
    assertMatch(
      message,
      /^Cannot hold out 0.1 of each class .* class 9 has 4 images, .*: pass at least 0.25, or leave --validation out$/,
    );
  });
  assertEquals(await store.list(), []);
});

Deno.test("records of a validation split are checked as those of the test set are", async () => {
  await using temporary = await temporaryFolder();
  const store = openRunStore(temporary.path);
  using run = await beginRun({ config, engine, dataset, store, mode: "eager" });
  await train(run, 2);
  const { history, description } = await store.read(run.name);
  const context = recordContext(description, store);
  const [first, second] = history as readonly [EpochRecord, EpochRecord];

  assertEquals(readHistory([first, second], context), history);
  const { validation, ...without } = second;
  assertThrows(
    () => readHistory([first, without], context),
    TypeError,
    "1 of 2 records tell of a validation split",
  );
  for (
    const [changes, text] of [
      [{ top1: 101 }, "top1 is 101"],
      [
        { classAccuracy: [50] },
        "the validation in the record of epoch 2 has accuracies of 1 classes",
      ],
      [{ shots: { ...validation!.shots, few: 99 } }, "has accuracy 99 for few"],
      [{ balanced: 1.5 }, "has a balanced accuracy of 1.5, its classes give"],
      [{ more: 1 }, "validation.more is not known"],
    ] as const
  ) {
    const damaged = { ...second, validation: { ...validation, ...changes } };
    assertThrows(() => readHistory([first, damaged], context), TypeError, text);
  }
});

Deno.test("records from before logit adjustment are read beside those of today, which are checked", async () => {
  await using temporary = await temporaryFolder();
  const store = openRunStore(temporary.path);
  using run = await beginRun({ config, engine, dataset, store, mode: "eager" });
  await train(run, 2);
  const { history, description } = await store.read(run.name);
  const context = recordContext(description, store);
  const [{ adjusted: _, ...first }, second] = history as readonly [EpochRecord, EpochRecord];

  assertEquals(readHistory([first, second], context), [first, second]);
  for (
    const [changes, text] of [
      [{ top1: -1 }, "top1 is -1"],
      [{ shots: { many: 1, medium: null, few: null } }, "adjusted, has accuracy 1 for many"],
      [{ top5: 100 }, "adjusted.top5 is not known"],
    ] as const
  ) {
    const damaged = { ...second, adjusted: { ...second.adjusted, ...changes } };
    assertThrows(() => readHistory([first, damaged], context), TypeError, text);
  }
});
