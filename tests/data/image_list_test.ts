import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { listClassFolders, listsOfFolder } from "glmc/data/class_folders.ts";
import { parseImageList, readImageList } from "glmc/data/image_list.ts";
import { listHashes, recogniseList } from "glmc/data/known_list.ts";
import { type LargeSet, largeSets } from "glmc/data/large_sets.ts";
import { findLayout } from "glmc/data/list_layout.ts";
import { examineList } from "glmc/data/list_report.ts";
import { temporaryFolder } from "./disposables.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const parse = (text: string, options: { name?: string; classes?: number } = {}) =>
  parseImageList(encode(text), { name: "list.txt", ...options });
const filesOf = (text: string, options: { name?: string } = {}) => {
  const list = parse(text, options);
  return Array.from(list.labels, (label, row) => [list.path(row), label, list.place(row)]);
};

const expected = [["a/é 1.jpg", 0, "line 1"], ["b/my dog.jpg", 12, "line 2"]];

for (
  const [what, text] of [
    ["plain line ends", "a/é 1.jpg 0\nb/my dog.jpg 12\n"],
    ["no last line end", "a/é 1.jpg 0\nb/my dog.jpg 12"],
    ["line ends of Windows", "a/é 1.jpg 0\r\nb/my dog.jpg 12\r\n"],
    ["no last line end of Windows", "a/é 1.jpg 0\r\nb/my dog.jpg 12\r"],
    ["line ends of old Macs", "a/é 1.jpg 0\rb/my dog.jpg 12\r"],
    ["a byte order mark", "\ufeffa/é 1.jpg 0\nb/my dog.jpg 12\n"],
    ["tabs and spaces", "a/é 1.jpg\t0  \nb/my dog.jpg   12\n\n \n"],
  ] as const
) {
  Deno.test(`parseImageList() reads lines with ${what}`, () => {
    assertEquals(filesOf(text), expected);
  });
}

Deno.test("parseImageList() counts empty lines where it names one", () => {
  assertEquals(filesOf("\n\na.jpg 3\n"), [["a.jpg", 3, "line 3"]]);
});

Deno.test("parseImageList() reads tables, with labels or names of classes", () => {
  const table = 'label,note,path\n1,,"a, b.jpg"\n0,x,c.jpg\n';
  assertEquals(filesOf(table, { name: "my.CSV" }), [
    ["a, b.jpg", 1, "row 2"],
    ["c.jpg", 0, "row 3"],
  ]);
  const named = parse("path,label\r\na.jpg,dog\r\nb.jpg,cat\r\nc.jpg,dog\r\n", { name: "my.csv" });
  assertEquals([[...named.labels], named.classNames], [[1, 0, 1], ["cat", "dog"]]);
});

for (
  const [what, text, words, name] of [
    ["a line without label", "a.jpg 0\nb.jpg\n", 'line 2 is "b.jpg", which has no label'],
    ["a label alone", "a.jpg 0\n\n7\n", 'line 3 is "7", which has no label'],
    [
      "a label that is a fraction",
      "a.jpg 1.5\n",
      'line 1 is "a.jpg 1.5", whose label "1.5" is no class',
    ],
    ["a label below 0", "a.jpg -1\n", 'whose label "-1" is no class'],
    ["a label of many digits", "a.jpg 12345678901\n", 'whose label "12345678901" is no class'],
    ["nothing", "", "it names no images"],
    ["empty lines alone", "\n \n", "it names no images"],
    ["bytes of UTF-16", "a\0.\0j\0", "its text is not UTF-8"],
    ["a table without labels", "path,class\na,b\n", 'its first row is "path,class"', "a.csv"],
    ["a table without a path", "path,label\n,1\n", 'row 2 is ",1", without a path', "a.csv"],
    ["a table with a gap", "path,label\na.jpg,\n", 'row 2 is "a.jpg,", without a label', "a.csv"],
    [
      "a table with a number below 0",
      "path,label\na.jpg,0\nb.jpg,-1\n",
      'row 3 has label "-1", which is no class',
      "a.csv",
    ],
    [
      "a table of fractions",
      "path,label\na.jpg,0.0\nb.jpg,1.0\n",
      'row 2 has label "0.0", which is no class',
      "a.csv",
    ],
    ["a table with an open quote", 'path,label\n"a,1\n', "it is no table", "a.csv"],
    ["a table of its head", "path,label\n", "it names no images", "a.csv"],
  ] as const
) {
  Deno.test(`parseImageList() refuses ${what}, with the line and what it says`, () => {
    assertThrows(() => parse(text, { name: name ?? "list.txt" }), SyntaxError, words);
  });
}

