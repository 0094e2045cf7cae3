import { assertEquals, assertRejects } from "@std/assert";
import { gzipSync } from "node:zlib";
import { createTar } from "nanotar";
import { readFolder } from "glmc/data/folder.ts";
import { temporaryFolder } from "./disposables.ts";
import {
  hexHash,
  relabelled,
  tinyArchive,
  tinyBinary,
  tinyBinaryFiles,
  tinyFacts,
  tinyFacts100,
  tinyImages,
  tinyPythonFiles,
  tinyTrainLabels,
  writeFiles,
} from "./tiny_cifar.ts";

const advice = "mend or replace that file, or pass another folder or archive with --data";

/** Reads CIFAR-10 in miniature; returns the labels of its training images, and the notices. */
async function read(
  place: string,
): Promise<{ readonly labels: Int32Array; readonly notices: readonly string[] }> {
  const notices: string[] = [];
  const { train, test } = await readFolder("cifar10", place, {
    facts: tinyFacts,
    onNotice: (line) => notices.push(line),
  });
  assertEquals(test.images, tinyImages);
  assertEquals(train.images.subarray(-tinyImages.length), tinyImages);
  return { labels: train.labels, notices };
}

/** The message with which a place is refused. */
async function refusal(place: string, name: "cifar10" | "cifar100" = "cifar10"): Promise<string> {
  const facts = name === "cifar10" ? tinyFacts : tinyFacts100;
  const { message } = await assertRejects(() => readFolder(name, place, { facts }), Error);
  return message;
}

Deno.test("readFolder() finds either version in its folder, around it, and by one of its files", async () => {
  for (
    const [files, name, file] of [
      [tinyBinaryFiles(), "cifar-10-batches-bin", "data_batch_3.bin"],
      [tinyPythonFiles(), "cifar-10-batches-py", "data_batch_3"],
    ] as const
  ) {
    using folder = temporaryFolder();
    const inside = `${folder.path}/cifar-10/${name}`;
    await writeFiles(inside, { ...files, "batches.meta": "", ".DS_Store": "", "readme.html": "" });

    for (
      const place of [
        inside,
        `${folder.path}/cifar-10`,
        folder.path,
        `${inside}/${file}`,
        `${inside}/batches.meta`,
      ]
    ) {
      assertEquals(await read(place), { labels: tinyTrainLabels, notices: [] }, place);
    }
  }
});

Deno.test("readFolder() takes other capitals, and files of other programs beside its own", async () => {
  using folder = temporaryFolder();
  const files = Object.entries(tinyPythonFiles()).map(([name, bytes], index) =>
    [index % 2 ? name.toUpperCase() : name.replace("data", "Data"), bytes] as const
  );
  await writeFiles(`${folder.path}/CIFAR-10-Python/Cifar-10-Batches-PY`, Object.fromEntries(files));
  await writeFiles(`${folder.path}/__MACOSX/cifar-10-batches-py`, tinyPythonFiles());
  await writeFiles(`${folder.path}/.Trash/cifar-10-batches-py`, tinyPythonFiles());
  await writeFiles(`${folder.path}/CIFAR-10-Python`, { "._data_batch_1": "", "Thumbs.db": "" });
  // A link back to where it is.
  await Deno.symlink(folder.path, `${folder.path}/again`);

  assertEquals(await read(folder.path), { labels: tinyTrainLabels, notices: [] });
});

Deno.test("readFolder() reads an archive of either version, gzipped or not", async () => {
  using folder = temporaryFolder();
  const python = Object.entries(tinyPythonFiles()).map(([name, data]) => ({
    name: `./data/cifar-10-batches-py/${name}`,
    data,
  }));
  const archives = {
    "cifar-10-python.tar.gz": gzipSync(createTar(python)),
    "cifar-10-python.tar": createTar(python),
    "any.name": await tinyArchive("cifar-10-batches-bin", tinyBinaryFiles()),
  };
  await writeFiles(folder.path, archives);

  for (const name of Object.keys(archives)) {
    assertEquals(await read(`${folder.path}/${name}`), { labels: tinyTrainLabels, notices: [] });
  }
  assertEquals(
    await refusal(folder.path),
    `Cannot read CIFAR-10: "${folder.path}" holds it packed: ` +
      `pass "${folder.path}/cifar-10-python.tar.gz" with --data`,
  );
  const path = `${folder.path}/any.name`;
  await writeFiles(folder.path, { "any.name": archives["any.name"].subarray(0, -300) });
  assertEquals(
    await refusal(path),
    `Cannot unpack "${path}": it is cut off or damaged: copy it again, or pass another folder or archive with --data`,
  );
});

