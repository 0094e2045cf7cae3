import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Settings } from "../../lib/experiment/config.ts";
import { writeStudy } from "../../lib/study/study_folder.ts";
import { projectRoot } from "../../lib/setup/project.ts";
import { namesIn, temporaryFolder } from "../data/disposables.ts";
import { writeRun } from "../study/written_runs.ts";

/** What the command has said. */
interface Said {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

async function results(runs: string, ...args: readonly string[]): Promise<Said> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "-A", `${projectRoot}/lib/cli/main.ts`, "results", ...args],
    env: { GLMC_RUNS: runs, GLMC_RESULTS: `${runs}/none`, NO_COLOR: "1", INIT_CWD: "" },
    cwd: runs,
  }).output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), error: text(stderr) };
}

/** Three seeds of two methods, the last of which is not done. */
async function someRuns(runs: string): Promise<void> {
  let day = 0;
  for (const [method, accuracy] of [["glmc", 44], ["cross_entropy", 38]] as const) {
    for (const seed of [1, 2, 3]) {
      day++;
      await writeRun(runs, {
        name: `${method}-${seed}`,
        settings: { method, seed, imbalanceRate: 0.2, epochs: 2 },
        top1: [30, accuracy + seed].slice(0, day === 6 ? 1 : 2),
        started: `2026-03-0${day}T10:00:00.000Z`,
      });
    }
  }
}

Deno.test("results lists, filters and groups, and says what is missing", async () => {
  using temporary = temporaryFolder();
  const runs = temporary.path;
  await someRuns(runs);
  const list = await results(runs, "--group=false");
  assertEquals([list.code, list.error], [0, ""]);
  const rows = list.out.split("\n").slice(2, -1).map((line) => line.split(/ {2,}/));
  assertEquals(rows.map(([name]) => name), [
    ...["glmc-1", "glmc-2", "glmc-3", "cross_entropy-1", "cross_entropy-2", "cross_entropy-3"],
  ]);
  assertEquals(rows.at(-1), [
    ...["cross_entropy-3", "stopped", "1 of 2", "30.00", "30.00", "32.00", "1 min 0 s"],
    "2026-03-06 10:00",
  ]);

  const grouped = await results(runs, "--baseline", "cross_entropy", "--format", "markdown");
  assertStringIncludes(
    grouped.out,
    "| glmc | 3 | 46.00 ± 1.00 | 46.00 ± 1.00 | 49.00 ± 1.00 | 45.00 ± 1.00 | 42.00 ± 1.00 | " +
      "48.00 ± 1.00 | +6.00 [+6.00, +6.00] (n = 2) |",
  );
  assertStringIncludes(grouped.out, "| cross_entropy | 2 of 3 | 39.50 ± 0.71 |");
  assertStringIncludes(grouped.out, "Seeds without a finished run: cross_entropy: 3.");

  const chosen = await results(runs, "--where=seed=3,imbalance_rate=0.2", "--state", "stopped");
  assertEquals(chosen.out.split("\n").slice(2, -1).map((line) => line.split(" ")[0]), [
    "cross_entropy-3",
  ]);
});

Deno.test("results shows a study by its variants, writes pages, and hands cards on", async () => {
  using temporary = temporaryFolder();
  const runs = `${temporary.path}/runs`;
  const elsewhere = `${temporary.path}/elsewhere`;
  await someRuns(runs);
  await Deno.mkdir(elsewhere);
  const variants = ["cross_entropy", "glmc"].map((method) => ({
    name: `by ${method}`,
    settings: { method },
  }));
  const base = { imbalanceRate: 0.2, epochs: 2 };
  const study = { name: "two", title: "Two methods", base, variants, seeds: [1, 2, 3, 4] };
  for (const folder of [runs, elsewhere]) await writeStudy(folder, study);

  const page = `${temporary.path}/page.html`;
  const shown = await results(runs, "--study", "two", "--output", page);
  assertEquals([shown.code, shown.error], [0, ""]);
  const html = await Deno.readTextFile(page);
  for (const part of ["Two methods", "by cross_entropy", "2 of 4", "after the last epoch"]) {
    assertStringIncludes(html, part);
  }

  const ofOneSeed = await results(runs, "--study", "two", "--where=seed=2", "--format", "csv");
  assertEquals(ofOneSeed.out.split("\n").slice(1, -1).map((row) => row.split(",").slice(0, 4)), [
    ["by cross_entropy", "2", "", "40"],
    ["by glmc", "2", "", "46"],
  ]);
  const byAlias = await results(runs, "--where=method=ce,seed=2", "--format", "csv");
  assertEquals(byAlias.out.split("\n")[1]!.split(",")[0], "cross_entropy-2");

  const cards = `${temporary.path}/cards.jsonl`;
  const exported = await results(runs, "--export", cards);
  assertEquals(exported.out, `Written: 5 of the 5 cards in ${cards}\n`);
  assertEquals((await results(runs, "--export", cards)).out, exported.out);

  const imported = await results(elsewhere, "--import", cards);
  assertEquals(imported.out, `Imported: 5 results from ${cards}\n`);
  const [there, here] = await Promise.all(
    [elsewhere, runs].map((folder) => results(folder, "--study", "two", "--format", "csv")),
  );
  assertEquals(there!.out, here!.out);
  assert(there!.out.includes("by glmc,1 2 3,4,46,1,3"), there!.out);
  assertEquals(namesIn(`${elsewhere}/.results/imported`).length, 1);
  // A folder of runs, into which nothing is written.
  await Deno.remove(`${runs}/.results.sqlite`);
  await Deno.remove(`${runs}/.results.sqlite-lock`);
  const before = namesIn(runs);
  assertEquals(
    (await results(elsewhere, "--import", runs)).out,
    `Imported: 6 results from ${runs}\n`,
  );
  assertEquals(namesIn(runs), before);
});

