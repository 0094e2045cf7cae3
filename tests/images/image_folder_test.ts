import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { dirname, join } from "node:path";
import { readImageFolder } from "../../lib/images/image_folder.ts";
import { configure } from "../../lib/experiment/config.ts";
import { beginRun } from "../../lib/experiment/run.ts";
import { openRunStore } from "../../lib/experiment/run_store.ts";
import { encode } from "fast-png";
import { assertNoLeak } from "../assertions.ts";
import { temporaryFolder } from "../data/disposables.ts";
import { testEngine } from "../engine.ts";
import { expectedPictures, picture } from "./decode/pictures.ts";

const engine = await testEngine();
const text = (words: string) => new TextEncoder().encode(words);

/** A PNG of one colour. */
function plain(color: number, { width = 4, height = 4 } = {}): Uint8Array {
  const data = new Uint8Array(width * height * 3).map((_, i) => color + 20 * (i % 3));
  return encode({ width, height, channels: 3, data });
}

/** Two classes, of two and one training images and one test image each. */
function small(): Record<string, Uint8Array | null> {
  return {
    "train/cat/1.png": plain(1),
    "train/cat/2.png": plain(2),
    "train/dog/1.png": plain(3),
    "test/cat/1.png": plain(4),
    "test/dog/1.png": plain(5),
  };
}

/** A folder with these files, which vanishes with its owner; null makes a folder. */
function folderOf(files: Record<string, Uint8Array | null>): ReturnType<typeof temporaryFolder> {
  const folder = temporaryFolder();
  write(folder.path, files);
  return folder;
}

function write(folder: string, files: Record<string, Uint8Array | null>): void {
  for (const [path, bytes] of Object.entries(files)) {
    const whole = join(folder, path);
    Deno.mkdirSync(bytes === null ? whole : dirname(whole), { recursive: true });
    if (bytes !== null) Deno.writeFileSync(whole, bytes);
  }
}

Deno.test("a folder becomes two image sets, in the order of names", async () => {
  using folder = folderOf(small());
  await assertNoLeak(engine, async () => {
    const { name, train, test, files, notes, std } = await readImageFolder(folder.path);
    assertEquals(name, "own");
    assertEquals(train.classNames, ["cat", "dog"]);
    assertEquals([...train.labels], [0, 0, 1]);
    assertEquals([...test.labels], [0, 1]);
    assertEquals([train.height, train.width, train.channels], [4, 4, 3]);
    assertEquals([0, 48, 96].map((at) => train.images[at]), [1, 2, 3]);
    assertEquals([0, 48].map((at) => test.images[at]), [4, 5]);
    assertEquals(files.train, ["train/cat/1.png", "train/cat/2.png", "train/dog/1.png"]);
    assertEquals(notes, []);
    assert(std.every((value) => value > 0));
  });
});

Deno.test("classes can be ordered from many images to few", async () => {
  using folder = folderOf({
    ...small(),
    "train/dog/2.png": plain(6),
    "train/dog/3.png": plain(7),
    "train/eel/1.png": plain(8),
    "train/eel/2.png": plain(9),
    "test/eel/1.png": plain(10),
  });
  const { train, test } = await readImageFolder(folder.path, { classOrder: "count" });
  assertEquals(train.classNames, ["dog", "cat", "eel"]);
  assertEquals([...train.labels], [1, 1, 0, 0, 0, 2, 2]);
  assertEquals([...test.labels], [1, 0, 2]);
  assertEquals(test.classNames, train.classNames);
});

