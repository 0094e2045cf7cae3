import { assertEquals, assertRejects } from "@std/assert";
import { fetchArchive } from "glmc/data/archive.ts";
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
    'Cannot read "data_batch_3.bin" of CIFAR-10: the archive does not have it',
  );
});
