import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { configure, groupHash, resultHash, type Settings } from "../../lib/experiment/config.ts";
import { openRunStore } from "../../lib/experiment/run_store.ts";
import { methods } from "../../lib/method/methods.ts";
import { tableMarkdown } from "../../lib/plot/table.ts";
import { tableCsv, tableLatex } from "../../lib/plot/table_formats.ts";
import { compareVariants, groupResults } from "../../lib/study/compare.ts";
import { comparisonFigures } from "../../lib/study/comparison_figures.ts";
import { comparisonNumbers, comparisonTable } from "../../lib/study/comparison_table.ts";
import type { Measured, RunResult } from "../../lib/study/result.ts";
import { results } from "../../lib/study/results.ts";
import { differenceOf, spreadOf, studentQuantile } from "../../lib/study/statistics.ts";
import type { Study } from "../../lib/study/study.ts";
import { temporaryFolder } from "../data/disposables.ts";
import { writeRun } from "./written_runs.ts";

/** A subset that nobody has published numbers of. */
const own = { imbalanceRate: 0.2, epochs: 2 };

function result(
  settings: Settings,
  top1: number,
  { epochs = 2, adjusted }: { readonly epochs?: number; readonly adjusted?: number } = {},
): RunResult {
  const config = configure({ ...own, ...settings }, { methods });
  const shots = { many: top1 + 10, medium: top1, few: null };
  const measured = (value: number): Measured => ({
    ...{ epoch: 1, top1: value, top5: 100, shots, classAccuracy: [], calibrationError: 0 },
    ...(adjusted !== undefined && { adjusted: { top1: adjusted, shots } }),
  });
  return {
    ...{ hash: resultHash(config), group: groupHash(config), config, folder: null },
    ...{ name: "a", state: epochs === 2 ? "finished" : "stopped", epochs, totalEpochs: 2 },
    ...{ best: measured(top1 + 1), last: measured(top1), curve: [top1 + 1, top1].slice(0, epochs) },
    ...{ seconds: 200, started: "", commit: "", machine: "" },
  };
}

const study: Study = {
  name: "gamma",
  title: "Consistency",
  base: own,
  variants: [
    { name: "without", settings: { consistencyWeight: 0 } },
    { name: "with_4 & more", settings: { consistencyWeight: 4 } },
  ],
  seeds: [1, 2, 3],
  baseline: "without",
};
const without = (seed: number) => ({ consistencyWeight: 0, seed });
const within = (seed: number) => ({ consistencyWeight: 4, seed });
const all = [
  result(without(1), 40, { adjusted: 42 }),
  result(without(2), 42, { adjusted: 44 }),
  result(without(3), 44, { adjusted: 46 }),
  result(within(1), 41, { adjusted: 41.5 }),
  result(within(2), 44, { adjusted: 44.5 }),
  result(within(3), 47, { adjusted: 47.5 }),
];

Deno.test("the interval of three pairs is the one worked out by hand", () => {
  // 1, 2, 3: mean 2, s = 1, t(0.975, 2) = 4.302653, half = 4.302653 / sqrt(3) = 2.484138.
  const { mean, deviation, interval } = differenceOf([1, 2, 3])!;
  assertEquals([mean, deviation], [2, 1]);
  assertAlmostEquals(interval![0], 2 - 2.484138, 1e-6);
  assertAlmostEquals(interval![1], 2 + 2.484138, 1e-6);
  assertEquals(differenceOf([1])?.interval, null);
  assertEquals(spreadOf([]), undefined);
});

Deno.test("studentQuantile() gives what printed tables give", () => {
  const printed = { 1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 9: 2.262, 30: 2.042 };
  for (const [freedom, value] of Object.entries(printed)) {
    // The tables have three digits behind the point.
    assertAlmostEquals(studentQuantile(0.975, Number(freedom)), value, 5e-4, freedom);
  }
  assertAlmostEquals(studentQuantile(0.975, 100_000), 1.95996, 1e-4);
  assertAlmostEquals(studentQuantile(0.5, 7), 0, 1e-12);
});

Deno.test("compareVariants() pairs by seed, whatever the order of the results", () => {
  const { rows } = compareVariants(study, all.toReversed());
  const [first, second] = rows;

  assertEquals(rows.map(({ name, seeds }) => `${name}: ${seeds}`), [
    "without: 1,2,3",
    "with_4 & more: 1,2,3",
  ]);
  assertEquals(first?.last, { n: 3, mean: 42, deviation: 2 });
  assertEquals(first?.best?.mean, 43);
  assertEquals(first?.shots.few, undefined);
  assertEquals(first?.difference, undefined);
  // The results vary by 3, their differences to the same seed by 1.
  assertEquals([second?.last?.deviation, second?.difference?.mean, second?.difference?.deviation], [
    3,
    2,
    1,
  ]);
  assertEquals(second?.adjusted?.mean, 44.5);
});

