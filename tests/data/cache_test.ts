import { assertEquals, assertRejects } from "@std/assert";
import { loadCached, readCache, writeCache } from "glmc/data/cache.ts";
import { cifarFacts } from "glmc/data/cifar.ts";
import { smallDataset } from "../fixtures.ts";
import { namesIn, temporaryFolder } from "./disposables.ts";

const dataset = smallDataset();
const facts = { name: "cifar10", ...cifarFacts.cifar10, trainSize: 150, testSize: 50 };
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

  assertEquals(await readCache(folder.path, facts), dataset);
  assertEquals(namesIn(folder.path), files);
  const manifest = JSON.parse(await Deno.readTextFile(`${folder.path}/manifest.json`));
  assertEquals(manifest.source, "npm");
  assertEquals(manifest.files["test_labels.bin"].bytes, 50);
});

Deno.test("readCache() gives nothing where nothing was cached", async () => {
  using folder = temporaryFolder();

  assertEquals(await readCache(folder.path, facts), undefined);
  assertEquals(await readCache(`${folder.path}/absent`, facts), undefined);
});

Deno.test("readCache() notices every missing, truncated and altered file", async () => {
  for (const file of files.slice(1)) {
    using folder = temporaryFolder();
    const path = `${folder.path}/${file}`;
    const read = () => readCache(folder.path, facts);
    await writeCache(folder.path, dataset, { source: "npm" });
    const bytes = await Deno.readFile(path);

    await Deno.writeFile(path, bytes.with(7, bytes[7]! ^ 1));
    await assertRejects(read, Error, `${file} was altered`);

    await Deno.writeFile(path, bytes.subarray(1));
    await assertRejects(
      read,
      Error,
      `${file} has ${bytes.length - 1} bytes instead of ${bytes.length}`,
    );

    await Deno.remove(path);
    await assertRejects(read, Error, `${file} is missing`);
  }
});

Deno.test("readCache() notices a damaged manifest and another data set", async () => {
  using folder = temporaryFolder();
  await writeCache(folder.path, dataset, { source: "npm" });

  await assertRejects(
    () => readCache(folder.path, { ...facts, trainSize: 50_000 }),
    Error,
    "train_labels.bin has 150 labels instead of 50000",
  );

  for (
    const text of ["", "{", "null", "{}", '{"files":{}}', '{"files":{"train_images.bin":null}}']
  ) {
    await Deno.writeTextFile(`${folder.path}/manifest.json`, text);
    await assertRejects(() => readCache(folder.path, facts), Error);
  }
});

Deno.test("the cache keeps grey images of any size, labels beyond a byte, and no test images", async () => {
  using folder = temporaryFolder();
  const classNames = Array.from({ length: 301 }, (_, label) => `class ${label}`);
  const size = { height: 1, width: 3, channels: 1, classNames };
  const train = {
    ...size,
    images: Uint8Array.of(1, 2, 3, 4, 5, 6),
    labels: Int32Array.of(300, 44),
  };
  const test = { ...size, images: new Uint8Array(), labels: new Int32Array() };
  const set = { name: "grey", train, test, mean: [0.5], std: [0.2] };

  await writeCache(folder.path, set, { source: "npm" });

  assertEquals(await readCache(folder.path, { ...set, classNames }), set);
});

Deno.test("readCache() reads caches from before they held a size", async () => {
  using folder = temporaryFolder();
  await writeCache(folder.path, dataset, { source: "npm" });
  const path = `${folder.path}/manifest.json`;
  const { size: _, ...old } = JSON.parse(await Deno.readTextFile(path));
  await Deno.writeTextFile(path, JSON.stringify(old));

  assertEquals(await readCache(folder.path, facts), dataset);
});

Deno.test("loadCached() does not call a cache damaged that may not be read", async () => {
  using folder = temporaryFolder();
  await writeCache(folder.path, dataset, { source: "npm" });
  const { readFile } = Deno;
  Deno.readFile = () =>
    Promise.reject(
      Object.assign(new Deno.errors.PermissionDenied("Permission denied"), { code: "EACCES" }),
    );
  try {
    await assertRejects(
      () =>
        loadCached(folder.path, facts, {
          source: "npm",
          fetch: () => Promise.reject(new Error("fetched")),
        }),
      Deno.errors.PermissionDenied,
      "permission denied: make it readable",
    );
  } finally {
    Deno.readFile = readFile;
  }
});
