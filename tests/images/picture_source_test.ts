import { assert, assertEquals, assertNotEquals, assertRejects, assertThrows } from "@std/assert";
import type { PictureFault, PictureFiles } from "../../lib/data/picture_files.ts";
import { randomStream } from "../../lib/data/random.ts";
import { middleFrame } from "../../lib/images/augment/framing.ts";
import { imageNetRecipe } from "../../lib/images/augment/recipe.ts";
import { decodeImage } from "../../lib/images/decode/decode.ts";
import { pictureSource, type PictureSourceOptions } from "../../lib/images/picture_source.ts";
import { type MakeView, openImage } from "../../lib/images/pictures/make_view.ts";
import { joinPicturePool } from "../../lib/images/pictures/pool.ts";
import { plannedChange, plannedFrame } from "../../lib/images/pictures/task.ts";
import type { AugmentPlan } from "../../lib/images/augment/draw.ts";
import type { NamedArrays } from "../../lib/data/plan.ts";
import { initialProgress, trainEpochs } from "../../lib/train/loop.ts";
import type { TrainEvent } from "../../lib/train/events.ts";
import type { Binding } from "../../lib/tensor/binding.ts";
import type { TensorBackend } from "../../lib/tensor/compile.ts";
import { disposeTensors } from "../../lib/tensor/named_tensors.ts";
import { tf } from "../../lib/tensor/tfjs.ts";
import { assertNoLeak } from "../assertions.ts";
import { temporaryFolder } from "../data/disposables.ts";
import { testEngine } from "../engine.ts";
import { readCheckpoint, smallTraining, writeCheckpoint } from "../train/small_training.ts";
import { expectedPictures, picture } from "./decode/pictures.ts";
import { writeJpeg } from "../../lib/bench/jpeg_files.ts";

const engine = await testEngine();
// Keeps the threads from starting anew in every test.
let pool = joinPicturePool();
const side = 12;
const recipe = { ...imageNetRecipe, side, testResize: 14 };
const fixtures = decodeURIComponent(new URL("../fixtures/pictures", import.meta.url).pathname);

function filesOf(folder: string, names: readonly string[], labels?: Int32Array): PictureFiles {
  const where = (row: number) => `line ${row + 1} of "train.txt"`;
  const path = (row: number) => names[row]!;
  return { folder, count: names.length, path, where, ...(labels && { labels }) };
}

/** The bytes that a source prepares for some rows, view after view. */
async function preparedBytes(
  files: PictureFiles,
  { rows, cuts, ...options }: Partial<PictureSourceOptions> & {
    readonly rows: readonly number[];
    readonly cuts?: NamedArrays | undefined;
  },
): Promise<Uint8Array[]> {
  const source = pictureSource(files, { recipe, ...options });
  try {
    const plan = { rows: Int32Array.from(rows), ...(cuts && { cuts }) };
    const { pictures } = await source.prepare(plan) as { pictures: tf.Tensor };
    const backend = tf.backend() as unknown as TensorBackend & { readonly binding: Binding };
    const [id] = backend.getInputTensorIds([pictures]);
    const bytes = backend.binding.tensorDataSync(id!) as Uint8Array;
    pictures.dispose();
    const viewBytes = bytes.length / rows.length;
    return rows.map((_, i) => bytes.slice(i * viewBytes, (i + 1) * viewBytes));
  } finally {
    source.dispose();
  }
}

function draw(views: number, seed = 1): AugmentPlan {
  const source = pictureSource(filesOf(fixtures, ["rgb.png"]), { recipe });
  source.dispose();
  return source.draw(randomStream(seed, "augment", 0), views) as AugmentPlan;
}

/** Views one by one, of the pixels of the whole image. */
async function viewer(path: string): Promise<MakeView> {
  const { pixels, height, width } = await decodeImage(await Deno.readFile(path), path);
  return openImage({ height, width, copyInto: (target) => target.set(pixels) });
}

Deno.test("a picture of every kind shows its middle as Pillow reads it", async () => {
  // Pillow cuts values of 16 bits off; see the tests of decodeImage.
  const names = Object.keys(expectedPictures).filter((name) => name !== "grey_16.png");
  const views = await preparedBytes(filesOf(fixtures, names), { rows: [...names.keys()] });
  for (const [i, name] of names.entries()) {
    const { height, width, pixels } = expectedPictures[name]!;
    const makeView = openImage({ height, width, copyInto: (target) => target.set(pixels) });
    const expected = makeView(middleFrame({ height, width }, { side, resize: 14 }), { side });
    const off = Math.max(...expected.map((level, at) => Math.abs(level - views[i]![at]!)));
    assert(off <= (name === "black_ink.jpg" ? 1 : 0), `${name}: ${off}`);
  }
});