Deno.test("every format is read by its content, whatever its name says", async () => {
  const files = {
    "train/a/PHOTO.PNG": picture("rgb.png"),
    "train/a/jpeg among.png": picture("small.jpg"),
    "train/a/no ending": picture("plain.gif"),
    "train/b/a.jpg": picture("rgb.bmp"),
    "train/b/b.JPeG": picture("lossless.webp"),
    "train/b/c.txt": picture("palette_8.png"),
    "test/a/a.png": picture("interlaced.png"),
  };
  using folder = folderOf(files);
  const { train } = await readImageFolder(folder.path);
  const size = 7 * 9 * 3;
  const at = (row: number) => train.images.slice(row * size, (row + 1) * size);
  assertEquals(at(0), expectedPictures["rgb.png"]!.pixels);
  assertEquals(at(1), expectedPictures["small.jpg"]!.pixels);
  assertEquals(at(2), expectedPictures["plain.gif"]!.pixels);
  assertEquals(at(3), expectedPictures["rgb.bmp"]!.pixels);
  assertEquals(at(4), expectedPictures["lossless.webp"]!.pixels);
  assertEquals(at(5), expectedPictures["palette_8.png"]!.pixels);
});

Deno.test("what is no image is left out with a word, and counted", async () => {
  using folder = folderOf({
    ...small(),
    "README.txt": text("about"),
    "train/README.txt": text("about"),
    "train/.hidden/1.png": plain(9),
    "train/__MACOSX/1.png": plain(9),
    "train/cat/Thumbs.db": text("\0\0"),
    "train/cat/.DS_Store": text("\0"),
    "train/cat/._1.png": text("\0"),
    "train/cat/1.png~": plain(9),
    "train/cat/2.png.bak": plain(9),
    "train/cat/desktop.ini": text("[x]"),
    "train/cat/labels.csv": text("1,2"),
    "train/dog/notes.md": text(""),
    "train/dog/empty": null,
    "train/dog/.ipynb_checkpoints/1.png": plain(9),
  });
  const { train, notes } = await readImageFolder(folder.path);
  assertEquals([...train.labels], [0, 0, 1]);
  assertEquals([0, 48, 96].map((at) => train.images[at]), [1, 2, 3]);
  assertEquals(notes, [
    "9 files or folders were left out (hidden or left by a program), such as train/.hidden.",
    "train/README.txt was left out (beside the folders of the classes).",
    "train/dog/empty was left out (empty).",
    "2 files or folders were left out (no image), such as train/cat/labels.csv.",
  ]);
});

Deno.test("images that are there twice are kept and said", async () => {
  using folder = folderOf({
    ...small(),
    "train/cat/3.png": plain(1),
    "train/dog/2.png": plain(2),
    "test/dog/2.png": plain(3),
  });
  const { train, notes } = await readImageFolder(folder.path);
  assertEquals(train.labels.length, 5);
  assertEquals(notes, [
    "Test images that are also trained on: 1, such as test/dog/2.png and train/dog/1.png.",
    "Images that are in two classes: 1, such as train/dog/2.png and train/cat/2.png.",
    "Images that are twice in a class: 1, such as train/cat/3.png and train/cat/1.png.",
  ]);
});

Deno.test("spaces, accents and other scripts in names are kept", async () => {
  using folder = folderOf({
    "train/grüne Katze/Bild 1.png": plain(1),
    "train/猫/一.png": plain(2),
    // Accents as letters of their own, as some systems store them.
    "test/gru\u0308ne Katze/1.png": plain(3),
    "test/猫/%20#?.png": plain(4),
  });
  const { train, test, files } = await readImageFolder(folder.path);
  assertEquals(train.classNames, ["grüne Katze", "猫"]);
  assertEquals([...test.labels], [0, 1]);
  assertEquals(files.train[0], "train/grüne Katze/Bild 1.png");
});

Deno.test("links are followed", async () => {
  using elsewhere = folderOf({ "pictures/1.png": plain(7) });
  using folder = folderOf(small());
  Deno.symlinkSync(join(elsewhere.path, "pictures"), join(folder.path, "train/eel"));
  Deno.symlinkSync(join(elsewhere.path, "pictures/1.png"), join(folder.path, "train/dog/2.png"));
  const { train } = await readImageFolder(folder.path);
  assertEquals(train.classNames, ["cat", "dog", "eel"]);
  assertEquals([...train.labels], [0, 0, 1, 1, 2]);
});

