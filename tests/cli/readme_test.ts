import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { studyFromArguments } from "../../lib/cli/ablate_study.ts";
import { fillBlocks } from "../../lib/cli/readme/blocks.ts";
import { equationMap } from "../../lib/cli/readme/equation_map.ts";
import { commandTable, flagTable, methodTable } from "../../lib/cli/readme/kit_tables.ts";
import { ablationTable, presetTable, reproducedTable } from "../../lib/cli/readme/study_tables.ts";
import { generatedFiles } from "../../lib/cli/readme.ts";
import { UsageError } from "../../lib/cli/shell.ts";
import { presets } from "../../lib/study/presets.ts";
import { reproductionOf } from "../../lib/study/reproduction.ts";
import type { RunResult } from "../../lib/study/result.ts";
import { finishedRuns } from "../study/finished_runs.ts";

Deno.test("fillBlocks() replaces what stands between the marks and keeps all else", async () => {
  const text = [
    "before",
    "<!-- generated: sum 1 2 -->",
    "old | text",
    "<!-- end: sum -->",
    "between <!-- generated: sum --> in a line",
    "<!-- generated: sum 3 4 -->",
    "<!-- end: sum -->",
    "after",
  ].join("\n");
  const sum = (...words: string[]) => `${words.map(Number).reduce((a, b) => a + b)}`;

  const filled = await fillBlocks(text, { sum });

  assertEquals(filled.split("\n").filter((line) => /^\d+$/.test(line)), ["3", "7"]);
  assertEquals(filled.includes("old"), false);
  assertEquals(await fillBlocks(filled, { sum }), filled);
  for (const line of ["before", "between <!-- generated: sum --> in a line", "after"]) {
    assert(filled.split("\n").includes(line));
  }
});

Deno.test("fillBlocks() refuses a block that has no end, or that nothing writes", async () => {
  const writers = { sum: () => "" };

  await assertRejects(
    () => fillBlocks("<!-- generated: sum 1 -->\n", writers),
    SyntaxError,
    "write <!-- end: sum -->",
  );
  await assertRejects(
    () => fillBlocks("<!-- generated: sun -->\n<!-- end: sun -->", writers),
    RangeError,
    "use one of sum",
  );
});

const upToDate = async (text: string) =>
  (await generatedFiles({ "README.md": text }))["README.md"]!;

Deno.test("generatedFiles() lay a table out as deno fmt does", async () => {
  const stale = "<!-- generated: networks -->\n<!-- end: networks -->\n";

  const text = await upToDate(stale);

  assertStringIncludes(text, "| `resnet32` ");
  assertEquals(await upToDate(text), text);
});

Deno.test("commandTable() asks a task that is no command for a description", () => {
  assertEquals(commandTable({ doctor: "deno run" }).rows.map(([name]) => name), [
    "`deno task doctor`",
  ]);
  assertThrows(() => commandTable({ mine: "echo" }), TypeError, "Cannot list the task mine");
});

Deno.test("methodTable() and flagTable() say something in every cell", () => {
  for (const { rows } of [methodTable(), flagTable("glmc")]) {
    assert(rows.length > 10);
    for (const row of rows) assert(row.every((cell) => cell.trim() !== ""), row[0]);
  }
  assertEquals(methodTable().rows.flat().includes("–"), false);
});

Deno.test("presetTable() counts every preset once", () => {
  const { rows } = presetTable();

  assertEquals(rows.reduce((sum, [, , count]) => sum + Number(count), 0), presets.length);
  assert(rows.length < 20);
});

Deno.test("reproducedTable() has ours beside the published number, with seeds and commit", () => {
  const whole = finishedRuns(reproductionOf("cifar10-lt-50"), [[90, 91], [91, 92], [92, 93]]);
  const first = finishedRuns(
    reproductionOf("cifar10-lt-10", { given: { secondStage: "none" } }),
    [[95]],
  );
  const commit = "0123456789abcdef";

  const { rows } = reproducedTable([...whole, ...first].map((run) => ({ ...run, commit })));

  const of = (row: string) =>
    rows.filter((cells) => cells.at(-1) === `\`deno task reproduce ${row}\``).map((cells) =>
      cells.slice(1, -1)
    );
  assertEquals(of("cifar10-lt-50"), [
    ["GLMC", "91.04 (g2)", "91.00 ± 1.00", "3 of 3", "within the spread, ±2.48", "`0123456`"],
    [
      "GLMC + MaxNorm",
      "92.04 (g2)",
      "92.00 ± 1.00",
      "3 of 3",
      "within the spread, ±2.48",
      "`0123456`",
    ],
  ]);
  assertEquals(of("cifar10-lt-10"), [
    ["GLMC", "94.87 (g2)", "95.00", "1 of 3", "1 seed is too few to say", "`0123456`"],
    ["GLMC + MaxNorm", "95.00 (g2)", "not run", "0 of 3", "–", "–"],
  ]);
});

/** Finished runs of the first variant of an ablation, a seed each. */
async function firstRuns(args: readonly string[]): Promise<RunResult[]> {
  const { variants, ...study } = await studyFromArguments(args);
  const seeds = study.seeds.map((seed): [number] => [70 + seed]);
  return finishedRuns({ study: { ...study, variants: variants.slice(0, 1) } }, seeds);
}

Deno.test("ablationTable() has the study of the arguments, and names the command", async () => {
  const args = ["gamma", "--preset", "none", "--largest_class", "500", "--epochs", "3"];
  const runs = await firstRuns([...args, "--seeds", "1,2"]);

  const { rows, caption } = await ablationTable(args, runs);

  const asked = "`deno task ablate gamma --preset none --largest_class 500 --epochs 3`";
  assertStringIncludes(caption!, asked);
  assertEquals(rows.map(([, seeds]) => seeds), ["2 of 3", ...Array(8).fill("0 of 3")]);
});

Deno.test("ablationTable() takes the usual preset, and no other settings for its own", async () => {
  const runs = await firstRuns(["gamma"]);

  for (
    const [args, seeds] of [
      [["gamma"], "3"],
      [["gamma", "--preset", "quick"], "3"],
      [["gamma", "--epochs", "3"], "0 of 3"],
      [["--grid", "contrast_weight=0,4"], "3"],
    ] as const
  ) {
    const { header, rows } = await ablationTable(args, runs);
    assertEquals(rows[0]![header.indexOf("seeds")], seeds, args.join(" "));
  }
  await assertRejects(() => ablationTable([], runs), UsageError, "Cannot compare nothing");
  await assertRejects(() => ablationTable(["gamma", "--epoch", "3"], runs), UsageError, "--epochs");
});

Deno.test("ablationTable() has no published numbers, which are of other networks and schedules", async () => {
  const { header } = await ablationTable(["components", "--imbalance_rate", "0.01"], []);

  assert(!header.some((title) => title.startsWith("published")), header.join(", "));
});

Deno.test("the equations lead to functions, tests of them, and notebooks that there are", async () => {
  const root = new URL("../../", import.meta.url);
  for (const { file, function: name, test } of equationMap) {
    const code = await Deno.readTextFile(new URL(file, root));
    assertStringIncludes(code, `export function ${name}(`, file);
    const tested = await Deno.readTextFile(new URL(`tests/${test}`, root));
    assertStringIncludes(tested, name, `${name} in ${test}`);
  }
  assertEquals(new Set(equationMap.map(({ what }) => what)).size, equationMap.length);
});
