import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { projectRoot } from "../../lib/setup/project.ts";
import { temporaryFolder } from "../data/disposables.ts";
import { writeTinyImageNet } from "../tiny_imagenet.ts";

async function command(runs: string, ...args: readonly string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", `${projectRoot}/lib/cli/main.ts`, ...args],
    env: { NO_COLOR: "1", GLMC_RUNS: runs },
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** The command of the README, as words. */
function readmeCommand(): string[] {
  const readme = Deno.readTextFileSync(`${projectRoot}/README.md`).replaceAll(/\\\n\s*/g, "");
  const [, line] = readme.match(/^deno task train (--dataset ImageNet-LT .*)$/m) ?? [];
  return line!.split(/\s+/);
}

/** Words with other values behind some flags. */
function changed(words: readonly string[], values: Readonly<Record<string, string>>): string[] {
  return words.map((word, place) => values[words[place - 1] ?? ""] ?? word);
}

Deno.test("the official ImageNet-LT command trains on a folder of tiny images, and is evaluated where they have moved to", async () => {
  using folder = temporaryFolder();
  const runs = `${folder.path}/runs`;
  const { root, trainList, testList } = writeTinyImageNet(folder.path, Array(1000).fill(1));
  const words = readmeCommand();
  assertEquals(words.filter((word) => /^--(root|dir_t\w+_txt)$/.test(word)).length, 3);
  const asGiven = changed(words, {
    "--root": root,
    "--dir_train_txt": trainList,
    "--dir_test_txt": testList,
    // 135 epochs of it are for another day, as are its size and its width.
    "--epochs": "1",
  });
  const trained = await command(
    runs,
    ...["train", ...asGiven, "--image_size", "32", "--width", "4", "--name", "tiny"],
    "--no_tensorboard",
  );
  assertEquals(trained.code, 0, trained.stderr);
  const { stdout } = trained;
  assertStringIncludes(stdout, "imagenet_lt, 1,000 training images (1 to 1 a class)");
  assertMatch(stdout, /Classes +1,000: 0 classes of many \(> 100\), 0 of medium, 1,000 of few/);
  assertMatch(stdout, /resnext50_32x4d, width 4/);
  assertMatch(stdout, /Training +GLMC, 1 epoch of 9 steps, batch 120/);
  assertStringIncludes(trained.stderr, "is not the published list of ImageNet-LT");

  Deno.renameSync(root, `${folder.path}/moved`);
  const evaluated = await command(
    runs,
    "evaluate",
    "--run",
    "tiny",
    "--root",
    `${folder.path}/moved`,
    "--json",
  );
  assertEquals(evaluated.code, 0, evaluated.stderr);
  const { top1, confusion } = JSON.parse(evaluated.stdout);
  const stored = JSON.parse(Deno.readTextFileSync(`${runs}/tiny/evaluation-last.json`));
  assertEquals([top1, confusion], [stored.top1, stored.confusion]);
});

Deno.test("a training that a bad image has stopped goes on without it", async () => {
  using folder = temporaryFolder();
  const { path } = folder;
  const { root, trainList, testList } = writeTinyImageNet(path, [6, 5]);
  const flags = [
    ...["--dataset", "folder", "--root", root, "--train_list", trainList, "--test_list", testList],
    ...["--image_size", "32", "-a", "resnet32", "--width", "2", "-b", "6", "--epochs", "1"],
  ];
  const bad = `${root}/train/n00000000/n00000000_3.JPEG`;
  Deno.writeFileSync(bad, Deno.readFileSync(bad).subarray(0, 300));
  const stopped = await command(path, "train", ...flags, "--name", "cut", "--no_tensorboard");
  assertEquals(stopped.code, 1);
  assertMatch(
    stopped.stderr,
    /n00000000_3\.JPEG".*it ends too early.*, or .* instead: --on_bad_image skip/,
  );
  assert(!stopped.stderr.includes("  at "), stopped.stderr);

  const resume = ["train", "--resume", "cut", "--no_tensorboard"];
  const other = await command(path, ...resume, "--lr", "1", "--on_bad_image", "skip");
  assertEquals(other.code, 2);
  assert(!other.stderr.includes("on_bad_image"), other.stderr);
  const again = await command(path, ...resume, "--on_bad_image", "skip");
  assertEquals(again.code, 0, again.stderr);
  assertMatch(again.stderr, /^1 image is skipped until now/m);
  const { config, resumed } = JSON.parse(Deno.readTextFileSync(`${path}/cut/config.json`));
  assertEquals(config.data.onBadImage, "stop");
  assertEquals(resumed.at(-1).changes["bad images"], { before: "stop", now: "skip" });
});

Deno.test("what is wrong with a large set is said in a line, before the engine starts", async () => {
  using folder = temporaryFolder();
  const { root, trainList, testList } = writeTinyImageNet(folder.path, [2, 1]);
  const told = ["--root", root, "--dir_train_txt", trainList, "--dir_test_txt", testList];
  for (
    const [args, code, words] of [
      [
        ["--dataset", "inat18", "--root", root],
        2,
        "pass iNaturalist18_train.txt with --dir_train_txt",
      ],
      [["--dataset", "places_lt", ...told], 2, "has no images of 363 classes"],
      [["--dataset", "folder", ...told, "--num_classes", "1"], 2, "has label 1, outside 0 to 0"],
      [["--dir_train_txt", trainList], 2, "it must be left out for cifar10"],
      [["--dataset", "folder", "--root", `${root}/none`], 1, "there is no folder"],
    ] as [string[], number, string][]
  ) {
    const failed = await command(folder.path, "train", ...args);
    assertEquals(failed.code, code, failed.stderr);
    assertStringIncludes(failed.stderr, words);
    assert(!failed.stderr.includes("    at "), failed.stderr);
  }
});
