import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { decode } from "fast-png";
import { beginRun, type BeginRunOptions, configure, openRunStore, type Settings, tf } from "glmc";
import { epochSummaries } from "../../lib/experiment/run_summaries.ts";
import { createEventFile } from "../../lib/tensorboard/event_file.ts";
import { shownViews } from "../../lib/train/shown_views.ts";
import type { EpochRecord } from "../../lib/train/events.ts";
import { temporaryFolder } from "../data/disposables.ts";
import { testEngine } from "../engine.ts";
import { smallDataset } from "../fixtures.ts";
import { eventFiles, readEvents, shownScalars } from "../tensorboard/read_events.ts";

const engine = await testEngine();
const dataset = smallDataset();
const base = { imbalanceRate: 0.2, width: 2, epochs: 2, batchSize: 24 } as const;

/** Trains a run, to its end or until the last step of an epoch, as if it were killed there. */
async function train(
  runs: string,
  settings: Settings = {},
  { diesIn = Infinity, onEvent, ...options }: Partial<BeginRunOptions> & {
    readonly diesIn?: number;
    readonly onEvent?: (folder: string) => void;
  } = {},
): Promise<string> {
  const config = configure({ ...base, ...settings });
  const store = openRunStore(runs);
  using run = await beginRun({ config, engine, dataset, store, name: "run", ...options });
  for await (const event of run.events()) {
    onEvent?.(run.folder);
    if (event.type === "step" && event.epoch === diesIn && event.step === event.steps) break;
  }
  return run.folder;
}

/** Every number in a record, under the names that its path gives. */
function numbersOf(value: object, path: string): [string, number][] {
  return Object.entries(value).flatMap(([name, entry]): [string, number][] => {
    const tag = name === "shots" ? path : `${path}/${name}`;
    if (typeof entry === "number") return [[tag, Math.fround(entry)]];
    return entry === null || typeof entry !== "object" || Array.isArray(entry)
      ? []
      : numbersOf(entry, tag);
  });
}

async function historyOf(runs: string): Promise<readonly EpochRecord[]> {
  return (await openRunStore(runs).read("run")).history;
}