Deno.test("images of several sizes are brought to one where a side is given", async () => {
  using folder = folderOf({
    ...small(),
    "train/cat/3.png": plain(9, { width: 9, height: 5 }),
    "train/dog/2.png": plain(10, { width: 2, height: 3 }),
  });
  const { train, test } = await readImageFolder(folder.path, { side: 4 });
  assertEquals([train.height, train.width, test.height], [4, 4, 4]);
  assertEquals([...train.images.slice(2 * 48, 2 * 48 + 3)], [9, 29, 49]);
  for (const side of [0, 1.5, NaN]) {
    await assertRejects(() => readImageFolder(folder.path, { side }), RangeError, "a whole number");
  }
});

Deno.test("progress reaches the number of files", async () => {
  using folder = folderOf(small());
  const steps: string[] = [];
  await readImageFolder(folder.path, {
    onProgress: ({ label, done, total, unit }) => steps.push(`${label} ${done}/${total} ${unit}`),
  });
  assertEquals(steps, ["Reading images 5/5 files"]);
});

const half = (name: string) => ({ [name]: plain(0).slice(0, 40) });
const refused: [
  string,
  (folder: string) => Record<string, Uint8Array | null> | void,
  new (...words: string[]) => Error,
  string,
][] = [
  [
    "a truncated file",
    () => half("train/cat/3.png"),
    SyntaxError,
    '"train/cat/3.png": it ends too early',
  ],
  [
    "an empty file",
    () => ({ "train/cat/3.jpg": text("") }),
    TypeError,
    '"train/cat/3.jpg": it is empty',
  ],
  [
    "a text named as an image",
    () => ({ "test/dog/2.webp": text("404") }),
    TypeError,
    'begins with "404"',
  ],
  ["a TIFF", () => ({ "train/cat/3.tif": text("II*\0") }), TypeError, "it is a TIFF image"],
  [
    "two faults",
    () => ({ ...half("test/cat/2.png"), ...half("train/cat/3.png") }),
    SyntaxError,
    "Cannot read 2 of 7 files",
  ],
  [
    "a larger image",
    () => ({ "train/dog/2.png": plain(1, { width: 5 }) }),
    RangeError,
    "train/dog/2.png has 5 x 4 pixels",
  ],
  [
    "a larger test image",
    () => ({ "test/dog/2.png": plain(1, { height: 5 }) }),
    RangeError,
    "give a side",
  ],
  [
    "an empty class",
    () => ({ "train/eel": null }),
    RangeError,
    "train/eel is a class without images",
  ],
  [
    "a class of texts",
    () => ({ "train/eel/a.txt": text("a") }),
    RangeError,
    "train/eel is a class without images",
  ],
  [
    "a class that is only tested",
    () => ({ "test/eel/1.png": plain(9) }),
    RangeError,
    "test/eel is a class without training",
  ],
  [
    "a folder within a class",
    () => ({ "train/cat/old/1.png": plain(9) }),
    RangeError,
    "train/cat/old is a folder within a class",
  ],
  [
    "a class twice",
    () => ({ "train/\u00e9/1.png": plain(8), "train/e\u0301/1.png": plain(9) }),
    RangeError,
    'two classes "\u00e9"',
  ],
  [
    "a link to nowhere",
    (folder) => Deno.symlinkSync("none.png", join(folder, "train/cat/3.png")),
    Error,
    "train/cat/3.png",
  ],
  [
    "a class that leads nowhere",
    (folder) => Deno.symlinkSync("none", join(folder, "train/eel")),
    Deno.errors.NotFound,
    "train/eel is a link that leads nowhere",
  ],
  [
    "a class under two names",
    (folder) => Deno.symlinkSync("cat", join(folder, "train/kitty")),
    RangeError,
    "are the same folder",
  ],
  [
    "test as a link to train",
    (folder) => {
      Deno.removeSync(join(folder, "test"), { recursive: true });
      Deno.symlinkSync("train", join(folder, "test"));
    },
    RangeError,
    "are the same folder",
  ],
  [
    "no test folder",
    (folder) => Deno.renameSync(join(folder, "test"), join(folder, "val")),
    Deno.errors.NotFound,
    'there is no folder "test" in it, only train, val',
  ],
  [
    "a test folder without images",
    (folder) => {
      Deno.removeSync(join(folder, "test/cat/1.png"));
      Deno.removeSync(join(folder, "test/dog/1.png"));
    },
    RangeError,
    "there are no images in test",
  ],
  [
    "a train folder without classes",
    (folder) => {
      Deno.removeSync(join(folder, "train"), { recursive: true });
      Deno.mkdirSync(join(folder, "train"));
    },
    RangeError,
    "there are no classes in train",
  ],
];

