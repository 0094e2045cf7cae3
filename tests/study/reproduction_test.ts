import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { tableText } from "../../lib/plot/table.ts";
import { configure, type Settings } from "../../lib/experiment/config.ts";
import {
  largeRows,
  reproduced,
  reproducibleRows,
  reproductionOf,
  verdictOn,
} from "../../lib/study/reproduction.ts";
import { reproductionTable } from "../../lib/study/reproduction_table.ts";
import { finishedRuns } from "./finished_runs.ts";

Deno.test("a row is trained with its second stage and its seeds, 3407 first", () => {
  const { study, preset, altered } = reproductionOf("cifar100-lt-50");
  assertEquals([study.seeds, altered, preset.target], [[3407, 1, 2], [], "glmc-g2"]);
  const { stages } = configure(study.base);
  assertEquals(stages.map(({ name, epochs }) => [name, epochs]), [["train", 200], ["maxnorm", 10]]);
  assertEquals(stages[0].options.consistencyWeight, 6);
});

Deno.test("a row of a large set has the second stage of which there is a number, wherever its files are", () => {
  const given = { dataFolder: "/images", trainList: "/train.txt", testList: "/test.txt" };
  const linesOf = (row: string) => {
    const reproduction = reproductionOf(row, { given });
    assertEquals([reproduction.altered, reproduction.preset.target], [[], "glmc-large"]);
    return reproduced(reproduction, []).map(({ name, published, isTarget }) =>
      `${name} ${published?.top1} ${isTarget}`
    );
  };
  assertEquals(linesOf("imagenet-lt"), ["GLMC 56.3 true", "GLMC + MaxNorm 56.7 true"]);
  assertEquals(linesOf("inat18"), ["GLMC 72.21 true"]);
});

Deno.test("a row in another reading is another preset", () => {
  const { preset, study } = reproductionOf("cifar10-lt-10", { reading: "paper", seeds: [5] });
  assertEquals([preset.name, preset.target, study.seeds], ["cifar10-lt-10-paper", "glmc-g1", [5]]);
  assertEquals(configure(study.base).stages[1]!.maxNorm!.every, "step");
});

Deno.test("what alters a row is said, where images are and a stage that is left out is not", () => {
  const alteredBy = (given: Settings) => reproductionOf("cifar10-lt-100", { given }).altered;
  assertEquals(alteredBy({ epochs: 2, width: 16 }), ["width 16", "epochs 2"]);
  assertEquals(alteredBy({ secondStage: "none", dataFolder: "/images", epochs: 200 }), []);
});

Deno.test("reproductionOf() refuses unknown rows and readings of rows that have none", () => {
  assertThrows(() => reproductionOf("cifar10-lt-1"), RangeError, "no published row");
  assertThrows(
    () => reproductionOf("ce-l-cifar10-lt-100", { reading: "paper" }),
    RangeError,
    "readings are of the rows of GLMC",
  );
  assertEquals(reproducibleRows.length, new Set(reproducibleRows).size);
  for (const row of [...reproducibleRows, ...largeRows]) {
    assert(reproduced(reproductionOf(row), []).some(({ isTarget }) => isTarget), row);
  }
});

Deno.test("both stages stand beside the numbers of all generations, with a verdict", () => {
  const reproduction = reproductionOf("cifar10-lt-100");
  // Deviation 0.5 of three seeds: the interval is 0.5 · 4.303 / √3 = 1.24 to either side.
  const results = finishedRuns(reproduction, [[87.5, 91], [88, 91.5], [88.5, 92]]);
  const lines = reproduced(reproduction, results);
  assertEquals(
    lines.map(({ name, published, isTarget, verdict }) =>
      `${name} ${published?.generation} ${isTarget} ${verdict}`
    ),
    [
      "GLMC g0 false withdrawn",
      "GLMC g1 false within",
      "GLMC g2 true within",
      "GLMC + MaxNorm g0 false withdrawn",
      "GLMC + MaxNorm g1 false above",
      "GLMC + MaxNorm g2 true above",
    ],
  );
  assertEquals([lines[0]!.last?.mean, lines[0]!.best?.mean], [88, 89]);
  assertEquals([lines[3]!.last?.mean, lines[3]!.best?.mean], [91.5, 92.5]);
  const text = tableText(reproductionTable(reproduction, lines));
  assertStringIncludes(text, "88.00 ± 0.50");
  assertStringIncludes(text, "within the spread, ±1.24");
  assertStringIncludes(text, "not within: ours is 1.92 above, spread ±1.24");
  assertStringIncludes(text, "GLMC g2 (target)");
});