Deno.test("readFolder() passes over a half copy beside a whole one, and says so", async () => {
  for (const [half, whole] of [["binary", "Python"], ["Python", "binary"]] as const) {
    using folder = temporaryFolder();
    const places = { binary: `${folder.path}/bin`, Python: `${folder.path}/py` };
    await writeFiles(places.binary, tinyBinaryFiles());
    await writeFiles(places.Python, tinyPythonFiles());
    const suffix = half === "binary" ? ".bin" : "";
    const next = `reading the ${whole} version in "${places[whole]}"`;

    // Cut off in the middle of a file.
    await Deno.truncate(`${places[half]}/data_batch_4${suffix}`, 3073);
    const { notices: [cut] } = await read(folder.path);
    // Python is taken second where both are whole, so what is wrong with it is not seen.
    assertEquals(
      cut,
      half === "binary"
        ? `Cannot read "${places.binary}/data_batch_4.bin" of CIFAR-10: it has 1 images instead of 2: ${next} instead`
        : undefined,
    );
    await Deno.remove(`${places[half]}/data_batch_4${suffix}`);
    await Deno.remove(`${places[half]}/test_batch${suffix}`);
    assertEquals(await read(folder.path), {
      labels: tinyTrainLabels,
      notices: [
        `Passing over the ${half} version of CIFAR-10, for data_batch_4${suffix}, ` +
        `test_batch${suffix} are not in "${places[half]}": ${next}`,
      ],
    });
  }
});

Deno.test("readFolder() does not choose between two copies of one version", async () => {
  using folder = temporaryFolder();
  for (const name of ["clean", "noisy"]) {
    await writeFiles(`${folder.path}/${name}`, { ...tinyPythonFiles(), ...tinyBinaryFiles() });
  }

  assertEquals(
    await refusal(folder.path),
    `Cannot read CIFAR-10: "${folder.path}/clean" and "${folder.path}/noisy" both hold it: ` +
      "pass one of them with --data",
  );
  // The same folder under two names is one.
  await Deno.remove(`${folder.path}/noisy`, { recursive: true });
  await Deno.symlink("clean", `${folder.path}/noisy`);
  assertEquals(await read(folder.path), { labels: tinyTrainLabels, notices: [] });
});

Deno.test("readFolder() names all that is missing of a copy, and why", async () => {
  using folder = temporaryFolder();
  const { test_batch: _, data_batch_2: __, ...files } = tinyPythonFiles();
  await writeFiles(folder.path, files);
  await Deno.symlink("/nowhere/data_batch_2", `${folder.path}/data_batch_2`);
  const { path } = folder;
  const next = "add what is missing, or pass another folder or archive with --data";

  assertEquals(
    await refusal(path),
    `Cannot read CIFAR-10: test_batch is not in "${path}", "${path}/data_batch_2" is a link to ` +
      `"/nowhere/data_batch_2", where there is no file: ${next}`,
  );
  await Deno.mkdir(`${path}/test_batch`);
  await Deno.remove(`${path}/data_batch_2`);
  assertEquals(
    await refusal(path),
    `Cannot read CIFAR-10: data_batch_2 is not in "${path}", "${path}/test_batch" is a folder: ${next}`,
  );
});

Deno.test("readFolder() tells one data set from the other, with the flag to pass", async () => {
  using ten = temporaryFolder();
  using hundred = temporaryFolder();
  const binary = { "train.bin": tinyBinary([[0, 33], [19, 99]]), "test.bin": tinyBinary([[1, 0]]) };
  await writeFiles(`${ten.path}/cifar-10-batches-py`, tinyPythonFiles());
  await writeFiles(`${hundred.path}/cifar-100-binary`, binary);

  assertEquals(
    await refusal(ten.path, "cifar100"),
    `Cannot read CIFAR-100: "${ten.path}" holds CIFAR-10: pass --dataset cifar10, or a folder with ` +
      "CIFAR-100 by --data",
  );
  const file = `${hundred.path}/cifar-100-binary/train.bin`;
  for (const place of [hundred.path, file]) {
    assertEquals(
      await refusal(place),
      `Cannot read CIFAR-10: "${place}" holds CIFAR-100: pass --dataset cifar100, or a folder with ` +
        "CIFAR-10 by --data",
    );
  }
});

