import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { studyFromArguments } from "../../lib/cli/ablate_study.ts";
import { runFiles } from "../../lib/experiment/run_folder.ts";
import { openRunStore } from "../../lib/experiment/run_store.ts";
import { methods } from "../../lib/method/methods.ts";
import { projectRoot } from "../../lib/setup/project.ts";
import { workerCodes } from "../../lib/study/executor.ts";
import { readReport, type RunReport } from "../../lib/study/progress.ts";
import { planStudy } from "../../lib/study/study.ts";
import { listStudies, readStudy } from "../../lib/study/study_folder.ts";
import { workerCommand } from "../../lib/study/worker_command.ts";
import { temporaryFolder } from "../data/disposables.ts";
import { contentsOf } from "../experiment/processes.ts";
import { writeRun } from "../study/written_runs.ts";
import { writeTinyImageNet } from "../tiny_imagenet.ts";

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the real command, by a line of a shell; `reached` waits for a line of its standard error. */
function start(
  args: readonly string[],
  { runs, line = 'exec "$@"' }: { readonly runs: string; readonly line?: string },
) {
  const child = new Deno.Command("env", {
    // Where the tests run in the background of a script, Ctrl-C is ignored.
    args: [
      ...["--default-signal=INT,HUP", "sh", "-c", line, "sh"],
      ...[Deno.execPath(), "run", "-q", "-A", "--no-check"],
      ...[`${projectRoot}/lib/cli/main.ts`, "ablate", ...args],
    ],
    env: { GLMC_RUNS: runs },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stdout = new Response(child.stdout).text();
  const reader = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
  let stderr = "";
  const readOn = async (until?: RegExp): Promise<void> => {
    while (!until?.test(stderr)) {
      const { done, value } = await reader.read();
      if (done) return;
      stderr += value;
    }
  };
  return {
    pid: child.pid,
    kill: (signal: Deno.Signal) => child.kill(signal),
    reached: readOn,
    async result(): Promise<Result> {
      await readOn();
      return { code: (await child.status).code, stdout: await stdout, stderr };
    },
  };
}

const ablate = (args: readonly string[], options: { readonly runs: string }): Promise<Result> =>
  start(args, options).result();

/** The workers that a process has started. */
function workersOf(pid: number): number[] {
  return [...Deno.readDirSync("/proc")].map(({ name }) => Number(name)).filter((id) => {
    try {
      const words = Deno.readTextFileSync(`/proc/${id}/cmdline`).split("\0");
      return words.includes("planned") && words[words.indexOf("--parent") + 1] === `${pid}`;
    } catch {
      return false;
    }
  });
}

/** The table without its column of seconds, which no two sweeps have in common. */
const numbersOf = (table: string): string => table.replaceAll(/ +(\S+ s|time|-+)$/gm, "");

/** Ids of the finished runs, by name. */
async function finishedIds(runs: string): Promise<Record<string, string | null>> {
  const finished = (await openRunStore(runs).list()).filter(({ state }) => state === "finished");
  return Object.fromEntries(finished.map(({ name, description }) => [name, description!.id]));
}

// The narrowest network, a few images, and the method with the cheapest step.
const tiny = [
  "--method",
  "ce",
  "--width",
  "1",
  "--largest_class",
  "20",
  "-b",
  "64",
  "--epochs",
  "2",
];
const four = ["--grid", "lr=0.05,0.1", "--seeds", "1,2", "--imbalance_rate", "0.05", ...tiny]
  .concat("--jobs", "1");

Deno.test("a sweep of four runs: killed in every way it gives the same table, and repeats nothing", async (t) => {
  using whole = temporaryFolder();
  using torn = temporaryFolder();
  const runs = torn.path;
  let reference: Result;

  await t.step(
    "left alone, without a terminal, it has a line for each change, and a table",
    async () => {
      reference = await ablate(four, { runs: whole.path });
      assertEquals(reference.code, 0, reference.stderr);
      for (
        const name of ["lr 0.05, seed 1", "lr 0.1, seed 1", "lr 0.05, seed 2", "lr 0.1, seed 2"]
      ) {
        assertMatch(reference.stderr, new RegExp(`^${name}: at work$`, "m"));
        assertMatch(reference.stderr, new RegExp(`^${name}: finished, top-1 [\\d.]+ %$`, "m"));
      }
      assert(!reference.stderr.includes("\x1b"), "nothing that only a terminal understands");
      assertMatch(reference.stderr, /^lr: 4 of 4 runs finished\n$/m);
      assertMatch(reference.stdout, /^lr 0\.05 +2 +[\d.]+ ± [\d.]+ /m);
      const made = await openRunStore(whole.path).list();
      assertEquals(made.map(({ description }) => description?.environment.preset), [
        ...["quick", "quick", "quick", "quick"],
      ]);
    },
  );

  await t.step("given again, all is known and nothing is done", async () => {
    const before = await finishedIds(whole.path);
    const again = await ablate(four, { runs: whole.path });
    assertEquals([again.code, again.stdout], [0, reference.stdout]);
    assertEquals(again.stderr.match(/: known, /g)?.length, 4);
    assertEquals(await finishedIds(whole.path), before);
    const dry = await ablate([...four, "--dry-run"], { runs: whole.path });
    assertStringIncludes(dry.stdout, "All 4 runs are known");
    const places = ["--grid", "source=npm,archive", "--dry-run"];
    const alike = await ablate([...four, ...places], { runs: whole.path });
    assertStringIncludes(alike.stdout, "All 4 runs are known");
    assertMatch(
      alike.stderr,
      /^"lr 0\.1, source npm" and "lr 0\.1, source archive" ask for the same: /m,
    );
  });

  await t.step("Ctrl-C leaves a checkpoint of the run at work, and code 130", async () => {
    const sweep = start(four, { runs });
    await sweep.reached(/seed 1: at work, /);
    sweep.kill("SIGINT");
    const { code, stderr } = await sweep.result();
    assertEquals(code, 130, stderr);
    assertMatch(stderr, /lr 0\.05, seed 1: stopped/);
    assertStringIncludes(
      stderr,
      "4 of 4 runs are not finished: the same command goes on with them",
    );
    const [{ name } = { name: "none" }] = await openRunStore(runs).list();
    assert(Deno.statSync(`${runs}/${name}/${runFiles.checkpoint}`).isFile);
  });

  await t.step("SIGUSR2, as before a time limit, leaves a checkpoint and code 140", async () => {
    const [{ path } = { path: "none" }] = await listStudies(runs);
    const [{ hash } = { hash: "none" }] = planStudy((await readStudy(path)).study, { methods });
    const [program, ...args] = workerCommand({ study: path, run: hash });
    const worker = new Deno.Command(program!, { args, stdout: "piped", stderr: "null" }).spawn();
    const reports: RunReport[] = [];
    for await (const text of worker.stdout.pipeThrough(new TextDecoderStream())) {
      if (reports.length === 0) worker.kill("SIGUSR2");
      reports.push(...text.split("\n").flatMap((line) => readReport(line) ?? []));
    }
    assertEquals((await worker.status).code, workerCodes.outOfTime);
    assertEquals([reports[0]?.state, reports.at(-1)?.state], ["running", "stopped"]);
  });

  let ids: Record<string, string | null> = {};
  await t.step(
    "the parent is killed, then a child beside a second sweep; these two share the rest",
    async () => {
      const killed = start(four, { runs });
      await killed.reached(/lr 0\.1, seed 1: at work, /);
      killed.kill("SIGKILL");
      await killed.result();
      ids = await finishedIds(runs);
      assertEquals(Object.keys(ids).length, 1);

      // At once: the child of the killed one may still be at work.
      const [first, second] = [start(four, { runs }), start(four, { runs })];
      await first.reached(/seed 2: at work, /);
      for (const worker of workersOf(first.pid)) Deno.kill(worker, "SIGKILL");
      const [hit, other] = await Promise.all([first.result(), second.result()]);
      assertEquals([hit.code, other.code], [1, 0], hit.stderr + other.stderr);
      assertMatch(hit.stderr, /: failed.*: its process was ended by SIGKILL: the same command /);
      assertEquals(workersOf(killed.pid), [], "a child does not outlive its parent for long");
    },
  );

  await t.step("the table is the same, and what was finished has not been done again", async () => {
    const last = await ablate(four, { runs });
    assertEquals(last.code, 0, last.stderr);
    assertEquals(last.stderr.match(/: known, /g)?.length, 4);
    assertEquals(numbersOf(last.stdout), numbersOf(reference.stdout));
    const all = await finishedIds(runs);
    assertEquals({ ...all, ...ids }, all);
    const names = Object.keys(all);
    assertEquals(names, Object.keys(await finishedIds(whole.path)));
    for (const name of names) {
      assertEquals(await contentsOf(runs, name), await contentsOf(whole.path, name), name);
    }
  });
});

Deno.test("a terminal that closes leaves code 129, though it takes no table", async () => {
  using temporary = temporaryFolder();
  const long = [...four.slice(0, 6), ...tiny.with(-1, "20")];

  const sweep = start(long, { runs: temporary.path, line: 'exec "$@" > /dev/full' });
  await sweep.reached(/seed 1: at work, /);
  sweep.kill("SIGHUP");
  const { code, stderr } = await sweep.result();

  assertEquals(code, 129, stderr);
  assertMatch(stderr, /lr 0\.05, seed 1: stopped/);
  assertMatch(stderr, /^error: .*Cannot print the result: /m);
});

Deno.test("a run that fails shows its error and leaves the others alone, unless asked to stop them", async () => {
  using temporary = temporaryFolder();
  const { path: runs } = temporary;
  const args = ["--grid", "imbalance_rate=0.1,0.05", "--seeds", "1", "--jobs", "1", ...tiny];
  const [first] = planStudy(await studyFromArguments(args), { methods });
  // What is not the kit's stays as it is.
  await Deno.mkdir(`${runs}/${first!.name}`);
  await Deno.writeTextFile(`${runs}/${first!.name}/notes.txt`, "mine");

  const fast = await ablate([...args, "--fail-fast"], { runs });
  const none = await finishedIds(runs);
  const patient = await ablate(args, { runs });
  const failed = await ablate([...args, "--only", "failed"], { runs });

  assertEquals([fast.code, patient.code, failed.code], [1, 1, 1]);
  assertEquals([none, Object.keys(await finishedIds(runs)).length], [{}, 1]);
  const error = /^imbalance_rate 0\.1, seed 1: failed: Cannot start a run .*, or move it away$/m;
  for (const { stderr } of [fast, patient, failed]) assertMatch(stderr, error);
  assert(!fast.stderr.includes("imbalance_rate 0.05, seed 1: at work"));
  assertMatch(patient.stderr, /^imbalance_rate 0\.05, seed 1: finished/m);
  assertMatch(failed.stderr, /^imbalance_rate 0\.05, seed 1: known/m);
  assertMatch(patient.stdout, /^imbalance_rate 0\.1 +0 of 1 /m);
});

Deno.test("a sweep goes on where its images have moved, and a run of its name with other settings is none of it", async () => {
  using temporary = temporaryFolder();
  const { path: runs } = temporary;
  const root = `${runs}/.images`;
  const picture = Deno.readFileSync(`${projectRoot}/tests/fixtures/pictures/small.jpg`);
  for (const labelled of ["train/cat", "train/dog", "val/cat", "val/dog"]) {
    Deno.mkdirSync(`${root}/${labelled}`, { recursive: true });
    for (const name of "abcdefgh") Deno.writeFileSync(`${root}/${labelled}/${name}.jpg`, picture);
  }
  const own = ["--grid", "lr=0.05,0.1", "--seeds", "1", "--jobs", "1", "--method", "ce"]
    .concat("--dataset", "folder", "--image_size", "16", "-b", "8", "--epochs", "20")
    .concat("--width", "1", "--preset", "none");
  const sweep = start([...own, "--root", root], { runs });
  await sweep.reached(/lr 0\.05, seed 1: at work, 1/);
  sweep.kill("SIGINT");
  await sweep.result();
  const [{ path } = { path: "none" }] = await listStudies(runs);
  const [, second] = planStudy((await readStudy(path)).study, { methods });
  await writeRun(runs, { name: second!.name, top1: [50] });
  Deno.renameSync(root, `${runs}/.moved`);
  const { code, stderr } = await ablate(
    [...own, "--root", `${runs}/.moved`],
    { runs },
  );

  assertEquals(code, 1, stderr);
  assertMatch(stderr, /^lr 0\.05, seed 1: finished, /m);
  assertMatch(
    stderr,
    /^lr 0\.1, seed 1: failed: Cannot continue the run .* with other settings: /m,
  );
});

Deno.test("a dry run says what would be done and how long it takes, and leaves nothing", async () => {
  using temporary = temporaryFolder();
  const { path: runs } = temporary;

  const { code, stdout, stderr } = await ablate([...four, "--dry-run"], { runs });

  assertEquals(code, 0, stderr);
  assertEquals(stdout.match(/^lr 0\.\d+ +[12] +to do, about \d+s$/gm)?.length, 4, stdout);
  assertMatch(stdout, /^4 of 4 runs to do: about .*, one after the other$/m);
  assertEquals([...Deno.readDirSync(runs)], []);
  const listed = await ablate(["?"], { runs });
  assertMatch(listed.stdout, /^ +components +[A-Z].*\(7 variants\)$/m);
});

Deno.test("a run whose process was stopped or killed by another is left over with code 1, and found by --only failed", async () => {
  using temporary = temporaryFolder();
  const { path: runs } = temporary;
  const two = ["--grid", "lr=0.1", "--seeds", "1,2", ...four.slice(4)];
  const withSignal = async (signal: Deno.Signal): Promise<Result> => {
    const sweep = start(two, { runs });
    await sweep.reached(/seed 1: at work, /);
    for (const worker of workersOf(sweep.pid)) Deno.kill(worker, signal);
    return await sweep.result();
  };

  const stopped = await withSignal("SIGTERM");
  const killed = await withSignal("SIGKILL");
  const failed = await ablate([...two, "--only", "failed"], { runs });

  assertEquals([stopped.code, killed.code, failed.code], [1, 1, 0], failed.stderr);
  assertMatch(stopped.stderr, /^1 of 2 runs is not finished: /m);
  assertMatch(killed.stderr, /^lr 0\.1, seed 1: failed.* ended by SIGKILL: /m);
  assertMatch(failed.stderr, /^lr: 2 of 2 runs finished$/m);
});

Deno.test("variants of one's own images may name other files than the base, or part them otherwise", async () => {
  using temporary = temporaryFolder();
  const { root, trainList, testList } = writeTinyImageNet(temporary.path, [6, 5]);
  const other = `${temporary.path}/fewer.txt`;
  await Deno.writeTextFile(other, (await Deno.readTextFile(trainList)).split("\n", 9).join("\n"));
  const folder = ["--dataset", "folder", "--root", `${root}/train`];
  const lists = ["--dataset", "folder", "--root", root, "--test_list", testList];
  const network = ["--preset", "none", "--image_size", "32", "-a", "resnet32", "--width", "1"];
  const small = [...network, "--method", "ce", "-b", "4", "--epochs", "1", "--seeds", "1"];
  const cases: [args: string[], runs: number][] = [
    [["subset", ...folder, ...small], 5],
    [["--grid", "split_seed=0,1", ...folder, ...small], 2],
    [["--grid", "test_share=0.2,0.4", ...folder, ...small], 2],
    [["--grid", "image_size=16,32", ...folder, ...small.filter((_, at) => at < 2 || at > 3)], 2],
    [["--grid", `train_list=${trainList},${other}`, ...lists, ...small], 2],
  ];
  for (const [args, runs] of cases) {
    const { code, stdout, stderr } = await ablate([...args, "--dry-run"], { runs: temporary.path });
    assertEquals(code, 0, stderr);
    assertMatch(stdout, new RegExp(`^${runs} of ${runs} runs to do`, "m"));
  }
  const none = ["gamma", "--dataset", "folder", "--dry-run"];
  assertEquals((await ablate(none, { runs: temporary.path })).code, 2);
});

Deno.test("what cannot be compared is refused with code 2 before anything runs", async () => {
  using temporary = temporaryFolder();
  const { path: runs } = temporary;
  const cases: [args: string[], message: RegExp][] = [
    [["componets"], /did you mean components\?/],
    [[], /deno task ablate \? lists the ablations/],
    [["--grid", "contrast_wieght=0,1"], /did you mean contrast_weight\?/],
    [["--grid", "contrast_weight=0", "--method", "ce"], /belongs to glmc/],
    [["gamma", "--seed", "1"], /give them with --seeds/],
    [["gamma", "--seeds", "x"], /whole numbers such as 1,2,3 or 1-5/],
    [["gamma", "--epochs", "0"], /--epochs/],
    [["gamma", "--preset", "cifar10lt100"], /preset/],
    [["gamma", "--baseline", "gama 0"], /did you mean gamma 0\?/],
    [["gamma", "--name", "My study"], /--name my-study/],
    [["gamma", "--grid", "contrast_weight=1,2"], /its variant "gamma 0" has a value of its own/],
    [["components", "--grid", "contrast_weight=1,2"], /its variant "mixtures alone" has a value/],
    [["baselines", "--grid", "loss=focal,ldam"], /its variant "cross-entropy" has a value/],
    [["--grid", "lr=0.1,0.2", "--lr", "0.5"], /Cannot use --learning_rate for all variants/],
    [["width", "--width", "8"], /Cannot use --width for all variants/],
    [["components", "--loss", "focal"], /Cannot use --method for all variants/],
    [
      ["--grid", "imbalance_rate=0.001,0.05", ...tiny],
      /"imbalance_rate 0\.001": cannot draw .*: use /,
    ],
    [["gamma", "--largest_class", "6000"], /"gamma 0": cannot draw .* has 5000: ask for fewer or /],
    [["--grid", "validation=0.1,0.99", ...tiny, "--imbalance_rate", "0.05"], /"validation 0\.1": /],
    [["--grid", "jobs=1,2"], /deno task train --help lists the flags$/m],
  ];
  await Promise.all(cases.map(async ([args, message]) => {
    const { code, stderr, stdout } = await ablate(args, { runs });
    assertEquals([code, stdout], [2, ""], stderr);
    assertMatch(stderr, message);
    assertMatch(stderr, /^error: [^\n]*\n$/);
  }));
  assertEquals([...Deno.readDirSync(runs)], []);
});

const unshares = await new Deno.Command("unshare", { args: ["--mount", "true"] }).output()
  .then(({ success }) => success, () => false);

Deno.test({
  name: "a full disk stops the sweep with one line",
  ignore: !unshares,
  async fn() {
    using temporary = temporaryFolder();
    const onSmallDisk = 'mount -t tmpfs -o size=64k none "$GLMC_RUNS" && exec "$@"';
    const { code, stdout, stderr } = await new Deno.Command("unshare", {
      args: [
        ...["--mount", "sh", "-c", onSmallDisk, "sh", Deno.execPath(), "run", "-q", "-A"],
        ...["--no-check", `${projectRoot}/lib/cli/main.ts`, "ablate", ...four],
      ],
      env: { GLMC_RUNS: temporary.path },
    }).output();
    const [table, said] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    assertEquals(code, 1, said);
    assertEquals(said!.match(/: failed.*the disk is full/g)?.length, 1, said);
    assertEquals(said!.match(/at work$/gm)?.length, 1, said);
    assertMatch(table!, /^lr 0\.1 +0 of 2 /m);
  },
});