for (const [what, change, kind, words] of refused) {
  Deno.test(`refused by name: a folder with ${what}`, async () => {
    using folder = folderOf(small());
    write(folder.path, change(folder.path) ?? {});
    const error = await assertRejects(() => readImageFolder(folder.path), kind, words);
    assertMatch(error.message, /^Cannot (?:use|read) .*: .*: /);
  });
}

Deno.test("a folder that is not there, or is a file, is refused by name", async () => {
  using folder = folderOf({ "file.zip": text("PK") });
  for (const path of ["none", "file.zip"].map((name) => join(folder.path, name))) {
    await assertRejects(() => readImageFolder(path), Deno.errors.NotFound, path);
  }
});

Deno.test("images that are all of one colour are refused in words", async () => {
  const white = encode({ width: 4, height: 4, channels: 3, data: new Uint8Array(48).fill(255) });
  using folder = folderOf({
    "train/a/1.png": white,
    "train/b/1.png": white,
    "test/a/1.png": white,
  });
  await assertRejects(
    () => readImageFolder(folder.path),
    RangeError,
    "every pixel of all 2 is the same, (255, 255, 255)",
  );
});

Deno.test("a class without test images is said, and trained on", async () => {
  using folder = folderOf({
    ...Object.fromEntries([0, 1, 2].flatMap((label) =>
      Array.from({ length: 4 }, (_, n) => [
        `train/${label}/${n}.png`,
        plain(60 * label + 10 * n, { width: 8, height: 8 }),
      ])
    )),
    "test/0/1.png": plain(5, { width: 8, height: 8 }),
    "test/1/1.png": plain(65, { width: 8, height: 8 }),
  });
  const dataset = await readImageFolder(folder.path);
  assertEquals(dataset.notes, ["No test images, so that their accuracy stays unknown: 2."]);
  const config = configure({
    ...{ dataset: "own", classes: 3, profile: "given", width: 1, epochs: 1, batchSize: 6 },
  });
  using run = await beginRun({
    config,
    engine,
    dataset,
    store: openRunStore(`${folder.path}/runs`),
  });
  for await (const event of run.events()) {
    if (event.type === "epoch") assertEquals(event.record.evaluation.classAccuracy[2], null);
  }
});

Deno.test("a thousand files, read many at a time, stay in their order", async () => {
  using folder = folderOf(small());
  const count = 1000;
  for (let n = 0; n < count; n++) {
    const data = new Uint8Array(48).fill(n % 251).fill(n >> 8, 0, 1);
    const file = `${folder.path}/train/cat/a${String(n).padStart(4, "0")}.png`;
    Deno.writeFileSync(file, encode({ width: 4, height: 4, channels: 3, data }));
    // Left out, so that those behind them move up.
    if (n % 100 === 0) Deno.writeTextFileSync(`${file}.txt`, "");
  }
  let reports = 0;
  const { train, files } = await readImageFolder(folder.path, { onProgress: () => reports++ });
  assertEquals(files.train.length, count + 3);
  assert(reports >= 10 && reports < count / 10, `${reports} reports`);
  const cats = files.train.flatMap((path, row) => path.startsWith("train/cat/a") ? [row] : []);
  for (const [n, row] of cats.entries()) {
    const [first, second] = train.images.subarray(48 * row, 48 * row + 2);
    assertEquals([first, second], [n >> 8, n % 251]);
  }
});
