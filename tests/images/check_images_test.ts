import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { parseImageList } from "../../lib/data/image_list.ts";
import { checkImages, type CheckImagesOptions } from "../../lib/images/check_images.ts";
import type { DataProgress } from "../../lib/data/download.ts";
import { temporaryFolder } from "../data/disposables.ts";
import { testEngine } from "../engine.ts";

await testEngine();

const picture = (name: string): Uint8Array =>
  Deno.readFileSync(new URL(`../fixtures/pictures/${name}`, import.meta.url));
const jpeg = picture("full_color.jpg");
/** Whole by its header, but its pixels make no sense. */
const damaged = picture("lossy.webp").map((byte, i) => i === 24 ? byte ^ 255 : byte);

const files: Record<string, Uint8Array> = {
  "a/1.jpg": jpeg,
  "a/2.png": picture("rgb.png"),
  "a/3.jpg": picture("rgb.png"),
  "b/4.webp": picture("lossy.webp"),
  "b/5.gif": picture("plain.gif"),
  "b/6.jpg": jpeg.subarray(0, jpeg.length - 40),
  "b/7.jpg": new TextEncoder().encode("<html>404</html>"),
  "b/8.jpg": new Uint8Array(),
  "b/9.webp": damaged,
  ...Object.fromEntries(
    ["plain.gif", "rgb.bmp", "lossy.webp", "rgb.png"].map((name) => {
      const bytes = picture(name);
      return [`c/${name}`, bytes.subarray(0, bytes.length >> 1)];
    }),
  ),
};
const text = [
  "a/1.jpg 0",
  "a/2.png 0",
  "a/3.jpg 1",
  "b/4.webp 1",
  "",
  "b/5.gif 1",
  "b/6.jpg 1",
  "b/7.jpg 1",
  "b/8.jpg 3",
  "b/9.webp 3",
  "b/none.jpg 3",
  "a/1.jpg 0",
  "b 3",
].join("\n");

async function check(
  { lines = text, ...options }: Partial<CheckImagesOptions> & { readonly lines?: string } = {},
) {
  using folder = temporaryFolder();
  for (const [path, bytes] of Object.entries(files)) {
    Deno.mkdirSync(join(folder.path, path, ".."), { recursive: true });
    Deno.writeFileSync(join(folder.path, path), bytes);
  }
  const list = parseImageList(new TextEncoder().encode(lines), { name: "list.txt" });
  const report = await checkImages(list, { root: folder.path, leastSide: 1, ...options });
  for (const [path, bytes] of Object.entries(files)) {
    assertEquals(Deno.readFileSync(join(folder.path, path)), bytes, "a file was changed");
  }
  return report;
}

Deno.test("checkImages() lists every fault with its line, path and reason, in the list's order", async () => {
  const { faults } = await check();
  assertEquals(faults.map(({ place, path, kind }) => [place, path, kind]), [
    ["line 7", "b/6.jpg", "damaged"],
    ["line 8", "b/7.jpg", "no image"],
    ["line 9", "b/8.jpg", "no image"],
    ["line 10", "b/9.webp", "damaged"],
    ["line 11", "b/none.jpg", "missing"],
    ["line 13", "b", "unreadable"],
  ]);
  const [early, page, empty, , missing, folder] = faults.map(({ what }) => what);
  assert(early!.startsWith("it ends too early"), early);
  assert(page!.startsWith('it is no image but a text that begins with "<html>404'), page);
  assert(empty!.startsWith("it is empty"), empty);
  assert(missing!.startsWith("there is no such file"), missing);
  assert(folder!.startsWith("it is a folder"), folder);
});

Deno.test("checkImages() without pixels finds all but the damage in their middle", async () => {
  const { faults, sides } = await check({ pixels: false });
  assertEquals(faults.map(({ path }) => path), [
    "b/6.jpg",
    "b/7.jpg",
    "b/8.jpg",
    "b/none.jpg",
    "b",
  ]);
  assert(sides !== null);
});

Deno.test("checkImages() says of a file that was cut off the same without its pixels", async () => {
  const cut = ["c/plain.gif 0", "c/rgb.bmp 0", "c/lossy.webp 0", "c/rgb.png 0", "b/6.jpg 0"];
  const [read, glanced] = [
    await check({ lines: cut.join("\n") }),
    await check({ lines: cut.join("\n"), pixels: false }),
  ];
  assertEquals(glanced.faults, read.faults);
  for (const { kind, what } of read.faults) {
    assertEquals(kind, "damaged");
    assert(/^it ends too early, after .*: copy it again, or take it out$/.test(what), what);
  }
  assertEquals(read.faults.length, cut.length);
});

Deno.test("checkImages() finds equal files, other formats, repetitions and gaps", async () => {
  const report = await check();
  assertEquals(report.same, [{ rows: [1, 2], contradicting: true }]);
  assertEquals(report.misnamed, [{ row: 2, path: "a/3.jpg", format: "png" }]);
  assertEquals(report.repeated, [{ row: 10, first: 0 }]);
  assertEquals([report.contradictions, report.gaps], [[], [2]]);
  assertEquals([report.files, report.counts], [12, [3, 5, 0, 4]]);
});

Deno.test("checkImages() finds what is too small, whatever the format", async () => {
  const { faults, sides } = await check({ leastSide: 1000 });
  const small = faults.filter(({ kind }) => kind === "too small").map(({ path }) => path);
  assertEquals(small, ["a/1.jpg", "a/2.png", "a/3.jpg", "b/4.webp", "b/5.gif", "a/1.jpg"]);
  const [first] = faults;
  assert(/^it has \d+ x \d+ pixels, fewer than 1000 on a side$/.test(first!.what), first!.what);
  assert(sides !== null && sides.least >= 1 && sides.most < 1000);
});

Deno.test("checkImages() says the same whether files are looked at one by one or together", async () => {
  const steps: DataProgress[] = [];
  const alone = await check({ atATime: 1, onProgress: (progress) => steps.push(progress) });
  assertEquals(await check({ atATime: 7 }), alone);
  assertEquals(steps.at(-1), { label: "Checking images", done: 12, total: 12, unit: "files" });
});

Deno.test("checkImages() can be stopped, and refuses a folder that is not there", async () => {
  await assertRejects(() => check({ signal: AbortSignal.abort() }), DOMException);
  await assertRejects(() => check({ root: "/no/such/folder" }), Deno.errors.NotFound);
});
