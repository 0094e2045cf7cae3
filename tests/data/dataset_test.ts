import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { cifarEntry } from "glmc/data/cifar.ts";
import { type DatasetEntry, loadDataset } from "glmc/data/dataset.ts";
import { datasets } from "glmc/data/datasets.ts";
import type { ImageSet } from "glmc/data/image_set.ts";
import { namesIn, serveFiles, temporaryFolder } from "./disposables.ts";
import {
  factsAt,
  tinyArchive,
  tinyBinaryFiles,
  tinyFacts,
  tinyFacts100,
  tinyTrainLabels,
} from "./tiny_cifar.ts";

const cacheFiles = [
  "manifest.json",
  "test_images.bin",
  "test_labels.bin",
  "train_images.bin",
  "train_labels.bin",
];

Deno.test("loadDataset() fetches once, then reads the cache", async () => {
  const archive = await tinyArchive("cifar-10-batches-bin", tinyBinaryFiles());
  await using server = serveFiles({
    "/cifar-10-binary.tar.gz": () => new Response(archive.slice()),
  });
  using cache = temporaryFolder();
  const labels: string[] = [];
  const load = () =>
    loadDataset(cifarEntry("cifar10", factsAt(tinyFacts, server.address, archive)), {
      source: "archive",
      cacheFolder: cache.path,
      onProgress: ({ label }) => labels.push(label),
    });

  const fetched = await load();

  assertEquals(await load(), fetched);
  assertEquals(server.ranges.length, 1);
  assertEquals([...new Set(labels)], ["Downloading CIFAR-10", "Decoding CIFAR-10"]);
  assertEquals(namesIn(`${cache.path}/cifar10`), cacheFiles);
});

Deno.test("loadDataset() says that the cache is damaged and fetches it again", async () => {
  const archive = await tinyArchive("cifar-10-batches-bin", tinyBinaryFiles());
  await using server = serveFiles({
    "/cifar-10-binary.tar.gz": () => new Response(archive.slice()),
  });
  using cache = temporaryFolder();
  const notices: string[] = [];
  const load = () =>
    loadDataset(cifarEntry("cifar10", factsAt(tinyFacts, server.address, archive)), {
      source: "archive",
      cacheFolder: cache.path,
      onNotice: (line) => notices.push(line),
    });
  const fetched = await load();
  await Deno.truncate(`${cache.path}/cifar10/train_images.bin`, 1000);

  assertEquals(await load(), fetched);
  assertEquals(await load(), fetched);

  assertEquals(server.ranges.length, 2);
  assertEquals(notices.length, 1);
  assertStringIncludes(notices.join(), "train_images.bin has 1000 bytes instead of 30720");
});

Deno.test("loadDataset() fetches once when called twice at the same time", async () => {
  const archive = await tinyArchive("cifar-10-batches-bin", tinyBinaryFiles());
  await using server = serveFiles({
    "/cifar-10-binary.tar.gz": () => new Response(archive.slice()),
  });
  using cache = temporaryFolder();
  const facts = factsAt(tinyFacts, server.address, archive);
  const load = () =>
    loadDataset(cifarEntry("cifar10", facts), { source: "archive", cacheFolder: cache.path });

  const [first, second] = await Promise.all([load(), load()]);

  assertEquals(first, second);
  assertEquals(server.ranges.length, 1);
});

Deno.test("loadDataset() says what to do when CIFAR-100 cannot be fetched", async () => {
  await using server = serveFiles({ "/cifar-100-binary.tar.gz": () => new Response("no archive") });
  using cache = temporaryFolder();
  const address = `${server.address}/cifar-100-binary.tar.gz`;
  const facts = { ...tinyFacts100, archive: { ...tinyFacts100.archive, address } };

  const error = await assertRejects(
    () => loadDataset(cifarEntry("cifar100", facts), { cacheFolder: cache.path }),
    Error,
    `Cannot download ${address}: its md5 is`,
  );
  assertStringIncludes(
    error.message,
    "or bring cifar-100-binary.tar.gz from another machine, and pass it with --data",
  );
});

Deno.test("loadDataset() refuses to look for CIFAR-100 on npm", async () => {
  await assertRejects(
    () => loadDataset("cifar100", { source: "npm", cacheFolder: "absent" }),
    RangeError,
    "Cannot load CIFAR-100 from npm: it is not there: load it from archive, from a folder",
  );
});

Deno.test("loadDataset() refuses fetched images that are not the published ones", async () => {
  const archive = await tinyArchive("cifar-10-batches-bin", tinyBinaryFiles());
  await using server = serveFiles({
    "/cifar-10-binary.tar.gz": () => new Response(archive.slice()),
  });
  using cache = temporaryFolder();
  const { hashes } = datasets.cifar10;
  assert(hashes);
  const entry = cifarEntry("cifar10", {
    ...factsAt(tinyFacts, server.address, archive),
    hashes,
  });

  await assertRejects(
    () => loadDataset(entry, { source: "archive", cacheFolder: cache.path }),
    Error,
    "Cannot use CIFAR-10 from archive: its training images are not the published ones: bring",
  );
});

Deno.test("loadDataset() says that the images of a folder are other ones, and takes them", async () => {
  using folder = temporaryFolder();
  for (const [name, bytes] of Object.entries(tinyBinaryFiles())) {
    await Deno.writeFile(`${folder.path}/${name}`, bytes);
  }
  const { hashes } = datasets.cifar10;
  assert(hashes);
  const notices: string[] = [];

  const { train } = await loadDataset(cifarEntry("cifar10", { ...tinyFacts, hashes }), {
    folder: folder.path,
    onNotice: (line) => notices.push(line),
  });

  assertEquals(train.labels, tinyTrainLabels);
  assertStringIncludes(notices.join(), "are not the published ones of CIFAR-10");
});

Deno.test("loadDataset() loads an entry of one's own, and refuses one that cannot be trained on", async () => {
  const size = { height: 1, width: 1, channels: 1, classNames: ["all"] };
  const none = { ...size, images: new Uint8Array(), labels: new Int32Array() };
  const one = { ...size, images: Uint8Array.of(7), labels: Int32Array.of(0) };
  const entry = (train: ImageSet): DatasetEntry => ({
    ...{ name: "dot", title: "Dots", classNames: ["all"], sources: ["archive"] },
    ...{ mean: [0.5], std: [0.2] },
    load: () => Promise.resolve({ name: "dot", train, test: none, mean: [0.5], std: [0.2] }),
  });

  assertEquals((await loadDataset(entry(one))).train.images, Uint8Array.of(7));
  await assertRejects(() => loadDataset(entry(none)), RangeError, "there are no training images");
});

Deno.test("loadDataset() names the data sets there are", async () => {
  await assertRejects(
    () => loadDataset("cifar11" as "cifar10"),
    RangeError,
    'Cannot find the data set "cifar11": there is no such one: use cifar10 or cifar100',
  );
});

Deno.test("datasets has every entry under its own name", () => {
  assertEquals(Object.values(datasets).map(({ name }) => name), Object.keys(datasets));
});
