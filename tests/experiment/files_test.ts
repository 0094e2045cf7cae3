import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { openFileDataset } from "../../lib/data/file_dataset.ts";
import {
  configure,
  defaultRunName,
  resultHash,
  type RunConfig,
  type Settings,
} from "../../lib/experiment/config.ts";
import { beginRun } from "../../lib/experiment/run.ts";
import { openRunStore } from "../../lib/experiment/run_store.ts";
import { methods } from "../../lib/method/methods.ts";
import { withFiles } from "../../lib/study/given_files.ts";
import { presets, settingsOver } from "../../lib/study/presets.ts";
import { temporaryFolder } from "../data/disposables.ts";
import { testEngine } from "../engine.ts";
import { writeTinyImageNet } from "../tiny_imagenet.ts";
import { contentsOf } from "./processes.ts";

const engine = await testEngine();
const counts = [4, 3, 2, 2, 1];

/** What makes a large training small: images of 32 pixels, 4 channels, 3 steps. */
const small: Settings = {
  dataset: "folder",
  classes: counts.length,
  imageSize: 32,
  width: 4,
  batchSize: 4,
  epochs: 1,
};

/** Trains three steps of a run; `stops` after the first of them and goes on in another process' way. */
async function train(
  runs: string,
  name: string,
  { config, root, stops }: { config: RunConfig; root: string; stops: boolean },
): Promise<void> {
  const { trainList, testList } = config.data;
  const open = (folder: string) =>
    openFileDataset("folder", {
      folder,
      trainList: trainList!,
      testList: testList!,
      side: 32,
    });
  const options = {
    config,
    engine,
    name,
    store: openRunStore(runs),
    mode: "eager",
    tensorboard: false,
  } as const;
  if (stops) {
    using run = await beginRun({ ...options, dataset: await open(root) });
    const stop = new AbortController();
    // While the first images are decoded; what is begun is a step.
    setTimeout(() => stop.abort());
    for await (const event of run.events(stop.signal)) {
      if (event.type !== "stopped") continue;
      assert(event.progress.step > 0 && event.progress.step < 3, `${event.progress.step}`);
    }
  }
  using run = await beginRun({ ...options, dataset: await open(root) });
  assertEquals([run.isResumed, run.isFinished], [stops, false]);
  for await (const event of run.events()) {
    if (event.type === "step") assertEquals(event.steps, 3);
  }
}

const large = presets.filter(({ target }) => target === "glmc-large");

for (const { name, settings } of large) {
  // The readings of a row differ in their loss, which does not see where images come from.
  const isReading = /-(paper|corrected)$/.test(name);
  const goesOn = isReading ? "" : ", and goes on mid-epoch bit for bit";
  Deno.test(`the preset ${name} trains on files${goesOn}`, async () => {
    using folder = temporaryFolder();
    const { root, trainList, testList } = writeTinyImageNet(folder.path, counts);
    const config = configure({
      ...settingsOver(settings, small),
      trainList,
      testList,
      dataFolder: root,
    });
    const runs = `${folder.path}/runs`;
    await train(runs, "whole", { config, root, stops: false });
    if (isReading) return;
    await train(runs, "parted", { config, root, stops: true });
    assertEquals(await contentsOf(runs, "parted"), await contentsOf(runs, "whole"));
  });
}

Deno.test("a run on files is known by its lists, wherever images and lists lie", async () => {
  using folder = temporaryFolder();
  const { root, trainList, testList } = writeTinyImageNet(folder.path, counts);
  const settings = { ...small, method: "cross_entropy", trainList, testList, dataFolder: root };
  const config = configure(settings);
  const runs = `${folder.path}/runs`;
  await train(runs, "first", { config, root, stops: false });
  const { description } = await openRunStore(runs).find("first");
  const { trainListHash, testListHash } = description.config.data;
  assertEquals([trainListHash?.length, testListHash?.length], [64, 64]);

  const moved = `${folder.path}/moved`;
  Deno.renameSync(root, moved);
  Deno.renameSync(trainList, `${folder.path}/elsewhere.txt`);
  const now = { trainList: `${folder.path}/elsewhere.txt`, dataFolder: moved };
  const again = configure({ ...settings, ...now, trainListHash, testListHash });
  assertEquals(resultHash(again), resultHash(description.config));
  assertEquals(
    defaultRunName(again, { methods }),
    defaultRunName(description.config, { methods }),
  );
  const dataset = await openFileDataset("folder", { folder: moved, ...now, testList, side: 32 });
  using run = await beginRun({
    config: again,
    dataset,
    engine,
    name: "first",
    store: openRunStore(runs),
  });
  assertEquals([run.isResumed, run.isFinished], [true, true]);

  const wrong = { ...settings, ...now, trainListHash: "0".repeat(64) };
  await assertRejects(() => withFiles(wrong), RangeError, "must have SHA-256 000000");

  // Another order of lines is another list.
  const lines = Deno.readTextFileSync(now.trainList).split("\n");
  Deno.writeTextFileSync(now.trainList, lines.toReversed().join("\n"));
  const other = await openFileDataset("folder", { folder: moved, ...now, testList, side: 32 });
  await assertRejects(
    () => beginRun({ config: again, dataset: other, engine, store: openRunStore(runs) }),
    RangeError,
    "must have SHA-256",
  );
});

Deno.test("an image that cannot be decoded is named with its line, or skipped and told", async () => {
  using folder = temporaryFolder();
  const { root, trainList, testList } = writeTinyImageNet(folder.path, counts);
  const bad = `${root}/train/n00000001/n00000001_0.JPEG`;
  Deno.writeFileSync(bad, Deno.readFileSync(bad).subarray(0, 200));
  const settings = { ...small, method: "cross_entropy", trainList, testList, dataFolder: root };
  const events = async (name: string, onBadImage: "stop" | "skip"): Promise<string[]> => {
    const notices: string[] = [];
    const dataset = await openFileDataset("folder", {
      ...{ folder: root, trainList, testList, side: 32, onBadImage },
    });
    using run = await beginRun({
      ...{ config: configure({ ...settings, onBadImage }), dataset, engine, name },
      ...{ store: openRunStore(`${folder.path}/runs`), mode: "eager", tensorboard: false },
      onNotice: (line) => notices.push(line),
    });
    await Array.fromAsync(run.events());
    return notices;
  };
  const error = await assertRejects(() => events("stops", "stop"), SyntaxError);
  assertStringIncludes(error.message, "n00000001_0.JPEG");
  assertStringIncludes(error.message, "line 5 of");
  const notices = await events("skips", "skip");
  assertStringIncludes(notices[0]!, "line 5 of");
  assertEquals(notices.slice(1), [
    "1 image is skipped until now, others of their class take their place",
  ]);
});
