/**
 * Tables of experiments: long-tailed data sets, presets, and what the runs of the result cards reached.
 *
 * @module
 */

import { cifarFacts } from "../../data/cifar.ts";
import { datasets } from "../../data/datasets.ts";
import { largeSets } from "../../data/large_sets.ts";
import { classCounts } from "../../data/long_tail.ts";
import { shotSizes } from "../../evaluate/shots.ts";
import { methods } from "../../method/methods.ts";
import { type Table, table } from "../../plot/table.ts";
import { compareVariants } from "../../study/compare.ts";
import { comparisonTable, spreadText } from "../../study/comparison_table.ts";
import { baselineNames, findPreset, presets, tailedDatasets } from "../../study/presets.ts";
import {
  type Reproduced,
  reproduced,
  reproducibleRows,
  type Reproduction,
  reproductionOf,
} from "../../study/reproduction.ts";
import { verdictText } from "../../study/reproduction_table.ts";
import type { RunResult } from "../../study/result.ts";
import { planStudy } from "../../study/study.ts";
import { studyFromArguments } from "../ablate_study.ts";

/**
 * The long-tailed sets that the field has tables of, with their sizes.
 *
 * @returns The table; the counts of CIFAR-LT are computed, those of the large sets are the published ones.
 * @example The smallest class of CIFAR-100-LT 100
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { datasetTable } from "glmc/cli/readme/study_tables.ts";
 *
 * const row = datasetTable().rows.find(([title]) => title === "CIFAR-100-LT, imbalance factor 100");
 *
 * assertEquals(row?.slice(2, 6), ["100", "10,847", "500", "5"]);
 * ```
 */
export function datasetTable(): Table {
  const tailed = tailedDatasets.map(({ title, settings: { dataset, imbalanceRate } }) => {
    const { trainSize, classNames: { length: classes } } = cifarFacts[dataset];
    const largest = trainSize / classes;
    const counts = classCounts({ classes, largest, imbalanceRate: Number(imbalanceRate) });
    return [
      title,
      `\`--dataset ${dataset} --imbalance_rate ${imbalanceRate}\``,
      classes,
      counts.reduce((sum, count) => sum + count, 0),
      largest,
      counts.at(-1),
      shotText(shotSizes(counts)),
      [...datasets[dataset].sources, "folder"].join(", "),
    ];
  });
  const large = Object.values(largeSets).map((set) => {
    const { title, classes, images, largest, smallest, shots } = set;
    const from = "your lists and images";
    return [title, null, classes, images, largest, smallest, shotText(shots), from];
  });
  return table(
    [
      "data set",
      "flags",
      "classes",
      "training images",
      "largest class",
      "smallest",
      "many / medium / few",
      "from",
    ],
    [...tailed, ...large],
  );
}

function shotText({ many, medium, few }: ReturnType<typeof shotSizes>): string {
  return [many, medium, few].join(" / ");
}

/**
 * The presets in short: all data sets of one kind in a row, and all baselines of one schedule.
 *
 * @returns The table.
 * @example The first
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { presetTable } from "glmc/cli/readme/study_tables.ts";
 *
 * assertEquals(presetTable().rows[0]?.[0], "`quick`");
 * ```
 */
export function presetTable(): Table {
  const sets = tailedDatasets.map(({ name }) => name);
  const baseline = new RegExp(`^(${baselineNames.join("|")})-([lc])-<data>$`);
  const families = Map.groupBy(presets, ({ name }) => {
    const set = sets.find((set) => new RegExp(`(^|-)${set}(-|$)`).test(name)) ?? "";
    return name.replace(set, set && "<data>").replace(baseline, "<baseline>-$2-<data>");
  });
  const rows = [...families].map(([name, [first, ...others]]) => {
    const { summary, seeds } = first!;
    // The first word of a baseline's summary is its name.
    const what = name.startsWith("<baseline>") ? summary.replace(/^[^,]*, /, "") : summary;
    return [code(name), what, 1 + others.length, seeds.join(", ")];
  });
  return table(["preset", "what it is", "presets", "seeds"], rows, {
    caption: `\`<data>\` is one of ${sets.map(code).join(", ")}; \`<baseline>\` one of ${
      baselineNames.map(code).join(", ")
    }.`,
  });
}

function code(text: string): string {
  return `\`${text}\``;
}