Deno.test("readFolder() says that a place holds nothing of the kind, or is something else", async () => {
  using folder = temporaryFolder();
  const { path } = folder;
  await writeFiles(path, {
    batch: tinyPythonFiles()["test_batch"]!,
    "cifar.zip": "PK\x03\x04".padEnd(40, "\0"),
    "notes.txt": "images",
  });

  assertEquals(
    await refusal(path),
    `Cannot read CIFAR-10: "${path}" holds neither data_batch_1.bin nor data_batch_1, nor a folder ` +
      "cifar-10-batches-bin or cifar-10-batches-py with them: pass the folder that does",
  );
  assertEquals(
    await refusal(`${path}/cifar.zip`),
    `Cannot read CIFAR-10 from "${path}/cifar.zip": it is a zip archive: ` +
      "unpack it, and name the file or folder that comes out",
  );
  assertEquals(
    await refusal(`${path}/batch`),
    `Cannot read CIFAR-10 from "${path}/batch": its name is not that of a file of it, such as ` +
      "data_batch_1.bin or data_batch_1: pass the folder that holds these",
  );
  assertEquals(
    (await refusal(`${path}/notes.txt`)).replace(/: [^:]*$/, ""),
    `Cannot read CIFAR-10 from "${path}/notes.txt": it is a text that begins with "images"`,
  );
  assertEquals(
    await refusal(`${path}/none`),
    `Cannot read "${path}/none": there is no such file: check the path`,
  );
});

Deno.test("readFolder() names file, row and value of what does not fit", async () => {
  using folder = temporaryFolder();
  const { path } = folder;
  const binary = tinyBinaryFiles();
  const batch = tinyBinary([[0], [10]]);
  for (
    const [file, bytes, problem] of [
      ["data_batch_5.bin", batch, "the label in row 1 is 10, where CIFAR-10 has 0 to 9"],
      ["data_batch_4.bin", batch.subarray(1), "it has 6145 bytes instead of 6146"],
      ["data_batch_1.bin", new Uint8Array(), "it is an empty file"],
      [
        "test_batch.bin",
        "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 30730000\n",
        "it is a Git LFS pointer to 30730000 bytes, not the file itself",
      ],
      ["test_batch.bin", "<!doctype html><html></html>", "it is a web page"],
      [
        "data_batch_2.bin",
        binary["data_batch_1.bin"]!,
        `it holds the same images as "data_batch_1.bin"`,
      ],
      [
        "test_batch.bin",
        binary["data_batch_3.bin"]!,
        `it holds the same images as "data_batch_3.bin"`,
      ],
    ] as const
  ) {
    await writeFiles(path, { ...binary, [file]: bytes });
    assertEquals(
      await refusal(path),
      `Cannot read "${path}/${file}" of CIFAR-10: ${problem}: ${advice}`,
    );
  }
});

Deno.test("readFolder() says that a file may not be read, and does not look for another copy", async () => {
  using folder = temporaryFolder();
  await writeFiles(`${folder.path}/bin`, tinyBinaryFiles());
  await writeFiles(`${folder.path}/py`, tinyPythonFiles());
  const { readFile } = Deno;
  Deno.readFile = () =>
    Promise.reject(
      Object.assign(new Deno.errors.PermissionDenied("Permission denied"), { code: "EACCES" }),
    );
  try {
    assertEquals(
      await refusal(folder.path),
      `Cannot read "${folder.path}/bin/data_batch_1.bin": permission denied: ` +
        "make it readable for you, or ask its owner to",
    );
  } finally {
    Deno.readFile = readFile;
  }
});

Deno.test("readFolder() takes the fine labels of CIFAR-100, and tells other files by their MD5", async () => {
  using folder = temporaryFolder();
  const inside = `${folder.path}/cifar-100-python`;
  const files = {
    train: relabelled("cifar100_python2_columns", 49),
    test: relabelled("cifar100_python2_columns", 0),
  };
  await writeFiles(inside, files);
  const notices: string[] = [];
  const load = (md5: Record<string, string>) =>
    readFolder("cifar100", folder.path, {
      facts: { ...tinyFacts100, python: { ...tinyFacts100.python, md5 } },
      onNotice: (line) => notices.push(line),
    });
  const train = hexHash(files.train, "md5");

  const set = (await load({ train, test: hexHash(files.test, "md5") })).train;
  assertEquals([set.labels, set.images], [Int32Array.of(49, 33), tinyImages]);
  assertEquals(notices, []);
  await load({ train, test: "0".repeat(32) });
  assertEquals(notices, [
    `By its MD5, "${inside}/test" is not the published file of CIFAR-100: ` +
    "compare results only among runs on the same images",
  ]);
});
