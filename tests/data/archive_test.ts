import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { createTar } from "nanotar";
import { gzipSync } from "node:zlib";
import { fetchArchive, memberOf, unpackArchive } from "glmc/data/archive.ts";
import { namesIn, serveFiles, temporaryFolder } from "./disposables.ts";
import {
  factsAt,
  hexHash,
  tinyArchive,
  tinyBinary,
  tinyBinaryFiles,
  tinyFacts,
  tinyFacts100,
  tinyImages,
  tinyTrainLabels,
} from "./tiny_cifar.ts";

Deno.test("fetchArchive() reads both data sets and leaves no archive", async () => {
  const ten = await tinyArchive("cifar-10-batches-bin", tinyBinaryFiles());
  const hundred = await tinyArchive("cifar-100-binary", {
    "train.bin": tinyBinary([[0, 33], [19, 99]]),
    "test.bin": tinyBinary([[1, 0], [1, 2]]),
  });
  await using server = serveFiles({
    "/cifar-10-binary.tar.gz": () => new Response(ten.slice()),
    "/cifar-100-binary.tar.gz": () => new Response(hundred.slice()),
  });
  using folder = temporaryFolder();
  const options = { folder: folder.path };

  const cifar10 = await fetchArchive("cifar10", {
    ...options,
    facts: factsAt(tinyFacts, server.address, ten),
  });
  const cifar100 = await fetchArchive("cifar100", {
    ...options,
    facts: factsAt(tinyFacts100, server.address, hundred),
  });

  assertEquals(cifar10.train.labels, tinyTrainLabels);
  assertEquals(cifar10.train.images.slice(-tinyImages.length), tinyImages);
  assertEquals(cifar10.test.labels, Int32Array.of(5, 9));
  assertEquals(cifar100.train.labels, Int32Array.of(33, 99));
  assertEquals(cifar100.test.images, tinyImages);
  assertEquals(namesIn(folder.path), []);
});

Deno.test("fetchArchive() refuses an archive with another MD5", async () => {
  const archive = await tinyArchive("cifar-10-batches-bin", tinyBinaryFiles());
  await using server = serveFiles({
    "/cifar-10-binary.tar.gz": () => new Response(archive.slice()),
  });
  using folder = temporaryFolder();
  const facts = {
    ...tinyFacts,
    archive: { ...tinyFacts.archive, address: `${server.address}/cifar-10-binary.tar.gz` },
  };

  await assertRejects(
    () => fetchArchive("cifar10", { folder: folder.path, facts }),
    Error,
    `its md5 is ${hexHash(archive, "md5")} instead of c32a1d4ab5d03f1284b67883e8d87530`,
  );
  assertEquals(namesIn(folder.path), []);
});

Deno.test("fetchArchive() names a file that the archive does not have", async () => {
  const { "data_batch_3.bin": _, ...files } = tinyBinaryFiles();
  const archive = await tinyArchive("cifar-10-batches-bin", files);
  await using server = serveFiles({
    "/cifar-10-binary.tar.gz": () => new Response(archive.slice()),
  });
  using folder = temporaryFolder();

  await assertRejects(
    () =>
      fetchArchive("cifar10", {
        folder: folder.path,
        facts: factsAt(tinyFacts, server.address, archive),
      }),
    Error,
    'Cannot read "data_batch_3.bin" of CIFAR-10: the archive does not have it: choose another',
  );
});