/**
 * What the finished runs of an ablation have reached.
 *
 * @param args Arguments of `deno task ablate`: the name of the ablation, grids and flags.
 * @param results All results that are known.
 * @returns The table; its caption has the command.
 * @throws {UsageError} If ablation or flags do not fit.
 * @example Before anything has run
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ablationTable } from "glmc/cli/readme/study_tables.ts";
 *
 * const { rows } = await ablationTable(["gamma", "--seeds", "1"], []);
 *
 * assertEquals(rows[0]?.slice(0, 2), ["gamma 0", "0 of 1"]);
 * ```
 */
export async function ablationTable(
  args: readonly string[],
  results: readonly RunResult[],
): Promise<Table> {
  const study = await studyFromArguments(args);
  const { title, baseline } = study;
  return {
    // Published numbers are of other networks and schedules.
    ...comparisonTable(compareVariants(study, results), { published: false }),
    caption:
      `${title} by \`deno task ablate ${
        args.join(" ")
      }\`: top-1 accuracy on the test set, mean ± ` +
      "sample deviation over seeds; many, medium, few and adjusted (logits less the log priors of the " +
      "training) are of the last epoch" +
      (baseline === undefined
        ? "."
        : `; against ${baseline}: mean difference by seed, with its 95 % interval.`),
  };
}

/**
 * What is reproduced of the published tables and what is not: every row of GLMC, and those baselines that
 * have a finished run.
 *
 * @param results All results that are known.
 * @returns The table; a row that was not run says so.
 * @example Before anything has run
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { reproducedTable } from "glmc/cli/readme/study_tables.ts";
 *
 * assertEquals(reproducedTable([]).rows[0]?.slice(0, 4), [
 *   "CIFAR-10-LT, imbalance factor 100",
 *   "GLMC",
 *   "88.50 (g2)",
 *   "not run",
 * ]);
 * ```
 */
export function reproducedTable(results: readonly RunResult[]): Table {
  const rows = reproducibleRows.flatMap((row) => {
    const { reproduction, lines } = linesOf(row, results);
    const isGlmc = findPreset(row).settings.method === "glmc";
    return lines.filter(({ isTarget, seeds }) => isTarget && (isGlmc || seeds.length > 0))
      .map((line) => reproducedRow(row, { reproduction, line, results }));
  });
  return table(
    [
      "setting",
      "method",
      "published top-1 (%)",
      "ours (%)",
      "seeds",
      "verdict",
      "commit",
      "command",
    ],
    rows,
    { caption: "Ours: mean ± sample deviation of the last epoch over seeds." },
  );
}

/** Our numbers of a row: of runs with its second stage, or else of runs that end before it. */
function linesOf(
  row: string,
  results: readonly RunResult[],
): { readonly reproduction: Reproduction; readonly lines: readonly Reproduced[] } {
  const whole = reproductionOf(row);
  const lines = reproduced(whole, results);
  if (lines.some(({ seeds }) => seeds.length > 0)) return { reproduction: whole, lines };
  const first = reproductionOf(row, { given: { secondStage: "none" } });
  const before = reproduced(first, results);
  if (before.every(({ seeds }) => seeds.length === 0)) return { reproduction: whole, lines };
  return {
    reproduction: first,
    lines: [...before, ...lines.filter(({ name }) => name !== before[0]!.name)],
  };
}

function reproducedRow(
  row: string,
  { reproduction, line, results }: {
    readonly reproduction: Reproduction;
    readonly line: Reproduced;
    readonly results: readonly RunResult[];
  },
): string[] {
  const { name, seeds, last, published } = line;
  const hashes = new Set(planStudy(reproduction.study, { methods }).map(({ hash }) => hash));
  const commits = results.filter(({ hash }) => seeds.length > 0 && hashes.has(hash))
    .map(({ commit }) => commit.slice(0, 7));
  const dataset = tailedDatasets.find(({ name }) => row.endsWith(name))!;
  return [
    dataset.title,
    name,
    `${published!.top1.toFixed(2)} (${published!.generation ?? published!.title})`,
    last === undefined ? "not run" : spreadText(last),
    `${seeds.length} of ${reproduction.study.seeds.length}`,
    last === undefined ? "–" : verdictText(line),
    [...new Set(commits)].map((commit) => `\`${commit}\``).join(", ") || "–",
    `\`deno task reproduce ${row}\``,
  ];
}
