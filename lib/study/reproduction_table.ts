/**
 * Reproductions as tables: ours against published.
 *
 * @module
 */

import type { Table } from "../plot/table.ts";
import { spreadText } from "./comparison_table.ts";
import type { Reproduced, Reproduction, Verdict } from "./reproduction.ts";

/** Sign for what there is not. */
const nothing = "–";

const noNumber = "no number was found";

const verdictTexts: Readonly<Record<Verdict, (line: Reproduced) => string>> = {
  within: ({ last }) => `within the spread, ±${halfWidth(last).toFixed(2)}`,
  above: (line) =>
    `not within: ours is ${gap(line)} above, spread ±${halfWidth(line.last).toFixed(2)}`,
  below: (line) =>
    `not within: ours is ${gap(line)} below, spread ±${halfWidth(line.last).toFixed(2)}`,
  few: ({ seeds }) => `${seeds.length} seed${seeds.length === 1 ? " is" : "s are"} too few to say`,
  missing: () => "no seed is finished",
  altered: () => "none: another setting",
  withdrawn: () => "none: withdrawn by its authors",
};

/**
 * A reproduction as a table: our mean ± sample deviation over seeds beside each published number, in percent.
 *
 * @param reproduction The row.
 * @param lines Our numbers beside the published ones; see `reproduced`.
 * @returns The table; its caption says what a verdict is, and what was altered.
 * @example Before anything has run
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { reproduced, reproductionOf } from "glmc/study/reproduction.ts";
 * import { reproductionTable } from "glmc/study/reproduction_table.ts";
 *
 * const reproduction = reproductionOf("cifar10-lt-100");
 * const { rows } = reproductionTable(reproduction, reproduced(reproduction, []));
 *
 * assertEquals(rows[0], ["GLMC", "0 of 3", "–", "–", "GLMC g0 (CVPR)", "92.34",
 *   "none: withdrawn by its authors"]);
 * ```
 */
export function reproductionTable(
  { preset, study, altered }: Reproduction,
  lines: readonly Reproduced[],
): Table {
  const planned = study.seeds.length;
  const rows = lines.map((line) => {
    const { name, seeds, last, best, published, isTarget } = line;
    return [
      name,
      seeds.length === planned ? `${planned}` : `${seeds.length} of ${planned}`,
      last === undefined ? nothing : spreadText(last),
      best === undefined ? nothing : spreadText(best),
      published === undefined ? nothing : `${published.title}${isTarget ? " (target)" : ""}`,
      published === undefined ? nothing : published.top1.toFixed(2),
      verdictText(line),
    ];
  });
  const header = [
    "",
    "seeds",
    "last top-1 (%)",
    "best top-1 (%)",
    "published",
    "top-1 (%)",
    "verdict",
  ];
  return {
    header,
    rows,
    numeric: header.map((_, index) => [1, 2, 3, 5].includes(index)),
    caption: captionOf(study.title, { altered, notes: notesOn(lines) }) +
      (preset.target === undefined ? "" : " The target is the number that is meant by this row."),
  };
}

/**
 * How our numbers lie to a published one, in words.
 *
 * @param line Both.
 * @returns Such as `within the spread, ±0.31`.
 * @example Before anything has run
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { verdictText } from "glmc/study/reproduction_table.ts";
 *
 * const line = { name: "GLMC", seeds: [], isTarget: true, verdict: "missing" } as const;
 *
 * assertEquals(verdictText(line), "no seed is finished");
 * ```
 */
export function verdictText(line: Reproduced): string {
  return line.verdict === undefined ? noNumber : verdictTexts[line.verdict](line);
}

function captionOf(
  title: string,
  { altered, notes }: { readonly altered: readonly string[]; readonly notes: string },
): string {
  const rule =
    "A published number is within the spread where it lies in the 95 % interval of our " +
    "mean of the last epoch (Student's t over seeds).";
  const change = altered.length === 0
    ? ""
    : ` Another setting than that of the row, so no verdict: ${altered.join(", ")}.`;
  return `${title}: top-1 accuracy on the test set, mean ± sample deviation over seeds. ${rule}` +
    `${change}${notes}`;
}

/** Network and notes of the published numbers, each source once. */
function notesOn(lines: readonly Reproduced[]): string {
  const known = new Map(
    lines.flatMap(({ published }) => published === undefined ? [] : [[published.title, published]]),
  );
  return [...known.values()].map(({ title, place, network, note }) =>
    ` ${title}: ${place}; ${[network, note].filter(Boolean).join("; ")}.`
  ).join("");
}

function halfWidth(last: Reproduced["last"]): number {
  const [low, high] = last!.interval!;
  return (high - low) / 2;
}

function gap({ last, published }: Reproduced): string {
  return Math.abs(last!.mean - published!.top1).toFixed(2);
}
