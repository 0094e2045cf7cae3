import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { openFileDataset } from "glmc/data/file_dataset.ts";
import { writeWholeFile } from "glmc/disk/whole_file.ts";
import { datasetImages } from "glmc/images/dataset_images.ts";
import { decodeImage } from "glmc/images/decode/decode.ts";
import { writePack } from "glmc/images/write_pack.ts";
import { disposeTensors } from "glmc/tensor/named_tensors.ts";
import type { Tensor } from "glmc/tensor/tfjs.ts";
import { namesIn, temporaryFolder } from "../data/disposables.ts";
import { testEngine } from "../engine.ts";
import { writeTinyImageNet } from "../tiny_imagenet.ts";

await testEngine();
const counts = [3, 2, 2];

async function opened(folder: string) {
  const { root, trainList, testList } = writeTinyImageNet(folder, counts);
  return await openFileDataset("folder", { folder: root, trainList, testList, side: 16 });
}

/** Views of all training images and of all test images. */
async function views(dataset: Awaited<ReturnType<typeof opened>>): Promise<Uint8Array[]> {
  return await Promise.all((["train", "test"] as const).map(async (part) => {
    const source = datasetImages(dataset).source(part);
    const rows = Int32Array.from({ length: source.count }, (_, row) => source.count - 1 - row);
    const prepared = await source.prepare({ rows });
    const bytes = await (prepared.pictures as Tensor).data();
    disposeTensors(prepared);
    source.dispose();
    return Uint8Array.from(bytes);
  }));
}

Deno.test("a pack of images that are small already gives the views of their files, bit for bit", async () => {
  using folder = temporaryFolder();
  const dataset = await opened(folder.path);
  const out = `${folder.path}/pack`;
  Deno.mkdirSync(out);
  await writePack(dataset, { out, side: 4096, perFile: 3, write: writeWholeFile });
  assertEquals(namesIn(out), [
    ...["pack.json", "test-0000.pack", "test.txt"],
    ...["train-0000.pack", "train-0001.pack", "train-0002.pack", "train.txt"],
  ]);
  const pack = await openFileDataset("folder", { folder: out, side: 16 });
  assertEquals(pack.classNames, dataset.classNames);
  assertEquals([...pack.train.labels], [...dataset.train.labels]);
  assertEquals(await views(pack), await views(dataset));
  // Whoever trains on one of the two cannot go on with the other by mistake.
  assertNotEquals([pack.train.hash, pack.test.hash], [dataset.train.hash, dataset.test.hash]);
});

Deno.test("larger images are scaled to the shorter side, upright, and stay files of their own", async () => {
  using folder = temporaryFolder();
  const dataset = await opened(folder.path);
  const out = `${folder.path}/pack`;
  Deno.mkdirSync(out);
  await writePack(dataset, { out, side: 5, write: writeWholeFile });
  const { train } = await openFileDataset("folder", { folder: out, side: 16 });
  const bytes = Deno.readFileSync(`${out}/train-0000.pack`);
  for (let row = 0; row < train.list.count; row++) {
    const { offset, length } = train.partOf!(row);
    const image = await decodeImage(bytes.slice(offset, offset + length), `${row}`);
    const file = Deno.readFileSync(
      `${dataset.folder}/${dataset.train.place(dataset.train.list.path(row))}`,
    );
    const { height, width } = await decodeImage(file, `${row}`);
    const shorter = Math.min(height, width);
    assertEquals(
      [image.height, image.width],
      [height, width].map((length) => Math.floor(5 * length / shorter)),
    );
  }
});

Deno.test("a stopped pack is no pack, is gone on with, and is not mixed with another", async () => {
  using folder = temporaryFolder();
  const dataset = await opened(folder.path);
  const out = `${folder.path}/pack`;
  Deno.mkdirSync(out);
  const written: string[] = [];
  const options = {
    ...{ out, side: 8, perFile: 3 },
    write: async (path: string, content: Uint8Array | string) => {
      if (path.endsWith("train-0001.pack") && written.length < 4) throw new Error("stopped");
      written.push(path.slice(out.length + 1));
      await writeWholeFile(path, content);
    },
  };
  await assertRejects(() => writePack(dataset, options), Error, "stopped");
  await assertRejects(() => openFileDataset("folder", { folder: out }), RangeError);
  await assertRejects(
    () => writePack(dataset, { ...options, side: 9 }),
    RangeError,
    "another size",
  );
  written.push("and again");
  await writePack(dataset, options);
  assertEquals(written.filter((name) => name === "train-0000.pack").length, 1);
  assert(written.includes("train-0002.pack"));

  await assertRejects(
    () => openFileDataset("imagenet_lt", { folder: out }),
    RangeError,
    "pass --dataset folder",
  );
  const other = `${folder.path}/other.txt`;
  Deno.writeTextFileSync(other, "a.jpg 0\n");
  await assertRejects(
    () => openFileDataset("folder", { folder: out, trainList: other }),
    RangeError,
    "of another list",
  );
  Deno.truncateSync(`${out}/train-0001.pack`, 40);
  await assertRejects(() => openFileDataset("folder", { folder: out }), SyntaxError, "damaged");
});

Deno.test("an image that cannot be decoded stops the packing, named with its line", async () => {
  using folder = temporaryFolder();
  const dataset = await opened(folder.path);
  const path = `${dataset.folder}/${dataset.train.place(dataset.train.list.path(4))}`;
  Deno.writeFileSync(path, Deno.readFileSync(path).subarray(0, 200));
  const out = `${folder.path}/pack`;
  Deno.mkdirSync(out);
  await assertRejects(
    () => writePack(dataset, { out, write: writeWholeFile }),
    SyntaxError,
    "line 5 of",
  );
});

Deno.test("a pack that is stopped by a bad image leaves no file in the folder of temporary ones", async () => {
  using folder = temporaryFolder();
  const dataset = await opened(folder.path);
  const path = `${dataset.folder}/${dataset.train.place(dataset.train.list.path(0))}`;
  Deno.writeFileSync(path, Deno.readFileSync(path).subarray(0, 200));
  const [out, temporary] = [`${folder.path}/pack`, `${folder.path}/temporary`];
  for (const place of [out, temporary]) Deno.mkdirSync(place);
  const before = Deno.env.get("TMPDIR");
  Deno.env.set("TMPDIR", temporary);
  try {
    await assertRejects(
      () => writePack(dataset, { out, side: 5, write: writeWholeFile }),
      SyntaxError,
    );
    assertEquals(namesIn(temporary), []);
  } finally {
    if (before === undefined) Deno.env.delete("TMPDIR");
    else Deno.env.set("TMPDIR", before);
  }
});