Deno.test("windows are those of the whole image, and views do not depend on what is made beside", async () => {
  using folder = temporaryFolder();
  const names = ["a.jpg", "b.jpg", "tall.jpg"];
  writeJpeg(`${folder.path}/a.jpg`, 1, { height: 75, width: 100 });
  writeJpeg(`${folder.path}/b.jpg`, 2, { height: 61, width: 43, progressive: true });
  writeJpeg(`${folder.path}/tall.jpg`, 3, { height: 90, width: 17 });
  const files = filesOf(folder.path, names);
  const rows = Array.from({ length: 24 }, (_, i) => i % 3);
  const cuts = draw(rows.length);
  const views = await preparedBytes(files, { rows, cuts });
  assertEquals(await preparedBytes(files, { rows, cuts }), views);
  assertNotEquals(await preparedBytes(files, { rows, cuts: draw(rows.length, 2) }), views);
  assertEquals(new Set(views.map((view) => view.join())).size, views.length);
  for (const [place, row] of rows.entries()) {
    const path = `${folder.path}/${names[row]}`;
    const { height, width } = await decodeImage(await Deno.readFile(path), path);
    const makeView = await viewer(path);
    const frame = plannedFrame({ height, width }, place, { plan: cuts, recipe });
    const view = makeView(frame, { side, change: plannedChange(cuts, place) });
    assertEquals(views[place], view, `view ${place} of ${names[row]}`);
  }
});

Deno.test("the bits are the same on one thread as on many", async () => {
  const names = ["quarter_color.jpg", "rgb.png", "turned_6.jpg", "plain.gif", "lossy.webp"];
  const rows = Array.from({ length: 20 }, (_, i) => i * 3 % names.length);
  const cuts = draw(rows.length);
  const cores = Object.getOwnPropertyDescriptor(navigator, "hardwareConcurrency") ??
    Object.getOwnPropertyDescriptor(Object.getPrototypeOf(navigator), "hardwareConcurrency")!;
  const outcomes = [];
  pool[Symbol.dispose]();
  for (const value of [1, 3]) {
    Object.defineProperty(navigator, "hardwareConcurrency", { value, configurable: true });
    outcomes.push(await preparedBytes(filesOf(fixtures, names), { rows, cuts }));
  }
  Object.defineProperty(navigator, "hardwareConcurrency", cores);
  pool = joinPicturePool();
  assertEquals(outcomes[0], outcomes[1]);
});

Deno.test("views are normalised, one tensor for each group, and nothing is left behind", async () => {
  await assertNoLeak(engine, async () => {
    const source = pictureSource(filesOf(fixtures, ["rgb.png"]), { recipe });
    const rows = new Int32Array(4);
    const step = { rows: tf.tensor1d(rows, "int32"), prepared: await source.prepare({ rows }) };
    const views = tf.tidy(() => source.views({ ...step, groups: 2 }));
    assertEquals(views.map(({ shape }) => shape), [[2, side, side, 3], [2, side, side, 3]]);
    const [bytes] = await preparedBytes(filesOf(fixtures, ["rgb.png"]), { rows: [0] });
    const expected = Float32Array.from(
      bytes!,
      (level, i) => (level / 255 - recipe.mean[i % 3]!) / recipe.std[i % 3]!,
    );
    const values = views[1]!.dataSync().subarray(0, bytes!.length);
    assert(values.every((value, i) => Math.abs(value - expected[i]!) < 1e-5));
    disposeTensors({ step, views: { first: views[0]!, second: views[1]! } });
    source.dispose();
  });
});

/** A folder with two good pictures and every kind of bad one. */
function badFolder(): Disposable & { readonly path: string } {
  const folder = temporaryFolder();
  const put = (name: string, bytes: Uint8Array) =>
    Deno.writeFileSync(`${folder.path}/${name}`, bytes);
  put("good.jpg", picture("rgb.jpg"));
  put("other.jpg", picture("quarter_color.jpg"));
  put("png.jpg", picture("rgb.png"));
  put("cut.jpg", picture("small.jpg").subarray(0, picture("small.jpg").length * 0.7));
  put("page.jpg", new TextEncoder().encode("<html>404 Not Found</html>"));
  put("empty.jpg", new Uint8Array());
  Deno.mkdirSync(`${folder.path}/folder.jpg`);
  Deno.symlinkSync("loop.jpg", `${folder.path}/loop.jpg`);
  return folder;
}

const bad: Record<
  string,
  { readonly kind: string; readonly says: string; readonly error: new (message?: string) => Error }
> = {
  "none.jpg": { kind: "missing", says: "there is no such file", error: Deno.errors.NotFound },
  "cut.jpg": { kind: "damaged", says: "it ends too early", error: SyntaxError },
  "page.jpg": { kind: "no image", says: 'a text that begins with "<html>404', error: TypeError },
  "empty.jpg": { kind: "no image", says: "it is empty", error: TypeError },
  "folder.jpg": { kind: "unreadable", says: "it is a folder", error: Error },
  "loop.jpg": { kind: "unreadable", says: "leads back to itself", error: Error },
};

