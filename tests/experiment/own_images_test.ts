import { assertEquals, assertNotEquals, assertRejects, assertThrows } from "@std/assert";
import { datasets } from "../../lib/data/datasets.ts";
import { type Dataset, hashDataset, hashOfParts } from "../../lib/data/image_set.ts";
import { openSealedJson, sealJson } from "../../lib/disk/json_file.ts";
import {
  configure,
  defaultRunName,
  resultHash,
  type RunConfig,
} from "../../lib/experiment/config.ts";
import { imagesHashOf } from "../../lib/experiment/own_images.ts";
import { beginRun } from "../../lib/experiment/run.ts";
import { runFiles } from "../../lib/experiment/run_folder.ts";
import { openRunStore } from "../../lib/experiment/run_store.ts";
import { temporaryFolder } from "../data/disposables.ts";
import { testEngine } from "../engine.ts";
import { smallDataset } from "../fixtures.ts";

const engine = await testEngine();
const dataset = smallDataset();
const noisy: Dataset = {
  ...dataset,
  train: { ...dataset.train, images: dataset.train.images.map((value) => value ^ 1) },
};
const settings = {
  imbalanceRate: 0.2,
  width: 1,
  epochs: 1,
  batchSize: 24,
  method: "cross_entropy",
};
const config = configure({ ...settings, dataFolder: "/copy" });

async function train(
  runs: string,
  images: Dataset,
  { name, config: asked = config }: { readonly name?: string; readonly config?: RunConfig } = {},
) {
  const store = openRunStore(runs);
  using run = await beginRun({ config: asked, engine, dataset: () => images, store, name });
  for await (const _ of run.events());
  return { name: run.name, config: run.config, isResumed: run.isResumed };
}

Deno.test("an own copy of CIFAR is known by its images: altered ones are another result", async () => {
  await using temporary = await temporaryFolder();
  const { path: runs } = temporary;

  const first = await train(runs, dataset);
  const second = await train(runs, noisy);
  const again = await train(runs, noisy);

  assertEquals(first.config.data.imagesHash, hashDataset(dataset));
  assertEquals(second.config.data.imagesHash, hashDataset(noisy));
  assertEquals([first.isResumed, second.isResumed, again.isResumed], [false, false, true]);
  assertEquals(again.name, second.name);
  assertEquals(new Set([first, second].map(({ config }) => resultHash(config))).size, 2);
  assertNotEquals(resultHash(first.config), resultHash(configure(settings)));
  await assertRejects(
    () => train(runs, noisy, { name: first.name }),
    RangeError,
    `imagesHash is ${hashDataset(noisy)}, the run has ${hashDataset(dataset)}`,
  );
  // As a study plans it, whose images have been changed since.
  await assertRejects(
    () => train(runs, noisy, { config: first.config, name: "planned" }),
    RangeError,
    `they must have SHA-256 ${hashDataset(dataset)}: they have ${hashDataset(noisy)}`,
  );
});

Deno.test("a run whose images a program brings goes on with these alone", async () => {
  await using temporary = await temporaryFolder();
  const { path: runs } = temporary;
  const plain = configure(settings);
  await train(runs, dataset, { name: "brought", config: plain });

  await assertRejects(
    () => train(runs, noisy, { name: "brought", config: plain }),
    Error,
    "its images and labels have hash",
  );
});

Deno.test("a run from before hashes of own copies is known by the images that it has seen", async () => {
  await using temporary = await temporaryFolder();
  const { path: runs } = temporary;
  const { name, config: made } = await train(runs, dataset, { name: "old" });
  const path = `${runs}/${name}/${runFiles.description}`;
  const { value } = openSealedJson(Deno.readTextFileSync(path), path, { advice: "" });
  const stored = value as { readonly config: RunConfig };
  const { imagesHash: _, ...data } = stored.config.data;
  const stages = stored.config.stages.map(({ startsFrom: _, ...stage }) => stage);
  const older = { ...stored, config: { ...stored.config, version: 7, data, stages } };
  Deno.writeTextFileSync(path, sealJson(older));

  const { description } = await openRunStore(runs).find(name);
  assertEquals(description.config, made);
  assertEquals((await train(runs, dataset, { name })).isResumed, true);
});

Deno.test("the published images have no hash of their own, nor have those nobody knows", () => {
  const hash = "0".repeat(64);
  const published = hashOfParts(datasets.cifar10.hashes!);

  assertEquals(imagesHashOf("cifar10", published), null);
  assertEquals(imagesHashOf("cifar10", hash), hash);
  assertEquals(imagesHashOf("own", hash), null);
  assertThrows(
    () => configure({ dataset: "folder", imagesHash: hash }),
    RangeError,
    "left out for folder",
  );
  const named = configure({ imagesHash: hash });
  assertNotEquals(
    defaultRunName(named, openRunStore()),
    defaultRunName(configure(), openRunStore()),
  );
});