Deno.test("results chooses by what train is told, also where something else is stored", async () => {
  using temporary = temporaryFolder();
  const runs = temporary.path;
  const settings: Readonly<Record<string, Settings>> = {
    plain: { loss: "focal" },
    mixed: { views: "mixup", loss: "focal" },
    late: { method: "ce_drw", secondStage: "crt", secondMethod: "bs", secondEpochs: 1, epochs: 1 },
    rows: { splitFile: `${runs}/rows.txt` },
    images: { dataFolder: `${runs}/cifar` },
  };
  for (const [name, given] of Object.entries(settings)) {
    await writeRun(runs, { name, settings: { epochs: 2, ...given }, top1: [30, 40] });
  }
  const cases: readonly (readonly [where: string, names: string[]])[] = [
    ["loss=focal", ["mixed", "plain"]],
    ["views=mixup", ["mixed"]],
    ["loss=cross_entropy,views=plain", ["late"]],
    ["second_method=bs", ["late"]],
    ["split_file=rows.txt", ["rows"]],
    ["root=./cifar", ["images"]],
  ];
  for (const [where, names] of cases) {
    const { out, error } = await results(runs, `--where=${where}`, "--format", "csv");
    const found = out.split("\n").slice(1, -1).map((row) => row.split(",")[0]);
    assertEquals(found.toSorted(), names, `${where}: ${error}`);
  }
});

Deno.test("results refuses what cannot be in one line, with the nearest name", async () => {
  using temporary = temporaryFolder();
  const runs = temporary.path;
  await writeRun(runs, { name: "a", settings: { imbalanceRate: 0.2 }, top1: [40] });
  const refused: readonly (readonly [args: string[], code: number, text: string])[] = [
    [["--method", "gmlc"], 2, "did you mean glmc?"],
    [["--where", "imbalance_rat=0.1"], 2, "did you mean imbalance_rate?"],
    [["--where", "imbalance_rate=7"], 2, "it must be"],
    [["--where", "loss=focl"], 2, "did you mean focal?"],
    [["--where", "seed"], 2, "no <setting>=<value>"],
    [["--where", "seed=1-3"], 2, '"1-3": it must be a whole number'],
    [["--where", "epochs="], 2, '"": it must be a whole number'],
    [["--where", "epochs=2,seed=1,epochs=3"], 2, "no run has both 2 and 3"],
    [["--where", "method=glmc", "--method", "ce"], 2, "no run has both glmc and cross_entropy"],
    [["--where", "method=gmlc"], 2, "did you mean glmc?"],
    [["--baseline", "nothing"], 2, "there is no such row"],
    [["--study", "nothing"], 1, "there is no study of this name"],
    [["--format", "html"], 2, "--output results.html"],
    [["--import", "nowhere.jsonl"], 1, "nowhere.jsonl"],
    [["--export", "cards.jsonl", "--state", "begun"], 2, "none of the chosen runs is finished"],
  ];
  for (const [args, code, text] of refused) {
    const { code: found, out, error } = await results(runs, ...args);
    assertEquals([found, out], [code, ""], `${args}: ${error}`);
    assertStringIncludes(error, text);
    assertEquals(error.trimEnd().split("\n").length, 1, error);
  }
});

Deno.test("results says of a damaged index and a damaged run what is done about them", async () => {
  using temporary = temporaryFolder();
  const runs = temporary.path;
  assertEquals((await results(runs)).out, "No run fits.\n");
  for (const name of ["a", "b"]) {
    await writeRun(runs, { name, settings: { imbalanceRate: 0.2 }, top1: [40] });
  }
  await Deno.writeTextFile(`${runs}/.results.sqlite`, "damaged");
  await Deno.writeTextFile(`${runs}/b/metrics.jsonl`, "half a li");
  const { code, out, error } = await results(runs);

  assertEquals(code, 0);
  assertEquals(out.split("\n").slice(2, -1).map((line) => line.split(/ {2,}/).slice(0, 2)), [
    ["a", "finished"],
    ["b", "damaged"],
  ]);
  const [index, run] = error.trimEnd().split("\n");
  assertStringIncludes(index!, "The index of results is made anew");
  assertStringIncludes(run!, "metrics.jsonl");
});