for (const [name, { kind, says, error }] of Object.entries(bad)) {
  Deno.test(`${name} stops a training with its path and line, or is skipped`, async () => {
    using folder = badFolder();
    const names = ["good.jpg", "other.jpg", name];
    const reason = await assertRejects(
      () => preparedBytes(filesOf(folder.path, names), { rows: [0, 1, 2, 2] }),
      error,
    );
    for (const part of [`${name}" (line 3 of "train.txt")`, says]) {
      assert(reason.message.includes(part), `${reason.message} lacks ${part}`);
    }
    const faults: PictureFault[] = [];
    const views = await preparedBytes(filesOf(folder.path, names, Int32Array.of(1, 0, 1)), {
      rows: [0, 1, 2, 2],
      onBadImage: "skip",
      onSkip: (fault) => faults.push(fault),
    });
    assertEquals(faults.map(({ row, path, kind }) => ({ row, path, kind })), [
      { row: 2, path: name, kind },
    ]);
    const advice = ", or show another image of its class instead: --on_bad_image skip";
    assertEquals(reason.message, faults[0]!.message + advice);
    // After the last one comes the first of its class.
    assertEquals([views[2], views[3]], [views[0], views[0]]);
    assertNotEquals(views[1], views[0]);
  });
}

Deno.test("a picture of another format under .jpg is read as what it is", async () => {
  using folder = badFolder();
  const [named] = await preparedBytes(filesOf(folder.path, ["png.jpg"]), { rows: [0] });
  const [plain] = await preparedBytes(filesOf(fixtures, ["rgb.png"]), { rows: [0] });
  assertEquals(named, plain);
});

Deno.test("an image is replaced by the same one however often and in whatever step it is met", async () => {
  using folder = badFolder();
  const names = ["good.jpg", "cut.jpg", "page.jpg", "other.jpg"];
  const files = filesOf(folder.path, names, new Int32Array(4));
  let skipped = 0;
  const source = pictureSource(files, { recipe, onBadImage: "skip", onSkip: () => skipped++ });
  const cuts = draw(2);
  for (const rows of [[1, 2], [2, 1], [1, 3]]) {
    disposeTensors(await source.prepare({ rows: Int32Array.from(rows), cuts }));
  }
  source.dispose();
  assertEquals(skipped, 2);
  const shown = await preparedBytes(files, { rows: [1, 2], cuts, onBadImage: "skip" });
  assertEquals(shown, await preparedBytes(files, { rows: [3, 3], cuts }));
});

Deno.test("skipping ends where a class has no image left, and where the folder is gone", async () => {
  using folder = badFolder();
  const files = filesOf(folder.path, ["good.jpg", "cut.jpg", "page.jpg"], Int32Array.of(0, 1, 1));
  await assertRejects(
    () => preparedBytes(files, { rows: [0, 1], onBadImage: "skip" }),
    RangeError,
    "no image of its class, 1, can be used",
  );
  const moved = { ...files, folder: `${folder.path}/moved` };
  await assertRejects(
    () => preparedBytes(moved, { rows: [0], onBadImage: "skip" }),
    Deno.errors.NotFound,
    "the folder is not there any more",
  );
  const { labels: _, ...unlabelled } = files;
  assertThrows(
    () => pictureSource(unlabelled, { recipe, onBadImage: "skip" }),
    TypeError,
    "the class of each is needed",
  );
});

Deno.test("a source of no files, and views larger than their images, are refused", () => {
  assertThrows(() => pictureSource(filesOf(".", []), { recipe }), RangeError, "none are listed");
  const large = { ...recipe, side: 15 };
  assertThrows(
    () => pictureSource(filesOf(".", ["a"]), { recipe: large }),
    RangeError,
    "test view",
  );
});

Deno.test("a training on files that is stopped within an epoch goes on with the same bits", async () => {
  using folder = temporaryFolder();
  const names = Array.from({ length: 68 }, (_, i) => `${i}.jpg`);
  for (const [i, name] of names.entries()) {
    writeJpeg(`${folder.path}/${name}`, i, { height: 40 + i % 5, width: 50 });
  }
  const trainingOn = () =>
    smallTraining(engine, {
      source: pictureSource(filesOf(folder.path, names), {
        recipe: { ...imageNetRecipe, side: 32, testResize: 36 },
      }),
    });
  async function checkpointOf(
    { from, until }: { readonly from?: Uint8Array; readonly until: (event: TrainEvent) => boolean },
  ): Promise<Uint8Array> {
    const training = trainingOn();
    const controller = new AbortController();
    const start = from === undefined ? initialProgress(training) : readCheckpoint(training, from);
    let last: Uint8Array | undefined;
    for await (const event of trainEpochs(training, { from: start, signal: controller.signal })) {
      if (event.type !== "step") last = await writeCheckpoint(training, event.progress);
      if (until(event)) controller.abort();
    }
    training.dispose();
    return last!;
  }
  await assertNoLeak(engine, async () => {
    const whole = await checkpointOf({ until: () => false });
    const stopped = await checkpointOf({ until: ({ type }) => type === "step" });
    assertNotEquals(stopped, whole);
    const continued = await checkpointOf({ from: stopped, until: () => false });
    assertEquals(weightsIn(continued), weightsIn(whole));
  });
});

/** What a checkpoint holds besides its header, which has seconds in it. */
function weightsIn(checkpoint: Uint8Array): Uint8Array {
  const header = Number(
    new DataView(checkpoint.buffer, checkpoint.byteOffset).getBigUint64(0, true),
  );
  return checkpoint.subarray(8 + header);
}