Deno.test("missing seeds are said, and are in no mean", () => {
  const partial = [all[0]!, all[2]!, all[3]!, result(within(3), 99, { epochs: 1 })];
  const comparison = compareVariants(study, partial);
  const [first, second] = comparison.rows;

  assertEquals([first?.seeds, first?.missing, first?.last?.n], [[1, 3], [2], 2]);
  assertEquals([second?.seeds, second?.missing, second?.last?.mean], [[1], [2, 3], 41]);
  assertEquals(second?.difference, { n: 1, mean: 1, deviation: null, interval: null });
  const { rows, caption } = comparisonTable(comparison);
  assertEquals(rows.map(([, seeds]) => seeds), ["2 of 3", "1 of 3"]);
  assert(caption?.endsWith("Seeds without a finished run: without: 2; with_4 & more: 2, 3."));
});

Deno.test("a finished run stands for one that is not, of the same hash", () => {
  const twice = [result(without(1), 20, { epochs: 1 }), ...all];
  assertEquals(compareVariants(study, twice).rows, compareVariants(study, all).rows);
});

Deno.test("some runs that are older than logit adjustment do not hide in the mean", () => {
  const mixed = [all[0]!, all[1]!, result(without(3), 44)];
  const { rows } = comparisonTable(compareVariants(study, mixed));
  assertEquals(rows[0]?.[7], "43.00 ± 1.41 (n = 2)");
});

Deno.test("a baseline that is no row is refused with those there are", () => {
  assertThrows(
    () => compareVariants({ ...study, baseline: "nothing" }, all),
    RangeError,
    'there is no such row: choose one of "without", "with_4 & more"',
  );
});

Deno.test("groupResults() names groups by what differs, and takes a method for a baseline", () => {
  const other = [1, 2].map((seed) => result({ method: "cross_entropy", seed }, 30 + seed));
  const { rows, baseline } = groupResults([...other, ...all], { baseline: "cross_entropy" });

  assertEquals(baseline, "cross_entropy");
  assertEquals(rows.map(({ name, seeds, difference }) => [name, seeds, difference?.mean]), [
    ["cross_entropy", [1, 2], undefined],
    ["glmc, consistencyWeight 0", [1, 2, 3], 9.5],
    ["glmc, consistencyWeight 4", [1, 2, 3], 11],
  ]);
  assertEquals(groupResults(all.slice(0, 3)).rows.map(({ name }) => name), ["glmc"]);
});

Deno.test("names of groups leave out what a group lacks, and where its images are", () => {
  const small = { architecture: "resnet32", width: 16, imageSize: 32 };
  const files = {
    dataset: "folder",
    dataFolder: "/images",
    trainListHash: "a".repeat(64),
    ...small,
  };
  const chosen: Settings[] = [{ largestClass: 500 }, {}, files];
  const results = chosen.map((settings) =>
    result({ method: "cross_entropy", seed: 1, ...settings }, 30)
  );
  const [large, plain, folder] = groupResults(results).rows.map(({ name }) => name);
  assertEquals(large, "dataset cifar10, largestClass 500");
  assertEquals(plain, "dataset cifar10");
  assertEquals(folder, "dataset folder, imageSize 32");

  const other = result({
    method: "cross_entropy",
    seed: 1,
    ...files,
    trainListHash: "b".repeat(64),
  }, 31);
  const names = groupResults([results[2]!, other]).rows.map(({ name }) => name);
  assertEquals(names.map((name) => name.replace(/[0-9a-f]{8}/, "#")), [
    ...["cross_entropy (#)", "cross_entropy (#)"],
  ]);
  assertEquals(new Set(names).size, 2, "lists that differ are told apart by the hash of the group");
});

Deno.test("a comparison in Markdown, LaTeX and CSV", () => {
  const comparison = compareVariants(study, all);
  const { caption: _, ...shown } = comparisonTable(comparison);

  assertEquals(
    tableMarkdown(shown),
    [
      "|  | seeds | last top-1 (%) | best top-1 (%) | many (%) | medium (%) | few (%) | adjusted (%) | against without | time |",
      "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
      "| without | 3 | 42.00 ± 2.00 | 43.00 ± 2.00 | 52.00 ± 2.00 | 42.00 ± 2.00 | – | 44.00 ± 2.00 | – | 3 min 20 s |",
      "| with_4 & more | 3 | 44.00 ± 3.00 | 45.00 ± 3.00 | 54.00 ± 3.00 | 44.00 ± 3.00 | – | 44.50 ± 3.00 | +2.00 [−0.48, +4.48] | 3 min 20 s |",
    ].join("\n"),
  );
  assertEquals(
    tableLatex(shown).split("\n").slice(0, 9),
    [
      "% \\usepackage{booktabs}",
      "\\begin{table}",
      "  \\centering",
      "  \\begin{tabular}{lrrrrrrrrr}",
      "  \\toprule",
      "   & seeds & last top-1 (\\%) & best top-1 (\\%) & many (\\%) & medium (\\%) & few (\\%) & adjusted (\\%) & against without & time \\\\",
      "  \\midrule",
      "  without & 3 & 42.00 $\\pm$ 2.00 & 43.00 $\\pm$ 2.00 & 52.00 $\\pm$ 2.00 & 42.00 $\\pm$ 2.00 & -- & 44.00 $\\pm$ 2.00 & -- & 3 min 20 s \\\\",
      "  with\\_4 \\& more & 3 & 44.00 $\\pm$ 3.00 & 45.00 $\\pm$ 3.00 & 54.00 $\\pm$ 3.00 & 44.00 $\\pm$ 3.00 & -- & 44.50 $\\pm$ 3.00 & +2.00 [$-$0.48, +4.48] & 3 min 20 s \\\\",
    ],
  );
  const [header, first] = tableCsv(comparisonNumbers(comparison)).split("\r\n");
  assertEquals(header?.split(",").slice(0, 6), [
    ...["name", "seeds", "missing", "last_mean", "last_deviation", "last_n"],
  ]);
  assertEquals(first?.split(",").slice(0, 6), ["without", "1 2 3", "", "42", "2", "3"]);
});

