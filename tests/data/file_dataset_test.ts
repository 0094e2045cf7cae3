import { assert, assertEquals, assertRejects } from "@std/assert";
import { openFileDataset, type OpenFileDatasetOptions } from "glmc/data/file_dataset.ts";
import type { FileDatasetName } from "glmc/data/file_datasets.ts";
import { writeTinyImageNet } from "../tiny_imagenet.ts";
import { temporaryFolder } from "./disposables.ts";

/** Empty files, whose names are all that counts before images are read. */
function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    const place = `${folder}/${path}`;
    Deno.mkdirSync(place.slice(0, place.lastIndexOf("/")), { recursive: true });
    Deno.writeTextFileSync(place, text);
  }
}

const empty = (...paths: readonly string[]): Record<string, string> =>
  Object.fromEntries(paths.map((path) => [path, ""]));

const pathsOf = (
  { list, place }: {
    list: { count: number; path: (row: number) => string };
    place: (path: string) => string;
  },
) => Array.from({ length: list.count }, (_, row) => place(list.path(row)));

Deno.test("openFileDataset() reads a large set by its lists, and says that they are not the published ones", async () => {
  using folder = temporaryFolder();
  const { root, trainList, testList } = writeTinyImageNet(folder.path, [
    3,
    2,
    ...Array(998).fill(1),
  ]);
  const dataset = await openFileDataset("imagenet_lt", {
    folder: root,
    trainList,
    testList,
    side: 32,
  });

  assertEquals([dataset.train.list.count, dataset.test.list.count], [1003, 1000]);
  assertEquals(dataset.classNames.slice(0, 2), ["n00000000", "n00000001"]);
  assertEquals(pathsOf(dataset.test)[0], "val/ILSVRC2012_val_00000001.JPEG");
  assertEquals(dataset.notes.filter((note) => note.includes("not the published list")).length, 2);
  assert(dataset.notes.some((note) => note.includes("without the folders of the classes")));

  // Where the files lie says nothing of what they are.
  Deno.renameSync(root, `${folder.path}/moved`);
  const moved = await openFileDataset("imagenet_lt", {
    folder: `${folder.path}/moved`,
    trainList,
    testList,
  });
  assertEquals([moved.train.hash, moved.test.hash], [dataset.train.hash, dataset.test.hash]);
});

for (
  const [what, files, expected] of [
    ["train and test", empty("train/a/1.jpg", "train/b/1.jpg", "test/a/2.jpg"), [2, 1]],
    ["train and val", empty("train/a/1.jpg", "train/b/1.jpg", "val/b/2.jpg"), [2, 1]],
    ["train alone", empty("train/a/1.jpg", "train/a/2.jpg", "train/b/1.jpg"), [2, 1]],
    ["classes alone", empty("a/1.jpg", "a/2.jpg", "a/3.jpg", "b/1.jpg", "b/2.jpg"), [3, 2]],
  ] as [string, Record<string, string>, number[]][]
) {
  Deno.test(`openFileDataset() reads class folders: ${what}`, async () => {
    using folder = temporaryFolder();
    write(folder.path, files);
    const { classNames, train, test } = await openFileDataset("folder", { folder: folder.path });
    assertEquals(classNames, ["a", "b"]);
    assertEquals([train.list.count, test.list.count], expected);
    const all = [...pathsOf(train), ...pathsOf(test)];
    assertEquals(all.sort(), Object.keys(files).sort());
  });
}

Deno.test("openFileDataset() holds a share of each class out, by the seed", async () => {
  using folder = temporaryFolder();
  write(folder.path, empty(...Array.from({ length: 20 }, (_, i) => `a/${i}.jpg`), "b/only.jpg"));
  const open = (options: OpenFileDatasetOptions) =>
    openFileDataset("folder", { folder: folder.path, ...options });
  const [first, again, other] = [
    await open({}),
    await open({}),
    await open({ splitSeed: 1 }),
  ];
  assertEquals(first.test.list.count, 4);
  assertEquals(pathsOf(again.test), pathsOf(first.test));
  assert(`${pathsOf(other.test)}` !== `${pathsOf(first.test)}`);
  assert(
    first.notes.some((note) => note.includes("no test images of class 1 (b)")),
    `${first.notes}`,
  );
  assertEquals((await open({ testShare: 0.5 })).test.list.count, 10);
});