Deno.test("logits that are adjusted stand beside the published number of the same", () => {
  const reproduction = reproductionOf("ce-l-cifar10-lt-100");
  const runs = finishedRuns(reproduction, [[70], [71], [72]]);
  const shots = { many: null, medium: null, few: null };
  const adjusted = runs.map((run, index) => ({
    ...run,
    last: { ...run.last!, adjusted: { top1: 78 + index, shots } },
  }));
  const lineOf = (results: typeof runs) => reproduced(reproduction, results).at(-1)!;

  const { name, seeds, last, best, published, isTarget, verdict } = lineOf(adjusted);
  assertEquals([name, seeds, last?.mean, best, published?.top1, isTarget, verdict], [
    ...["Cross-entropy, logits adjusted", [1, 2, 3], 79, undefined, 77.32, false, "within"],
  ]);
  // A run of the time before it was measured has none.
  assertEquals(lineOf([...adjusted.slice(0, 2), runs[2]!]).seeds, [1, 2]);
  assertEquals([lineOf(runs).seeds, lineOf(runs).last, lineOf(runs).verdict], [
    ...[[], undefined, "missing"],
  ]);
  assert(reproduced(reproduction, runs).slice(0, -1).every(({ name }) => name === "Cross-entropy"));
  // What is adjusted are the outputs of the last stage.
  const stages = reproduced(reproductionOf("crt-l-cifar10-lt-100"), []);
  assertEquals(stages.filter(({ name }) => /adjusted/.test(name)), []);
});

Deno.test("seeds that are missing are said, and too few of them have no verdict", () => {
  const reproduction = reproductionOf("cifar100-lt-100", { given: { secondStage: "none" } });
  const lines = reproduced(reproduction, finishedRuns(reproduction, [[57], [58]]));
  assertEquals(lines.map(({ verdict }) => verdict), ["few", "few", "few"]);
  const { rows } = reproductionTable(reproduction, lines);
  assertEquals(rows[2], [
    "GLMC",
    "2 of 3",
    "57.50 ± 0.71",
    "58.50 ± 0.71",
    "GLMC g2 (target)",
    "57.97",
    "2 seeds are too few to say",
  ]);
});

Deno.test("other settings than those of the row have no verdict, and the caption says which", () => {
  const reproduction = reproductionOf("cifar100-lt-100", { given: { epochs: 3, width: 16 } });
  const results = finishedRuns(reproduction, [[57, 58], [58, 58], [58.5, 58]]);
  const lines = reproduced(reproduction, results);
  assertEquals([...new Set(lines.map(({ verdict }) => verdict))], ["altered"]);
  assertStringIncludes(
    `${reproductionTable(reproduction, lines).caption}`,
    "no verdict: width 16, epochs 3",
  );
});

Deno.test("a baseline stands beside every number of its method", () => {
  const reproduction = reproductionOf("ce-l-cifar100-lt-100");
  const lines = reproduced(reproduction, finishedRuns(reproduction, [[36], [36.1], [36.2]]));
  assertEquals(lines.find(({ isTarget }) => isTarget)?.published?.top1, 37.73);
  const plain = lines.filter(({ name }) => name === "Cross-entropy");
  assertEquals(plain.length, 6);
  assertEquals([...new Set(plain.map(({ verdict }) => verdict))], ["below"]);
});

Deno.test("the first stage of cRT is cross-entropy, and has its numbers", () => {
  const lines = reproduced(reproductionOf("crt-l-cifar10-lt-50"), []);
  assertEquals(
    lines.filter(({ isTarget }) => isTarget).map(({ name, published }) => [name, published?.top1]),
    [["Cross-entropy", 76.45], ["Cross-entropy + cRT", 80.17]],
  );
});

for (
  const [ours, published, verdict] of [
    [[], 50, "missing"],
    [[50], 50, "few"],
    [[49, 51], 50, "few"],
    [[50, 50, 50], 50, "within"],
    [[50, 50, 50], 50.1, "below"],
    // The interval of these is 50 ± 2.48.
    [[49, 50, 51], 52.4, "within"],
    [[49, 50, 51], 52.5, "below"],
    [[49, 50, 51], 47.5, "above"],
  ] as const
) {
  Deno.test(`verdictOn() finds ${published} ${verdict} for [${ours.join(", ")}]`, () => {
    assertEquals(verdictOn(ours, published), verdict);
  });
}
