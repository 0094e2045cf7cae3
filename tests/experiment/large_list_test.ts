import { assert, assertEquals } from "@std/assert";
import { cpuUsage } from "node:process";
import { openFileDataset } from "../../lib/data/file_dataset.ts";
import { configure } from "../../lib/experiment/config.ts";
import { configuredSplit, configuredStages } from "../../lib/experiment/configured.ts";
import { drawAugmentation } from "../../lib/images/augment/draw.ts";
import { fileRecipe } from "../../lib/images/file_recipe.ts";
import { planEpoch } from "../../lib/train/plan_epoch.ts";
import { temporaryFolder } from "../data/disposables.ts";

const [classes, images] = [8142, 437_513];

/** Class counts from 1,000 to 2, as many in all as iNaturalist 2018 has. */
function countsOfSizeAndShape(): number[] {
  const counts = Array.from(
    { length: classes },
    (_, c) => Math.max(2, Math.floor(1000 / 500 ** (c / (classes - 1)))),
  );
  let missing = images - counts.reduce((sum, count) => sum + count, 0);
  const step = Math.sign(missing);
  for (let c = 1; missing !== 0; c = c % (classes - 1) + 1) {
    if (counts[c]! + step < 2) continue;
    counts[c]! += step;
    missing -= step;
  }
  return counts;
}

/** Seconds of computing since a mark: those of other programs do not count. */
function secondsSince(mark: NodeJS.CpuUsage): number {
  const { user, system } = cpuUsage(mark);
  return (user + system) / 1e6;
}

Deno.test("a list of 437,513 images in 8,142 classes is opened, and an epoch of it planned, in seconds and flat memory", async () => {
  using folder = temporaryFolder();
  const [trainList, testList] = ["train", "test"].map((name) => `${folder.path}/${name}.txt`);
  const counts = countsOfSizeAndShape();
  const line = (label: number, i: number): string =>
    `train_val2018/Plantae/${label}/${`${i}`.padStart(32, "0")}.jpg ${label}\n`;
  const lines = counts.flatMap((count, label) =>
    Array.from({ length: count }, (_, i) => line(label, i))
  );
  Deno.writeTextFileSync(trainList!, lines.join(""));
  Deno.writeTextFileSync(testList!, counts.map((_, label) => line(label, 0)).join(""));
  Deno.mkdirSync(`${folder.path}/train_val2018/Plantae/0`, { recursive: true });
  Deno.writeTextFileSync(`${folder.path}/${line(0, 0).split(" ")[0]}`, "");
  lines.length = 0;

  const opening = cpuUsage();
  const settings = {
    dataset: "inat18",
    trainList: trainList!,
    testList: testList!,
    batchSize: 128,
  };
  const { train, classNames } = await openFileDataset("inat18", {
    folder: folder.path,
    ...settings,
  });
  const config = configure({ ...settings, dataFolder: folder.path });
  const split = await configuredSplit(config, { train });
  assertEquals([train.list.count, classNames.length, split.counts], [images, classes, counts]);
  // 1.3 s on two busy cores.
  assert(secondsSince(opening) < 5);

  const recipe = fileRecipe("inat18", 224);
  const memory = (): number => Deno.memoryUsage().heapUsed + Deno.memoryUsage().external;
  const [planning, before] = [cpuUsage(), memory()];
  const steps = planEpoch({
    stages: configuredStages(config),
    ...{ epoch: 0, seed: 1, counts: split.counts },
    source: { height: 224, width: 224, draw: (random, n) => drawAugmentation(random, n, recipe) },
  });
  assertEquals(steps.reduce((sum, { count }) => sum + count, 0), images);
  // 0.7 s there.
  assert(secondsSince(planning) < 2, `${secondsSince(planning)} s`);
  // 83 MB.
  assert(memory() - before < 200e6, `${(memory() - before) / 1e6} MB`);
});