Deno.test("openFileDataset() reads tables, whose names of classes decide in both", async () => {
  using folder = temporaryFolder();
  write(folder.path, {
    ...empty("x/1.jpg", "x/2.jpg", "x/3.jpg"),
    "train.csv": "path,label\nx/1.jpg,dog\nx/2.jpg,cat\n",
    "test.csv": "path,label\nx/3.jpg,dog\n",
    "numbers.csv": "path,label\nx/3.jpg,1\n",
    "other.csv": "path,label\nx/3.jpg,owl\n",
  });
  const list = (name: string): string => `${folder.path}/${name}.csv`;
  const open = (test: string) =>
    openFileDataset("folder", {
      folder: folder.path,
      trainList: list("train"),
      testList: list(test),
    });
  const { train, test, classNames } = await open("test");
  assertEquals([classNames, [...train.labels], [...test.labels]], [["cat", "dog"], [1, 0], [1]]);
  await assertRejects(() => open("numbers"), RangeError, "names, those of");
  await assertRejects(() => open("other"), RangeError, 'row 2 is of class "owl"');
});

const lists = { trainList: "train.txt", testList: "test.txt" };
const good = { "train.txt": "a/1.jpg 0\na/2.jpg 1\n", "test.txt": "a/1.jpg 0\n", "a/1.jpg": "" };

for (
  const [what, name, options, files, words] of [
    ["no folder", "folder", { folder: undefined }, {}, "pass it with --root"],
    ["a folder that is not there", "folder", { folder: "none" }, {}, "there is no folder"],
    ["a file for a folder", "folder", { folder: "a/1.jpg" }, good, "is no folder"],
    ["no training list", "inat18", {}, good, "pass iNaturalist18_train.txt with --dir_train_txt"],
    ["no test list", "inat18", { trainList: "train.txt" }, good, "pass iNaturalist18_val.txt with"],
    ["a test list alone", "folder", { testList: "test.txt" }, good, "--dir_train_txt"],
    ["a list that is not there", "folder", { trainList: "x.txt" }, good, "there is no such file"],
    [
      "a label out of range",
      "places_lt",
      lists,
      { ...good, "train.txt": "a/1.jpg 0\na/2.jpg 365\n" },
      "line 2 has label 365, outside 0 to 364",
    ],
    ["classes without images", "places_lt", lists, good, "has no images of 363 classes, such as 2"],
    [
      "a test label beyond the training classes",
      "folder",
      lists,
      { ...good, "test.txt": "a/1.jpg 2\n" },
      "line 1 has label 2, outside 0 to 1",
    ],
    [
      "a root without the images",
      "folder",
      lists,
      { ...good, "train.txt": "b/1.jpg 0\nb/2.jpg 1\n" },
      "pass the folder that they lie below with --root",
    ],
    ["no classes", "folder", {}, {}, "there are no classes"],
    [
      "another number of classes than there are folders",
      "folder",
      { classes: 3 },
      empty("a/1.jpg", "a/2.jpg", "b/1.jpg"),
      "with --num_classes 3: there are 2 classes in",
    ],
    [
      "another number of classes than there are names",
      "folder",
      { trainList: "train.csv", classes: 1 },
      { ...empty("1.jpg"), "train.csv": "path,label\n1.jpg,cat\n1.jpg,cat\n1.jpg,dog\n" },
      "with --num_classes 1: there are 2 classes in",
    ],
    [
      "no images",
      "folder",
      {},
      empty("a/readme.txt"),
      "a is a class without images by their names",
    ],
  ] as readonly (readonly [
    string,
    FileDatasetName,
    OpenFileDatasetOptions,
    Readonly<Record<string, string>>,
    string,
  ])[]
) {
  Deno.test(`openFileDataset() refuses ${what}`, async () => {
    using folder = temporaryFolder();
    write(folder.path, files);
    const inFolder = Object.fromEntries(
      Object.entries(options).map(([key, value]) => [
        key,
        typeof value === "string" ? `${folder.path}/${value}` : value,
      ]),
    );
    await assertRejects(
      () => openFileDataset(name, { folder: folder.path, ...inFolder }),
      Error,
      words,
    );
  });
}
