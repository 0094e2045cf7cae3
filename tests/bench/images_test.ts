import { assert, assertEquals } from "@std/assert";
import { startContender } from "../../lib/bench/contender.ts";
import { imageStages, measureImageStages } from "../../lib/bench/image_stages.ts";
import { filesInStep, imageVariants } from "../../lib/bench/image_variants.ts";
import { writeJpeg } from "../../lib/bench/jpeg_files.ts";
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
