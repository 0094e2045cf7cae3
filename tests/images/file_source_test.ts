import { assertEquals, assertRejects } from "@std/assert";
import { fileSource } from "../../lib/images/file_source.ts";
import { glmc } from "../../lib/method/glmc/glmc.ts";
import { crossEntropyMethod } from "../../lib/method/methods.ts";
import type { Method } from "../../lib/method/method.ts";
import { initialProgress, trainEpochs } from "../../lib/train/loop.ts";
import type { Training } from "../../lib/train/training.ts";
import { readSafetensors } from "../../lib/disk/safetensors.ts";
import { assertNoLeak } from "../assertions.ts";
import { temporaryFolder } from "../data/disposables.ts";
import { testEngine } from "../engine.ts";
import { picture } from "./decode/pictures.ts";
import { smallSet, smallStage, smallTraining, writeCheckpoint } from "../train/small_training.ts";

const engine = await testEngine();
const { set: { images, height, width, channels }, rows, mean, std } = smallSet;
const size = { height, width, channels, mean, std };

async function lastWeights(training: Training): Promise<unknown> {
  let weights: unknown;
  for await (const event of trainEpochs(training, { from: initialProgress(training) })) {
    if (event.type === "epoch") {
      weights = readSafetensors(await writeCheckpoint(training, event.progress)).tensors;
    }
  }
  training.dispose();
  return weights;
}

for (const method of [glmc, crossEntropyMethod] as readonly Method[]) {
  for (const mode of ["compiled", "eager"] as const) {
    Deno.test(`${method.name} from a file gives the bits of ${method.name} from memory, ${mode}`, async () => {
      await using temporary = await temporaryFolder();
      const path = `${temporary.path}/images.bin`;
      await Deno.writeFile(path, images);
      const stages = [smallStage({ method })];

      await assertNoLeak(engine, async () => {
        const source = await fileSource(path, { ...size, rows });
        const fromFile = await lastWeights(smallTraining(engine, { mode, stages, source }));
        const fromMemory = await lastWeights(smallTraining(engine, { mode, stages }));
        assertEquals(fromFile, fromMemory);
      });
    });
  }
}

Deno.test("fileSource() refuses files of another size, rows outside, and no file", async () => {
  await using temporary = await temporaryFolder();
  const path = `${temporary.path}/images.bin`;
  await assertRejects(() => fileSource(path, size), Deno.errors.NotFound);
  await Deno.writeFile(path, images.subarray(0, 2 * 3072 + 1));
  await assertRejects(() => fileSource(path, size), RangeError, "6145 bytes");
  await Deno.writeFile(path, images.subarray(0, 2 * 3072));
  const outside = { ...size, rows: Int32Array.of(0, 2) };
  await assertRejects(() => fileSource(path, outside), RangeError, "it holds 2");
});

Deno.test("fileSource() refuses folders, empty files and image files by name", async () => {
  await using temporary = await temporaryFolder();
  await assertRejects(() => fileSource(temporary.path, size), TypeError, "it is a folder");
  const path = `${temporary.path}/images.bin`;
  await Deno.writeFile(path, new Uint8Array());
  await assertRejects(() => fileSource(path, size), RangeError, "it is empty");
  // As many bytes as images have: without a look at them they would be trained on.
  for (const name of ["rgb.png", "small.jpg", "plain.gif", "lossy.webp"]) {
    const bytes = new Uint8Array(3072);
    bytes.set(picture(name).subarray(0, 3072));
    await Deno.writeFile(path, bytes);
    await assertRejects(() => fileSource(path, size), TypeError, "whose bytes are no pixels");
  }
});

Deno.test("a file that becomes shorter while it is read is said, not trained on", async () => {
  await using temporary = await temporaryFolder();
  const path = `${temporary.path}/images.bin`;
  await Deno.writeFile(path, images);
  const source = await fileSource(path, { ...size, rows });
  const training = smallTraining(engine, { source });
  await Deno.truncate(path, 3072);
  await assertRejects(() => lastWeights(training), Deno.errors.UnexpectedEof, "shorter");
  training.dispose();
});
