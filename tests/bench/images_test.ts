import { assert, assertEquals, assertRejects } from "@std/assert";
import { startContender } from "../../lib/bench/contender.ts";
import { imageStages, measureImageStages } from "../../lib/bench/image_stages.ts";
import { filesInStep, imageVariants } from "../../lib/bench/image_variants.ts";
import { writeJpeg } from "../../lib/bench/jpeg_files.ts";
import { measurePack } from "../../lib/bench/measure_images.ts";
import { openFileDataset } from "../../lib/data/file_dataset.ts";
import { writeWholeFile } from "../../lib/disk/whole_file.ts";
import { writePack } from "../../lib/images/write_pack.ts";
import { hasPeer } from "../../lib/setup/peer.ts";
import { projectRoot, venvFolder } from "../../lib/setup/project.ts";
import { temporaryFolder } from "../data/disposables.ts";
import { testEngine } from "../engine.ts";

const engine = await testEngine();

/** A folder with so many files; small ones, since only that they are read is of interest. */
function folderOf(files: number): ReturnType<typeof temporaryFolder> {
  const folder = temporaryFolder();
  for (let file = 0; file < files; file++) {
    writeJpeg(`${folder.path}/${file}.jpg`, file, { height: 30, width: 40 });
  }
  return folder;
}

Deno.test("our contender makes batches of views, and says what processors worked for them", async () => {
  using folder = folderOf(2);
  const options = { folder: folder.path, files: 2, variant: "no blur" };
  await using contender = await startContender({
    name: "ours",
    program: Deno.execPath(),
    args: [
      ...["run", "-A", "--no-check", `${projectRoot}/lib/bench/image_worker.ts`],
      JSON.stringify(options),
    ],
  });
  const { times, cpu } = await contender.run(2);
  assertEquals([times.length, cpu.length], [2, 2]);
  assert([...times, ...cpu].every((milliseconds) => milliseconds > 0), `${times}; ${cpu}`);
});

Deno.test("a pack and the files that it was made of take turns", async () => {
  using folder = folderOf(2);
  const out = `${folder.path}/pack`;
  Deno.mkdirSync(out);
  const trainList = `${folder.path}/train.txt`;
  Deno.writeTextFileSync(trainList, "0.jpg 0\n1.jpg 1\n");
  const dataset = await openFileDataset("folder", {
    ...{ folder: folder.path, trainList, testList: trainList },
  });
  await writePack(dataset, { out, side: 16, write: writeWholeFile });
  const options = { folder: folder.path, files: 2, rounds: 1, steps: 1 };
  const rows = await measurePack(out, options);
  assertEquals(rows.map(({ name }) => name), ["ours, from a pack", "ours, from files"]);
  assertEquals(rows[0]!.ratio, 1);
  assert(rows.every(({ viewsPerSecond }) => viewsPerSecond > 0));
  // It is the pack that is read.
  Deno.truncateSync(`${out}/train-0000.pack`, 10);
  await assertRejects(() => measurePack(out, options), Error, "damaged");
});

Deno.test("every stage is measured but mirroring, which is part of the scaling", async () => {
  using folder = folderOf(filesInStep);
  const costs = await measureImageStages(engine, folder.path, 1);
  assertEquals(Object.keys(costs), [...imageStages]);
  for (const stage of ["cut and scale", "colours", "normalise"] as const) {
    assert(costs[stage] > 0, `${stage}: ${costs[stage]}`);
  }
  assertEquals(costs.mirror, 0);
});

Deno.test("variants leave out what their names say", () => {
  assertEquals(imageVariants["no blur"].blur.share, 0);
  assertEquals(imageVariants["no blur"].jitter, imageVariants.all.jitter);
  assertEquals(imageVariants["no blur, no colours"].greyShare, 0);
});

Deno.test({
  name: "torchvision's contender makes batches too (needs PyTorch in .venv)",
  ignore: !hasPeer(),
  async fn() {
    using folder = folderOf(2);
    await using contender = await startContender({
      name: "torchvision",
      program: `${venvFolder(projectRoot)}/bin/python`,
      args: [
        `${projectRoot}/lib/bench/torchvision_views.py`,
        ...["--folder", folder.path, "--files", "2", "--workers", "1"],
      ],
    });
    const { times, cpu } = await contender.run(2);
    assert([...times, ...cpu].every((milliseconds) => milliseconds > 0), `${times}; ${cpu}`);
  },
});
