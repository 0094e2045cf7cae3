/**
 * Comparisons over seeds: of the variants of a study, or of any runs that differ in more than their seed.
 *
 * @module
 */

import { type RunConfig, settingsOf } from "../experiment/config.ts";
import type { ShotAccuracy } from "../evaluate/shots.ts";
import type { Method } from "../method/method.ts";
import { methods as kitMethods } from "../method/methods.ts";
import { type Published, publishedFor } from "./published.ts";
import { isFinished, resultsByHash } from "./read_results.ts";
import type { Measured, RunResult } from "./result.ts";
import { type Difference, differenceOf, type Spread, spreadOf } from "./statistics.ts";
import { planStudy, type Study } from "./study.ts";

/** A line of a comparison: finished runs that differ in their seed alone. Accuracies are in percent. */
export interface ComparedRow {
  /** Its name. */
  readonly name: string;
  /** Its seeds that are finished, in their order. */
  readonly seeds: readonly number[];
  /** Its seeds that are planned or begun and not finished: no number here has anything of them. */
  readonly missing: readonly number[];
  /** Its finished runs, in the order of the seeds. */
  readonly results: readonly RunResult[];
  /** Top-1 accuracy of the last epoch; absent, as all below, where no run is finished. */
  readonly last?: Spread | undefined;
  /** Top-1 accuracy of the best epoch. */
  readonly best?: Spread | undefined;
  /** Accuracy of many-, medium- and few-shot classes in the last epoch; absent where there are none. */
  readonly shots: { readonly [Group in keyof ShotAccuracy]?: Spread | undefined };
  /** Top-1 accuracy of the last epoch after logit adjustment; of the runs that have measured it. */
  readonly adjusted?: Spread | undefined;
  /** Seconds of training and evaluation. */
  readonly seconds?: Spread | undefined;
  /** Published numbers of the same method on the same data; none by default. */
  readonly published?: readonly Published[];
  /** The same after logit adjustment. */
  readonly publishedAdjusted?: readonly Published[];
  /** Last top-1 accuracy less that of the baseline, by seeds that are finished in both. */
  readonly difference?: Difference | undefined;
}

/** Rows that are compared with each other. */
export interface Comparison {
  /** What is compared, for people. */
  readonly title: string;
  /** Name of the row that the others are compared with. */
  readonly baseline?: string | undefined;
  /** The rows. */
  readonly rows: readonly ComparedRow[];
}

/** Settings of {@linkcode compareVariants}. */
export interface CompareOptions {
  /** Methods that the study may name; those of the kit by default. */
  readonly methods?: readonly Method[];
}

/**
 * Compares the variants of a study.
 *
 * @param study The study.
 * @param results Results, of which those of the study are taken by their hash.
 * @param options The methods there are.
 * @returns A row for each variant, in the order of the study.
 * @throws {RangeError} If the study asks for what cannot be, or its baseline is none of its variants.
 * @example Before anything has run
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { compareVariants } from "glmc/study/compare.ts";
 *
 * const variants = [{ name: "GLMC", settings: {} }];
 * const study = { name: "one", title: "One variant", base: { epochs: 1 }, variants, seeds: [1, 2] };
 * const [row] = compareVariants(study, []).rows;
 *
 * assertEquals([row?.seeds, row?.missing], [[], [1, 2]]);
 * ```
 */
export function compareVariants(
  study: Study,
  results: readonly RunResult[],
  { methods = kitMethods }: CompareOptions = {},
): Comparison {
  const known = resultsByHash(results);
  const planned = planStudy(study, { methods });
  const groups = study.variants.map(({ name }) => {
    const runs = planned.filter(({ variant }) => variant === name);
    return {
      name,
      seeds: runs.map(({ seed }) => seed),
      config: runs[0]!.config,
      results: runs.flatMap(({ hash }) => known.get(hash) ?? []),
    };
  });
  return compared(groups, study);
}

/** Settings of {@linkcode groupResults}. */
export interface GroupOptions {
  /** What is compared, for people. */
  readonly title?: string | undefined;
  /** Name of a row, or of the method of a single row, that the others are compared with. */
  readonly baseline?: string | undefined;
}

/**
 * Compares any runs: those that differ in nothing but their seed make a row.
 *
 * @param results The runs.
 * @param options Title and baseline.
 * @returns Rows in the order in which their first run comes, named by the settings in which they differ.
 * @throws {RangeError} If the baseline is no row.
 * @example Nothing to compare
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { groupResults } from "glmc/study/compare.ts";
 *
 * assertEquals(groupResults([]).rows, []);
 * ```
 */