Deno.test("parseImageList() refuses a label outside the classes, with its line", () => {
  const text = "a.jpg 0\n\nb.jpg 1000\n";
  assertThrows(
    () => parse(text, { classes: 1000 }),
    RangeError,
    'Cannot use the list "list.txt": line 3 has label 1000, outside 0 to 999',
  );
  assertEquals(parse(text, { classes: 1001 }).classes, 1001);
  assertEquals(parse(text).classes, 1001);
  for (const name of ["list.txt", "list.csv"]) {
    const slip = name === "list.txt"
      ? "a.jpg 0\nb.jpg 999999999\n"
      : "path,label\nb.jpg,999999999\n";
    assertThrows(
      () => parse(slip, { name }),
      RangeError,
      "2 has label 999999999, outside 0 to 999999",
    );
  }
});

Deno.test("parseImageList() takes labels of a table for names where one is a word", () => {
  const { classNames } = parse("path,label\na.jpg,7\nb.jpg,cat\n", { name: "my.csv" });
  assertEquals(classNames, ["7", "cat"]);
});

Deno.test("readImageList() names the file that is missing or damaged", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/train.txt`;
  await assertRejects(() => readImageList(path), Deno.errors.NotFound, path);
  Deno.writeFileSync(path, Uint8Array.of(0xff, 0xfe));
  await assertRejects(() => readImageList(path), SyntaxError, `Cannot use the list "${path}"`);
});

Deno.test("examineList() finds gaps, repetitions and contradictions", () => {
  const list = parse("a 0\nb 3\na 0\nc 3\nb 0\nA 0\n", { classes: 5 });
  assertEquals(examineList(list), {
    counts: [4, 0, 0, 2, 0],
    gaps: [1, 2, 4],
    repeated: [{ row: 2, first: 0 }, { row: 4, first: 1 }],
    contradictions: [{ row: 4, first: 1 }],
  });
});

Deno.test("a list of 437,513 images in 8,142 classes is read and examined in time", () => {
  const { images, classes } = largeSets.inat18;
  const lines = Array.from(
    { length: images },
    (_, i) =>
      `train_val2018/Plantae/${i % classes}/${String(i).padStart(32, "0")}.jpg ${i % classes}`,
  );
  const bytes = encode(lines.join("\n"));
  const start = performance.now();
  const list = parseImageList(bytes, { name: "iNaturalist18_train.txt", classes });
  const { counts, repeated } = examineList(list);
  const seconds = (performance.now() - start) / 1000;
  assertEquals([list.count, counts.length, repeated.length], [images, classes, 0]);
  // 0.4 s on a machine of two cores that others use; a loop in a loop takes minutes.
  assert(seconds < 2, `${seconds} s`);
});

Deno.test("recogniseList() knows a list by any of its hashes, whatever its line ends", () => {
  const text = "train/a.jpg 0\ntrain/b.jpg 1\n";
  const { md5, blob } = listHashes(encode(text));
  const none: LargeSet = { ...largeSets.inat18, lists: [] };
  const known = { part: "train", file: "tiny.txt", lines: 2 } as const;
  for (const hashes of [{ md5 }, { blob: blob.slice(0, 8) }, { md5, blob }]) {
    const sets = {
      imagenet_lt: none,
      places_lt: { ...none, lists: [{ ...known, hashes }] },
      inat18: none,
    };
    for (const same of [text, text.trimEnd(), text.replaceAll("\n", "\r\n")]) {
      assertEquals(recogniseList(encode(same), { sets })?.set, "places_lt");
    }
    assertEquals(recogniseList(encode(text.replace("1", "0")), { sets }), undefined);
  }
  assertEquals(recogniseList(encode(text)), undefined);
});

Deno.test("largeSets agrees with itself", () => {
  for (const { classes, shots, lists, images, largest, smallest } of Object.values(largeSets)) {
    assertEquals(shots.many + shots.medium + shots.few, classes);
    const train = lists.filter(({ part }) => part === "train");
    assert(train.length > 0 && train.every(({ lines }) => lines === images));
    assert(largest > 100 && smallest < 20);
    for (const { hashes } of lists) {
      assert(Object.keys(hashes).length > 0);
      for (const digits of Object.values(hashes)) assert(/^[0-9a-f]{8,64}$/.test(digits));
    }
  }
  const digits = Object.values(largeSets).flatMap(({ lists }) =>
    lists.flatMap(({ hashes }) => Object.values(hashes))
  );
  assertEquals(new Set(digits).size, digits.length);
});

function put(root: string, path: string): void {
  Deno.mkdirSync(`${root}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
  Deno.writeTextFileSync(`${root}/${path}`, "");
}

