import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { projectRoot } from "../../lib/setup/project.ts";
import { temporaryFolder } from "../data/disposables.ts";

async function data(
  ...args: readonly string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", `${projectRoot}/lib/cli/main.ts`, "data", ...args],
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

const picture = (name: string): Uint8Array =>
  Deno.readFileSync(new URL(`../fixtures/pictures/${name}`, import.meta.url));

Deno.test("data check tells what a list holds and what is wrong with its files", async () => {
  using folder = temporaryFolder();
  const [list, root] = [`${folder.path}/Places_LT_train.txt`, `${folder.path}/images`];
  Deno.mkdirSync(`${root}/cat`, { recursive: true });
  Deno.writeFileSync(`${root}/cat/1.jpg`, picture("full_color.jpg"));
  Deno.writeFileSync(`${root}/cat/2.jpg`, picture("full_color.jpg").subarray(0, 300));
  Deno.writeTextFileSync(list, "train/cat/1.jpg 0\r\ntrain/cat/2.jpg 2\r\ntrain/cat/3.jpg 2");
  const found = await data("check", "--list", list, "--root", root, "--least_side", "1");
  assertEquals(found.code, 1, found.stderr);
  for (
    const line of [
      "List        Places_LT_train.txt, not one of the known lists, though it has the name of one of Places-LT",
      "Images      3 in 3 classes: from 0 to 2 each",
      "No images   in class 1",
      "Paths       without their first folder",
      "Damaged: 1",
      "  line 2: train/cat/2.jpg: it ends too early, after 300 bytes",
      "Missing: 1",
      "  line 3: train/cat/3.jpg: there is no such file: check the path",
      "2 of 3 files cannot be trained on.",
    ]
  ) assertStringIncludes(found.stdout, line);

  Deno.writeTextFileSync(list, "train/cat/1.jpg 0\n");
  const report = `${folder.path}/report.json`;
  const good = await data(
    ...["check", "--list", list, "--root", root, "--headers_only", "--least_side", "1"],
    ...["--write", report],
  );
  assertEquals(good.code, 0, good.stderr);
  assertStringIncludes(good.stdout, "Every file can be trained on.");
  assertEquals(JSON.parse(Deno.readTextFileSync(report)).files, 1);
});

Deno.test("data check of a data set looks at both its parts", async () => {
  using folder = temporaryFolder();
  for (const path of ["train/cat/1.jpg", "train/dog/1.jpg", "val/dog/2.jpg"]) {
    const place = `${folder.path}/${path}`;
    Deno.mkdirSync(place.replace(/\/[^/]*$/, ""), { recursive: true });
    Deno.writeFileSync(place, picture("full_color.jpg"));
  }
  Deno.writeFileSync(`${folder.path}/val/dog/2.jpg`, picture("full_color.jpg").subarray(0, 300));
  const found = await data(
    ...["check", "--dataset", "folder", "--root", folder.path, "--least_side", "1"],
    ...["--write", `${folder.path}/report.json`],
  );
  assertEquals(found.code, 1, found.stderr);
  assertMatch(found.stdout, /Training images\n[^]*Every file can[^]*Test images\n[^]*Damaged: 1/);
  assertStringIncludes(found.stdout, "No test image is trained on.");
  const { train, test } = JSON.parse(Deno.readTextFileSync(`${folder.path}/report.json`));
  assertEquals([train.files, test.files, test.faults.length], [2, 1, 1]);
});

Deno.test("data check finds test images that are trained on, and files without the name of an image", async () => {
  using folder = temporaryFolder();
  const write = (path: string, bytes: Uint8Array): void => {
    const place = `${folder.path}/${path}`;
    Deno.mkdirSync(place.replace(/\/[^/]*$/, ""), { recursive: true });
    Deno.writeFileSync(place, bytes);
  };
  write("Train/cat/1.jpg", picture("full_color.jpg"));
  write("Train/cat/.hidden.jpg", picture("grey.jpg"));
  write("Train/cat/2", picture("grey.jpg"));
  write("Train/dog/1.jpg", picture("progressive.jpg"));
  write("Test/cat/3.JPG", picture("full_color.jpg"));
  const found = await data(
    ...["check", "--dataset", "folder", "--root", folder.path, "--least_side", "1"],
    ...["--headers_only", "--write", `${folder.path}/report.json`],
  );
  assertEquals(found.code, 0, found.stderr);
  assertMatch(
    found.stderr,
    /Left out: Train\/cat\/\.hidden\.jpg \(hidden[^]*Left out: Train\/cat\/2 \(its name does not end/,
  );
  assertStringIncludes(found.stdout, "List        Test, not one");
  assertStringIncludes(
    found.stdout,
    "Test images that are also trained on: 1\n  image 0 Test/cat/3.JPG is image 0 Train/cat/1.jpg",
  );
  const { shared } = JSON.parse(Deno.readTextFileSync(`${folder.path}/report.json`));
  assertEquals(shared, [{ train: 0, test: 0 }]);
});

Deno.test("data pack makes what a check and a second packing refuse by its name", async () => {
  using folder = temporaryFolder();
  const [root, out] = [`${folder.path}/images`, `${folder.path}/pack`];
  for (const [name, file] of [["cat", "grey.jpg"], ["dog", "rgb.jpg"]] as const) {
    Deno.mkdirSync(`${root}/${name}`, { recursive: true });
    for (const i of [1, 2]) Deno.writeFileSync(`${root}/${name}/${i}.jpg`, picture(file));
  }
  const packed = await data("pack", "--dataset", "folder", "--root", root, "--out", out);
  assertEquals(packed.code, 0, packed.stderr);
  assertStringIncludes(packed.stdout, "Packed: 2 training and 2 test images in");
  for (
    const [args, words] of [
      [["pack", "--out", `${folder.path}/again`], "it is a pack already"],
      [["check"], "it is a pack, whose images were checked"],
    ] as const
  ) {
    const refused = await data(...args, "--dataset", "folder", "--root", out);
    assertEquals(refused.code, 2, refused.stderr);
    assertStringIncludes(refused.stderr, words);
  }
});

Deno.test("data check without a root reads the list alone, and names what is wrong in one line", async () => {
  using folder = temporaryFolder();
  const list = `${folder.path}/list.txt`;
  Deno.writeTextFileSync(list, "a.jpg 0\nb.jpg 7\n");
  const [nameless, single] = ["nameless", "single"].map((name) => `${folder.path}/${name}`);
  for (const [path, file] of [["cat", "1.jpg"], ["cat", "2.jpg"], ["dog", "1"], ["dog", "2"]]) {
    Deno.mkdirSync(`${nameless}/${path}`, { recursive: true });
    Deno.writeTextFileSync(`${nameless}/${path}/${file}`, "");
  }
  for (const path of ["cat", "dog"]) {
    Deno.mkdirSync(`${single}/${path}`, { recursive: true });
    Deno.writeTextFileSync(`${single}/${path}/1.jpg`, "");
  }
  const alone = await data("check", "--list", list, "--write", `${folder.path}/report.json`);
  assertEquals(alone.code, 0, alone.stderr);
  const { gaps } = JSON.parse(Deno.readTextFileSync(`${folder.path}/report.json`));
  assertEquals(gaps, [1, 2, 3, 4, 5, 6]);
  assertMatch(
    alone.stdout,
    /^List {8}list\.txt, not one of the known lists\nImages {6}2 in 8 classes/,
  );
  for (
    const [args, code, words] of [
      [["check", "--list", list, "--classes", "7"], 1, "line 2 has label 7, outside 0 to 6"],
      [["check"], 2, "--list is missing"],
      [["check", "--list", list, "--dataset", "folder"], 2, "Cannot check --list beside --dataset"],
      [["check", "--list", list, "--out", folder.path], 2, "--out"],
      [["pack", "--dataset", "folder", "--out", folder.path, "--list", list], 2, "--list"],
      [
        ["check", "--dataset", "folder", "--root", nameless!],
        2,
        "dog is a class without images by",
      ],
      [["check", "--dataset", "folder", "--root", single!], 2, "no class has two"],
      [["mend"], 2, 'Cannot do "mend" with data'],
      [["pack", "--dataset", "folder"], 2, "Cannot pack images: --out is missing"],
      [["check", "--list", `${list}x`], 1, "there is no such file"],
      [["check", "--list", list, "--root", folder.path], 1, "looked for none is there"],
    ] as const
  ) {
    const failed = await data(...args);
    assertEquals(failed.code, code, failed.stderr);
    assertStringIncludes(failed.stderr, words);
    assert(!failed.stderr.includes("    at "), failed.stderr);
  }
});