Deno.test("published numbers stand beside ours, each with the letter of its source", () => {
  const [row] = [1, 2].map((seed) => result({ imbalanceRate: 0.01, seed }, 80));
  const { header, rows, caption } = comparisonTable(groupResults([row!]));

  assertEquals(rows[0]?.[header.indexOf("published (%)")], "92.34 [a], 87.75 [b], 88.50 [c]");
  assert(caption?.includes("[c] GLMC g2: README of ynu-yangpeng/GLMC from 2023-05-28"));

  const plain = groupResults([
    result({ method: "cross_entropy", imbalanceRate: 0.01, seed: 1 }, 70),
  ]);
  const cells = comparisonTable(plain);
  assertMatch(
    cells.rows[0]![cells.header.indexOf("published (%)")]!,
    /71\.36 \[(\w)\].*, adjusted 77\.32 \[\1\]$/,
  );
  const numbers = comparisonNumbers(plain);
  assertEquals(numbers.rows[0]!.at(-1), "logit-adjustment 77.32");
  const ours = comparisonTable(plain, { published: false });
  assertEquals(ours.header, cells.header.filter((title) => title !== "published (%)"));
  assert(!ours.caption?.includes("Published"));
});

Deno.test("figures say in words what they show, and bands need two seeds", () => {
  const { bars, curves } = comparisonFigures(compareVariants(study, all.slice(0, 4)));
  assertEquals(
    bars.description,
    "Mean top-1 accuracy after the last epoch: without 42.0 ± 2.0 % (adjusted 44.0 %), " +
      "with_4 & more 41.0 % (adjusted 41.5 %).",
  );
  assertEquals(
    curves.description,
    "Mean top-1 accuracy after the last epoch: without 42.0 % over 3 seeds, " +
      "with_4 & more 41.0 % over 1 seed.",
  );
  const band = curves.data.flatMap((trace) => "fill" in trace ? [trace] : []);
  assertEquals(band.map(({ y }) => y), [[45, 44, 40, 41]]);
});

Deno.test("curves stand at the epochs that were evaluated", () => {
  const [known] = all;
  const settings = { ...own, ...without(1), epochs: 5, evaluateEvery: 3 };
  const seldom = { ...known!, config: configure(settings, { methods }), curve: [30, 40] };
  const { curves } = comparisonFigures({
    title: "now and then",
    rows: [{ name: "a", seeds: [1], missing: [], shots: {}, results: [seldom] }],
  });
  const lines = curves.data.flatMap((trace) => "x" in trace ? [trace.x] : []);
  assertEquals(lines, [[3, 5]]);
});

Deno.test("results() compares in a notebook what a store knows, of a study or by settings", async () => {
  using temporary = temporaryFolder();
  const store = openRunStore(temporary.path);
  for (const seed of [1, 2]) {
    for (const weight of [0, 4]) {
      const settings = { ...own, consistencyWeight: weight, seed };
      await writeRun(store.folder, {
        name: `${weight}-${seed}`,
        settings,
        top1: [30, 40 + weight],
      });
    }
  }
  const compared = await results({ store, cards: [], study });
  assertEquals(compared.rows.map(({ last, missing }) => [last?.mean, missing]), [
    [40, [3]],
    [44, [3]],
  ]);
  assertEquals(compared.table.rows.length, 2);
  // The study's own baseline is not chosen, and nothing is compared with it.
  const narrow = await results({ store, cards: [], study, where: { consistencyWeight: 4 } });
  assertEquals([narrow.baseline, narrow.rows.length], [undefined, 1]);
  await assertRejects(
    () => results({ store, cards: [], where: { consistencyWeigh: 4 } }),
    RangeError,
    "did you mean consistencyWeight?",
  );
  await assertRejects(
    () => results({ store, cards: [], where: { method: "gmlc" } }),
    RangeError,
    "did you mean glmc?",
  );
  const chosen = await results({ store, cards: [], where: { consistencyWeight: 4 } });
  assertEquals(chosen.rows.map(({ name, seeds }) => [name, seeds]), [["glmc", [1, 2]]]);
});
