import { assertEquals, assertRejects } from "@std/assert";
import { readFolder } from "glmc/data/folder.ts";
import { temporaryFolder } from "./disposables.ts";
import {
  tinyBinary,
  tinyBinaryFiles,
  tinyFacts,
  tinyFacts100,
  tinyImages,
  tinyTrainLabels,
} from "./tiny_cifar.ts";

Deno.test("readFolder() reads the binary version, from its folder or the one around it", async () => {
  using folder = temporaryFolder();
  const inside = `${folder.path}/cifar-10-batches-bin`;
  await Deno.mkdir(inside);
  for (const [name, bytes] of Object.entries(tinyBinaryFiles())) {
    await Deno.writeFile(`${inside}/${name}`, bytes);
  }

  for (const path of [inside, folder.path]) {
    const { train, test } = await readFolder("cifar10", path, { facts: tinyFacts });

    assertEquals(train.labels, tinyTrainLabels);
    assertEquals(test.images, tinyImages);
  }
});

Deno.test("readFolder() reads the Python version with the fine labels of CIFAR-100", async () => {
  using folder = temporaryFolder();
  const fixture = new URL("../fixtures/cifar100_python2_columns.pickle", import.meta.url);
  await Deno.mkdir(`${folder.path}/cifar-100-python`);
  for (const name of ["train", "test"]) {
    await Deno.copyFile(fixture, `${folder.path}/cifar-100-python/${name}`);
  }

  const { train, test } = await readFolder("cifar100", folder.path, { facts: tinyFacts100 });

  assertEquals(train.labels, Int32Array.of(49, 33));
  assertEquals(train.labels, test.labels);
  assertEquals(train.images, tinyImages);
});

Deno.test("readFolder() says that a folder holds no known file", async () => {
  using folder = temporaryFolder();

  await assertRejects(
    () => readFolder("cifar10", folder.path),
    Deno.errors.NotFound,
    `"${folder.path}" holds neither data_batch_1.bin nor data_batch_1`,
  );
});

Deno.test("readFolder() names a missing, a truncated and a wrongly labelled file", async () => {
  using folder = temporaryFolder();
  const read = () => readFolder("cifar10", folder.path, { facts: tinyFacts });
  for (const [name, bytes] of Object.entries(tinyBinaryFiles())) {
    await Deno.writeFile(`${folder.path}/${name}`, bytes);
  }
  const advice = "mend that file, or pass another folder with --data";

  await Deno.writeFile(`${folder.path}/data_batch_5.bin`, tinyBinary([[0], [10]]));
  const labelled = await assertRejects(read, RangeError);
  await Deno.truncate(`${folder.path}/data_batch_4.bin`, 3073);
  const truncated = await assertRejects(read, RangeError);
  await Deno.remove(`${folder.path}/data_batch_1.bin`);
  const missing = await assertRejects(read, Deno.errors.NotFound);

  assertEquals([labelled, truncated, missing].map(({ message }) => message), [
    `Cannot read "data_batch_5.bin" of CIFAR-10: the label in row 1 is 10, where CIFAR-10 has 0 to 9: ${advice}`,
    `Cannot read "data_batch_4.bin" of CIFAR-10: it has 3073 bytes instead of 6146: ${advice}`,
    `Cannot read "data_batch_1.bin" of CIFAR-10: it is not in "${folder.path}": ${advice}`,
  ]);
});
