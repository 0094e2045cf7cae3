import { assertEquals, assertRejects } from "@std/assert";
import { readCache, writeCache } from "glmc/data/cache.ts";
import { cifarFacts } from "glmc/data/cifar.ts";
import { smallDataset } from "../fixtures.ts";
import { namesIn, temporaryFolder } from "./disposables.ts";

const dataset = smallDataset();
const facts = { ...cifarFacts.cifar10, trainSize: 150, testSize: 50 };
const files = [
  "manifest.json",
  "test_images.bin",
  "test_labels.bin",
  "train_images.bin",
  "train_labels.bin",
];

Deno.test("readCache() gives back what writeCache() wrote", async () => {
  using folder = temporaryFolder();

  await writeCache(folder.path, dataset, { source: "npm" });

  assertEquals(await readCache("cifar10", folder.path, { facts }), dataset);
  assertEquals(namesIn(folder.path), files);
  const manifest = JSON.parse(await Deno.readTextFile(`${folder.path}/manifest.json`));
  assertEquals(manifest.source, "npm");
  assertEquals(manifest.files["test_labels.bin"].bytes, 50);
});

Deno.test("readCache() gives nothing where nothing was cached", async () => {
  using folder = temporaryFolder();

  assertEquals(await readCache("cifar10", folder.path), undefined);
  assertEquals(await readCache("cifar10", `${folder.path}/absent`), undefined);
});

Deno.test("readCache() notices every missing, truncated and altered file", async () => {
  for (const file of files.slice(1)) {
    using folder = temporaryFolder();
    const path = `${folder.path}/${file}`;
    const read = () => readCache("cifar10", folder.path, { facts });
    await writeCache(folder.path, dataset, { source: "npm" });
    const bytes = await Deno.readFile(path);

    await Deno.writeFile(path, bytes.with(7, bytes[7] ^ 1));
    await assertRejects(read, Error, `${file} was altered`);

    await Deno.writeFile(path, bytes.subarray(1));
    await assertRejects(
      read,
      Error,
      `${file} has ${bytes.length - 1} bytes instead of ${bytes.length}`,
    );

    await Deno.remove(path);
    await assertRejects(read, Error, `${file} cannot be read`);
  }
});

Deno.test("readCache() notices a damaged manifest and another data set", async () => {
  using folder = temporaryFolder();
  await writeCache(folder.path, dataset, { source: "npm" });

  await assertRejects(() => readCache("cifar10", folder.path), Error, "has 150 labels");

  for (
    const text of ["", "{", "null", "{}", '{"files":{}}', '{"files":{"train_images.bin":null}}']
  ) {
    await Deno.writeTextFile(`${folder.path}/manifest.json`, text);
    await assertRejects(() => readCache("cifar10", folder.path, { facts }), Error);
  }
});

Deno.test({
  name: "writeCache() says that the disk is full and leaves an older cache as it was",
  ignore: Deno.build.os !== "linux",
  async fn() {
    using folder = temporaryFolder();
    await writeCache(folder.path, dataset, { source: "npm" });
    await Deno.symlink("/dev/full", `${folder.path}/train_images.bin.tmp`);

    await assertRejects(
      () => writeCache(folder.path, dataset, { source: "archive" }),
      Error,
      "free some disk space and try again",
    );

    assertEquals(await readCache("cifar10", folder.path, { facts }), dataset);
    assertEquals(namesIn(folder.path), files);
  },
});