for (
  const [what, listed, there] of [
    ["as they are", "train/n01440764/n01440764_18.JPEG", undefined],
    ["a root one folder too deep", "train/cat/my dog.jpg", "cat/my dog.jpg"],
    [
      "validation images of ImageNet in one folder",
      "val/n01440764/ILSVRC2012_val_00000293.JPEG",
      "val/ILSVRC2012_val_00000293.JPEG",
    ],
    [
      "validation images of ImageNet at the root",
      "val/n01440764/ILSVRC2012_val_00000293.JPEG",
      "ILSVRC2012_val_00000293.JPEG",
    ],
    [
      "the letters of Places in the list",
      "data_256/a/apartment_building/outdoor/00000300.jpg",
      "train/apartment_building-outdoor/00000300.jpg",
    ],
    [
      "the letters of Places in the folder",
      "train/apartment_building-outdoor/00000300.jpg",
      "data_256/a/apartment_building/outdoor/00000300.jpg",
    ],
    [
      "the test classes of Places in the list",
      "val/apartment_building-outdoor/Places365_val_00000293.jpg",
      "val_256/Places365_val_00000293.jpg",
    ],
    [
      "validation images of Places in a folder of another name",
      "val_256/Places365_val_00000293.jpg",
      "val/Places365_val_00000293.jpg",
    ],
    [
      "validation images of Places in one folder, without their classes",
      "val/airfield/Places365_val_00000293.jpg",
      "val/Places365_val_00000293.jpg",
    ],
    ["paths of Windows", "train\\cat\\my dog.jpg", "train/cat/my dog.jpg"],
    ["the letters of Places in both", "data_256/a/airfield/1.jpg", undefined],
    ["a root above train_val2018", "Plantae/7477/3b60.jpg", "train_val2018/Plantae/7477/3b60.jpg"],
  ] as const
) {
  Deno.test(`findLayout() finds images: ${what}`, async () => {
    using folder = temporaryFolder();
    put(folder.path, there ?? listed);
    const list = parse(`none/missing.jpg 0\n${listed} 0\n`);
    const { place } = await findLayout(list, folder.path);
    assertEquals(place(listed), there ?? listed);
  });
}

Deno.test("findLayout() says what it looked for where nothing is there", async () => {
  using folder = temporaryFolder();
  const list = parse("train/cat/1.jpg 0\n");
  await assertRejects(
    () => findLayout(list, folder.path),
    Deno.errors.NotFound,
    `Cannot find the images of "list.txt" in "${folder.path}": of 1 file looked for none ` +
      'is there, such as "train/cat/1.jpg" or "cat/1.jpg" of line 1: pass the folder',
  );
  const absolute = parse("/images/cat/1.jpg 0\n");
  await assertRejects(
    () => findLayout(absolute, folder.path),
    Deno.errors.NotFound,
    "its paths are absolute: pass --root /",
  );
});

Deno.test("listsOfFolder() makes lists of class folders", async () => {
  using folder = temporaryFolder();
  for (
    const path of ["train/dog/1.png", "train/cat/1.png", "train/cat/notes.md", "test/cat/2.jpg"]
  ) {
    put(folder.path, path);
  }
  const { train, test } = listsOfFolder(folder.path, await listClassFolders(folder.path));
  assertEquals([train.count, [...train.labels], train.path(1)], [2, [0, 1], "train/dog/1.png"]);
  assertEquals([test.count, test.classNames], [1, ["cat", "dog"]]);
  assertEquals(examineList(test).gaps, [1]);
});
