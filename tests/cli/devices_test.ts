import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { freeAddresses } from "../../lib/cli/launch_ranks.ts";
import { read as readRank } from "../../lib/cli/rank.ts";
import { UsageError } from "../../lib/cli/shell.ts";
import { read } from "../../lib/cli/train.ts";
import { linesOf } from "../../lib/process/lines.ts";
import { projectRoot } from "../../lib/setup/project.ts";
import { temporaryFolder } from "../data/disposables.ts";
import { writeTinyImageNet } from "../tiny_imagenet.ts";

Deno.test("processes that are named in two ways, or in none that can be, are refused", async () => {
  const world = ["--world", "node1:29500,node2:29500"];
  for (
    const [args, reason] of [
      [[...world, "--rank", "0", "--devices", "2"], "Cannot use --devices 2 with --world"],
      [["--rank", "0"], "name them with --world"],
      [["--rank", "1", "--world-size", "2"], "name them with --world"],
      [["--executor", "slurm", "--name", "a", ...world], "Slurm gives the processes their places"],
      [["--devices", "2", "--xla"], "Cannot use --xla on several devices"],
      [["--nodes", "2"], "it needs --executor slurm"],
    ] as const
  ) await assertRejects(() => read(args), UsageError, reason);

  for (const world of [{}, { addresses: ["a:1"], rank: 1 }, { addresses: "a:1", rank: 0 }]) {
    await assertRejects(
      () => Promise.resolve().then(() => readRank([JSON.stringify({ world })])),
      UsageError,
      "it is not said which",
    );
  }
});

Deno.test("--rank has an effect beside --world, and none is said of it; scripts of one machine may name it", async () => {
  const { idle } = await read(["--world", "node1:29500,node2:29500", "--rank", "0"]);
  assert(!idle.some(({ names }) => names.includes("rank")));
  const { values } = await read(["--multiprocessing-distributed", "--world-size=1", "--rank=0"]);
  assertEquals(values.rank, 0);
});

/** Trains by the command line; `onLine` is told each line of standard error as it comes. */
async function train(
  runs: string,
  flags: readonly string[],
  onLine: (line: string, pid: number) => void = () => {},
): Promise<{ readonly code: number; readonly said: string; readonly told: string }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-q", "-A", "--no-check", `${projectRoot}/lib/cli/main.ts`, "train"],
      ...["--width", "2", "--device", "cpu", "--no_tensorboard", ...flags],
    ],
    env: { GLMC_RUNS: runs, NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const said = new Response(child.stdout).text();
  let told = "";
  for await (const line of linesOf(child.stderr)) {
    told += `${line}\n`;
    onLine(line, child.pid);
  }
  const { code } = await child.status;
  return { code, said: await said, told };
}

/** Flags for a tiny set in files. */
function tinySet(folder: string): { readonly root: string; readonly flags: readonly string[] } {
  const { root, trainList, testList } = writeTinyImageNet(folder, [8, 6, 5]);
  const flags = [
    ...["--dataset", "folder", "--root", root, "--image_size", "32", "-a", "resnet32"],
    ...["--train_list", trainList, "--test_list", testList],
  ];
  return { root, flags };
}

Deno.test("images that any process skips are told and counted, and the finished run is mended by fewer processes", async () => {
  using temporary = temporaryFolder();
  const { path } = temporary;
  const { root, flags } = tinySet(path);
  const bad = ["n00000000/n00000000_3", "n00000000/n00000000_6", "n00000001/n00000001_2"];
  for (const name of bad) Deno.writeTextFileSync(`${root}/train/${name}.JPEG`, "no image");
  const { code, said, told } = await train(path, [
    ...flags,
    ...["--on_bad_image", "skip", "--method", "cb", "--epochs", "1", "-b", "7", "--devices", "3"],
    ...["--name", "three"],
  ]);
  assertEquals(code, 0, told);
  for (const name of bad) assertStringIncludes(told, `${name}.JPEG"`);
  const counts = told.matchAll(/^(?:rank \d: )?(\d) images? (?:is|are) skipped until now/mg);
  assertEquals([...counts].reduce((sum, [, count]) => sum + Number(count), 0), 3, told);
  assertEquals(told.match(/^epoch 1\/1 +top-1/mg)?.length, 1, told);
  assertMatch(said, /^Devices +3 processes, each with 2 or 3 of the 7 images of a step/m);
  assertMatch(
    said,
    /^ +unlike 1 +losses are divided by the class weights of each process's part$/m,
  );
  assertEquals(said.match(/^Finished: /mg)?.length, 1, said);

  // Finished as it is, it has something to do yet.
  const best = `${path}/three/best.safetensors`;
  Deno.removeSync(best);
  const again = await train(path, ["--resume", "three", "--devices", "2"]);
  assertEquals(again.code, 0, again.told);
  assertMatch(again.said, /^Finished: /m);
  assert(Deno.statSync(best).isFile);
});

Deno.test({
  name:
    "a signal to one process stops all with its code, and nothing they say is taken for an error",
  ignore: Deno.build.os !== "linux",
  async fn() {
    using temporary = temporaryFolder();
    const { path } = temporary;
    let isSent = false;
    const { code, told } = await train(
      path,
      [...tinySet(path).flags, "--epochs", "1000", "-b", "8", "--devices", "2", "--name", "cut"],
      (line, pid) => {
        if (isSent || !/^epoch +2\//.test(line)) return;
        const ranks = Deno.readTextFileSync(`/proc/${pid}/task/${pid}/children`).trim().split(" ");
        Deno.kill(Number(ranks[1]), "SIGTERM");
        isSent = true;
      },
    );
    assertEquals(code, 143, told);
    assertMatch(told, /^Stopped in epoch \d+ after step \d: continue with: .* --resume cut$/m);
    assert(!told.includes("error"), told);
  },
});

Deno.test("processes that --world names begin in any order, and the first one alone speaks", async () => {
  using temporary = temporaryFolder();
  const { path } = temporary;
  const { flags } = tinySet(path);
  const world = freeAddresses(2).join(",");
  const common = [...flags, "--epochs", "1", "-b", "8", "--world", world];
  const second = train(path, [...common, "--rank", "1"]);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const first = await train(path, [...common, "--rank", "0", "--name", "two"]);
  assertEquals(await second, { code: 0, said: "", told: "" });
  assertEquals(first.code, 0, first.told);
  assertMatch(first.told, /^Paths of .* are read without the folders of the classes/m);
  assertMatch(first.said, /^Finished: /m);
});