export function groupResults(
  results: readonly RunResult[],
  { title = "Runs by configuration", baseline }: GroupOptions = {},
): Comparison {
  const distinct = new Set(resultsByHash(results).values());
  const byGroup = Map.groupBy(results.filter((result) => distinct.has(result)), (r) => r.group);
  const members = [...byGroup.values()];
  const names = distinguishingNames(members.map(([first]) => first!));
  const groups = members.map((runs, index) => {
    const inOrder = runs.toSorted((a, b) => a.config.seed - b.config.seed);
    return {
      name: names[index]!,
      seeds: inOrder.map(({ config }) => config.seed),
      config: inOrder[0]!.config,
      results: inOrder,
    };
  });
  return compared(groups, { title, baseline });
}

interface Group {
  readonly name: string;
  /** Planned seeds. */
  readonly seeds: readonly number[];
  /** Configuration of one of its runs. */
  readonly config: RunConfig;
  readonly results: readonly RunResult[];
}

function compared(
  groups: readonly Group[],
  { title, baseline }: Pick<Comparison, "title" | "baseline">,
): Comparison {
  const ofMethod = groups.filter(({ config }) => config.stages[0].method === baseline);
  const base = groups.find(({ name }) => name === baseline) ??
    (ofMethod.length === 1 ? ofMethod[0] : undefined);
  if (baseline !== undefined && base === undefined) {
    throw new RangeError(
      `Cannot compare with "${baseline}": there is no such row: choose one of ${
        groups.map(({ name }) => `"${name}"`).join(", ") || "those that have runs"
      }`,
    );
  }
  return { title, baseline: base?.name, rows: groups.map((group) => comparedRow(group, base)) };
}

function comparedRow(
  { name, seeds, config, results }: Group,
  base: Group | undefined,
): ComparedRow {
  const finished = results.filter(isFinished);
  const done = finished.map(({ config }) => config.seed);
  const spread = (valueOf: (result: RunResult) => number | null | undefined): Spread | undefined =>
    spreadOf(finished.map(valueOf).filter((value) => value != null));
  const ofLast = (valueOf: (last: Measured) => number | null | undefined): Spread | undefined =>
    spread(({ last }) => last && valueOf(last));
  return {
    name,
    seeds: done,
    missing: seeds.filter((seed) => !done.includes(seed)),
    results: finished,
    last: ofLast(({ top1 }) => top1),
    best: spread(({ best }) => best?.top1),
    shots: {
      many: ofLast(({ shots }) => shots.many),
      medium: ofLast(({ shots }) => shots.medium),
      few: ofLast(({ shots }) => shots.few),
    },
    adjusted: ofLast(({ adjusted }) => adjusted?.top1),
    published: publishedFor(config),
    publishedAdjusted: publishedFor(config, { postHoc: "logit_adjustment" }),
    seconds: spread(({ seconds }) => seconds),
    difference: base === undefined || base.name === name
      ? undefined
      : differenceOf(pairedDifferences(finished, base.results.filter(isFinished))),
  };
}

/** Last top-1 accuracy of each run less that of the other with the same seed. */
function pairedDifferences(
  results: readonly RunResult[],
  others: readonly RunResult[],
): number[] {
  const bySeed = new Map(others.map(({ config, last }) => [config.seed, last?.top1]));
  return results.flatMap(({ config, last }) => {
    const other = bySeed.get(config.seed);
    return last === undefined || other === undefined ? [] : [last.top1 - other];
  });
}

/** Settings that are long, or that nobody chooses: what chance does, where images are and how they are known. */
const unnamed = [
  ...["seed", "dataFolder", "source", "trainList", "testList", "trainListHash", "testListHash"],
  ...["imagesHash", "splitHash", "pretrainedHash"],
];

/** Names for configurations: the settings in which they differ, the method first, without those they lack. */
function distinguishingNames(results: readonly RunResult[]): string[] {
  const settings = results.map(({ config }) => settingsOf(config));
  const keys = [...new Set(["method", ...settings.flatMap((each) => Object.keys(each))])];
  const differing = keys.filter((key) => {
    const values = settings.filter((each) => key in each).map((each) => each[key]);
    return !unnamed.includes(key) && new Set(values).size > 1;
  });
  const names = settings.map((each) => {
    const parts = differing.filter((key) => each[key] != null)
      .map((key) => key === "method" ? `${each[key]}` : `${key} ${each[key]}`);
    return parts.join(", ") || `${each.method}`;
  });
  // Stages that no settings ask for can differ where no setting does, and images where no name tells.
  return names.map((name, index) =>
    names.indexOf(name) === names.lastIndexOf(name)
      ? name
      : `${name} (${results[index]!.group.slice(0, 8)})`
  );
}