/** Fails unless the numbers shown are those of `metrics.jsonl`, each once and at its step. */
async function assertShowsHistory(runs: string, stepsOf: readonly number[]): Promise<void> {
  const shown = shownScalars(`${runs}/run`);
  const history = await historyOf(runs);
  assertEquals(history.length, stepsOf.length);
  const expected = new Map<string, [number, number][]>();
  history.forEach((record, index) => {
    const numbers = [
      ...numbersOf(record.losses, "loss"),
      ...numbersOf({ learningRate: record.learningRate, ...record.schedule }, "schedule"),
      ...numbersOf(record.evaluation, "test"),
      ...numbersOf(record.averaged ?? {}, "averaged"),
      ...numbersOf(record.validation ?? {}, "validation"),
      ...record.evaluation.classAccuracy.map((accuracy, c): [string, number] => [
        `class_accuracy/${dataset.train.classNames[c]}`,
        Math.fround(accuracy!),
      ]),
    ];
    for (const [tag, value] of numbers) {
      expected.set(tag, [...expected.get(tag) ?? [], [stepsOf[index]!, value]]);
    }
  });
  const compared = [...shown].filter(([tag]) => !/^(loss_so_far|speed|seconds)\//.test(tag));
  assertEquals(new Map(compared), expected);
}

Deno.test("event files hold the numbers of metrics.jsonl in float32, over stages, validation and averages", async () => {
  using runs = temporaryFolder();
  const folder = await train(runs.path, {
    validation: 0.2,
    averageDecay: 0.5,
    secondStage: "classifier",
    secondEpochs: 1,
  });

  const [path, ...others] = eventFiles(folder);
  assertEquals(others, []);
  // 52 images in batches of 24.
  await assertShowsHistory(runs.path, [3, 6, 9]);
  const soFar = shownScalars(folder).get("loss_so_far/total")!;
  const total = shownScalars(folder).get("loss/total")!;
  assertEquals(soFar.filter(([step]) => step % 3 === 0), total);
  const norms = readEvents(path!).filter(({ histograms }) => "classifier_norm" in histograms);
  const counts = norms.map(({ step, histograms: { classifier_norm: buckets } }) => [
    step,
    buckets!.filter((_, i) => i % 3 === 2).reduce((sum, count) => sum + count, 0),
  ]);
  assertEquals(counts, [[3, 10], [6, 10], [9, 10]]);
});

Deno.test("the first file says what the run is and shows the views of its first step", async () => {
  for (
    const [settings, names] of [
      [{ method: "glmc" }, ["global", "local"]],
      [{ method: "mixup" }, ["mixup"]],
      [{ method: "cross_entropy" }, ["plain"]],
    ] as const
  ) {
    using runs = temporaryFolder();
    const [path] = eventFiles(await train(runs.path, { ...settings, epochs: 1 }));

    const strings = Object.assign({}, ...readEvents(path!).map(({ strings }) => strings));

    assertEquals(
      Object.keys(strings),
      ["configuration", "run", ...names.map((name) => `views/${name}`)],
    );
    const text = new TextDecoder().decode(strings.configuration[0]);
    assertStringIncludes(text, "| imbalanceRate | 0.2 |");
    for (const name of names) {
      const { width, height, data } = decode(strings[`views/${name}`][2]);
      // 24 images of 32 pixels: three rows of eight.
      assertEquals([width, height], [8 * 34 - 2, 3 * 34 - 2]);
      assert(new Set(data).size > 200, "pictures have many shades");
    }
  }
});

Deno.test("plain views are pixels of the images, and looking at them leaves no tensor", async () => {
  using runs = temporaryFolder();
  const config = configure({ ...base, method: "cross_entropy" });
  const store = openRunStore(runs.path);
  using run = await beginRun({ config, engine, dataset, store, name: "run" });
  const before = tf.memory().numTensors;

  const [view] = await shownViews(run.training, { from: run.from, statistics: dataset });

  assertEquals(tf.memory().numTensors, before);
  assertEquals(view!.count, 24);
  // Crops shift by at most 4 pixels, so the middle of each view is that of its image or of its mirror.
  const plan = run.training.plan(0)[0]!;
  const size = 32 * 32 * 3;
  for (const [index, row] of plan.rows.entries()) {
    const source = dataset.train.images.subarray(run.split.indices[row]! * size);
    const pixels = new Set(Array.from(
      { length: 32 * 32 },
      (_, i) => `${source.subarray(3 * i, 3 * i + 3)}`,
    ));
    const at = index * size + 3 * (16 * 32 + 16);
    assert(pixels.has(`${view!.data.subarray(at, at + 3)}`), `view ${index}`);
  }
});

Deno.test("a run that was killed and goes on shows every number once, and nothing of what was lost", async () => {
  using runs = temporaryFolder();
  const folder = await train(runs.path, {}, { diesIn: 1 });
  const [first] = eventFiles(folder);
  const lost = shownScalars(folder).get("loss_so_far/total")!;
  assertEquals(lost.at(-1)?.[0], 8);
  // Half a record at the end, as a killed process leaves it.
  Deno.writeFileSync(first!, Uint8Array.of(200, 0, 0, 0), { append: true });

  await train(runs.path);

  const [begin, start] = readEvents(eventFiles(folder)[1]!);
  assertEquals([begin!.version, start!.isStart, start!.step], ["brain.Event:2", true, 5]);
  await assertShowsHistory(runs.path, [4, 8]);
  const steps = shownScalars(folder).get("loss_so_far/total")!.map(([step]) => step);
  assertEquals(steps, [...new Set(steps)].sort((a, b) => a - b));
  assertEquals(eventFiles(folder).length, 2);
});

Deno.test("a run without event files has none, and gets all of them when it goes on with them", async () => {
  using runs = temporaryFolder();
  const folder = await train(runs.path, {}, { tensorboard: false, diesIn: 1 });
  assertEquals(eventFiles(folder), []);

  await train(runs.path);

  await assertShowsHistory(runs.path, [4, 8]);
});

Deno.test("a run that goes on from another shows the epochs of both", async () => {
  using runs = temporaryFolder();
  await train(runs.path, {}, { name: "first" });
  const staged = { secondStage: "maxnorm", secondEpochs: 1 };
  await train(runs.path, staged, { from: "first" });

  await assertShowsHistory(runs.path, [4, 8, 12]);
});

Deno.test("a disk that takes no more events stops no training, and is said once", async () => {
  using runs = temporaryFolder();
  const said: string[] = [];
  const folder = await train(runs.path, {}, {
    onNotice: (line) => said.push(line),
    onEvent: (folder) => {
      const [path] = eventFiles(folder);
      if (!Deno.statSync(path!).isFile) return;
      Deno.removeSync(path!);
      Deno.mkdirSync(path!);
    },
  });

  assertEquals((await historyOf(runs.path)).length, 2);
  assertEquals(said.length, 1, said.join("\n"));
  assertMatch(
    said[0]!,
    /^The event files for TensorBoard end here, .* goes on: cannot write ".*tfevents/,
  );
  assertEquals((await openRunStore(runs.path).list()).map(({ state }) => state), ["finished"]);
  assertEquals(folder, `${runs.path}/run`);
});

Deno.test("of many classes there is a table instead of a curve each", () => {
  using temporary = temporaryFolder();
  const accuracies = Array.from({ length: 100 }, (_, c) => c === 7 ? null : c);
  const record = {
    losses: { total: 1 },
    schedule: {},
    evaluation: { top1: 50, classAccuracy: accuracies },
  } as unknown as EpochRecord;
  const classNames = accuracies.map((_, c) => c === 8 ? "a|b" : `class ${c}`);
  const classCounts = accuracies.map((_, c) => 500 - c);
  const file = createEventFile(temporary.path);
  file.append([{ step: 1, values: epochSummaries(record, { classNames, classCounts }) }]);

  const [, event] = readEvents(file.path);

  assertEquals(event!.scalars, { "loss/total": 1, "test/top1": 50 });
  const lines = new TextDecoder().decode(event!.strings["class_accuracy/table"]![0]).split("\n");
  assertEquals(lines.length, 2 + 99);
  assertEquals(lines[9], "| a\\|b | 492 | 8.00 |");
  const buckets = event!.histograms["class_accuracy"]!;
  assertEquals(buckets.filter((_, i) => i % 3 === 2).reduce((sum, count) => sum + count, 0), 99);
});