Deno.test("unpackArchive() reads an archive that is not gzipped, and takes other advice", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/archive.tar`;
  const tar = createTar([{ name: "./folder/a.bin", data: "aaaa" }]);
  await Deno.writeFile(path, tar);

  assertEquals([...(await unpackArchive(path)).keys()], ["folder/a.bin"]);
  await Deno.writeFile(path, tar.subarray(0, 514));
  await assertRejects(
    () => unpackArchive(path, { advice: "copy it again" }),
    SyntaxError,
    "should take 4 bytes but 2 follow: copy it again",
  );
  await assertRejects(() => unpackArchive(`${path}.gz`), Deno.errors.NotFound, "no such file");
});

Deno.test("memberOf() finds a file in any folder, but not one of two", () => {
  const bytes = Uint8Array.of(1);

  assertEquals(memberOf(new Map([["a/b/c.bin", bytes]]), "c.bin"), bytes);
  assertThrows(
    () => memberOf(new Map([["a/c.bin", bytes], ["b/c.bin", bytes]]), "c.bin"),
    SyntaxError,
    'the archive has two of it, "a/c.bin" and "b/c.bin"',
  );
});

/** A gzipped archive of two files, the first header of which is changed. */
async function changedArchive(path: string, change: (header: Uint8Array) => void): Promise<void> {
  const tar = createTar([{ name: "folder/a.bin", data: "aaaa" }, {
    name: "folder/b.bin",
    data: "b",
  }]);
  change(tar.subarray(0, 512));
  const stream = new Blob([tar.slice()]).stream().pipeThrough(new CompressionStream("gzip"));
  await Deno.writeFile(path, stream);
}

const put = (text: string, start: number) => (header: Uint8Array): void =>
  header.set(new TextEncoder().encode(text), start);

for (
  const [what, change, problem] of [
    [
      "lies about a size",
      put("77777777777", 124),
      'its entry "folder/a.bin" should take 8589934591 bytes',
    ],
    [
      "has a size that is no number",
      put("size", 124),
      'its entry "folder/a.bin" should take NaN bytes',
    ],
    [
      "has a negative size",
      put("-0000000777", 124),
      'its entry "folder/a.bin" should take -511 bytes',
    ],
    [
      "holds a symbolic link",
      put("2", 156),
      'its entry "folder/a.bin" is a symbolic link, where only',
    ],
    ["holds a hard link", put("1", 156), 'its entry "folder/a.bin" is a hard link, where only'],
    ["holds a device", put("3", 156), 'its entry "folder/a.bin" is a device, where only'],
    [
      "reaches outside",
      put("../a.bin\0\0\0\0", 0),
      'its entry "../a.bin" lies outside of the archive',
    ],
    [
      "reaches outside from the root",
      put("/older/a.bin", 0),
      'its entry "/older/a.bin" lies outside',
    ],
    [
      "reaches outside by its prefix",
      put("../..", 345),
      'its entry "../../folder/a.bin" lies outside',
    ],
    [
      "holds two files of one path",
      put("folder/b.bin", 0),
      'it holds two files called "folder/b.bin"',
    ],
  ] as const
) {
  Deno.test(`unpackArchive() refuses an archive that ${what}`, async () => {
    using folder = temporaryFolder();
    const path = `${folder.path}/archive.tar.gz`;
    await changedArchive(path, change);

    await assertRejects(
      () => unpackArchive(path),
      SyntaxError,
      `Cannot unpack "${path}": ${problem}`,
    );
    assertEquals(namesIn(folder.path), ["archive.tar.gz"]);
  });
}

Deno.test("unpackArchive() refuses what is no archive, cut off or a long name outside", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/archive.tar.gz`;
  await changedArchive(path, () => {});
  const bytes = await Deno.readFile(path);
  assertEquals([...(await unpackArchive(path)).keys()], ["folder/a.bin", "folder/b.bin"]);

  for (
    const [wrong, problem] of [
      [bytes.subarray(0, -20), "it is cut off or damaged"],
      [new TextEncoder().encode("<html>"), "it is cut off or damaged"],
      [gzipSync("hello"), "it holds no tar archive"],
      [gzipSync("hello".repeat(200)), "it holds no tar archive"],
    ] as const
  ) {
    await Deno.writeFile(path, wrong);
    await assertRejects(
      () => unpackArchive(path),
      SyntaxError,
      `Cannot unpack "${path}": ${problem}: remove it`,
    );
  }
  const name = `../${"deep/".repeat(30)}a.bin`;
  const tar = createTar([{ name: "long", data: `${name}\0` }, { name: "short", data: "a" }]);
  // A long name of GNU tar.
  put("L", 156)(tar);
  const stream = new Blob([tar.slice()]).stream().pipeThrough(new CompressionStream("gzip"));
  await Deno.writeFile(path, stream);
  await assertRejects(() => unpackArchive(path), SyntaxError, "lies outside of the archive");
});
