/**
 * Lists of runs as tables, for people and for other programs.
 *
 * @module
 */

import type { Table } from "../plot/table.ts";
import { timeText } from "../study/comparison_table.ts";
import type { RunResult } from "../study/result.ts";
import type { UnreadableRun } from "../study/run_result.ts";

const nothing = "–";

/**
 * Runs as a table for people.
 *
 * @param results The runs, in the order in which they are listed.
 * @param unreadable Folders that have no result, to be listed after them.
 * @returns The table.
 * @example A reservation
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { runsTable } from "glmc/cli/results_table.ts";
 *
 * const { rows } = runsTable([], [{ name: "first", folder: "/runs/first", state: "reserved" }]);
 *
 * assertEquals(rows[0]?.slice(0, 2), ["first", "reserved"]);
 * ```
 */
export function runsTable(
  results: readonly RunResult[],
  unreadable: readonly UnreadableRun[] = [],
): Table {
  const header = [
    ...["run", "state", "epochs", "last top-1 (%)", "best top-1 (%)", "adjusted (%)"],
    ...["time", "begun"],
  ];
  const percent = (value: number | undefined): string => value?.toFixed(2) ?? nothing;
  return {
    header,
    rows: [
      ...results.map(({ name, state, epochs, totalEpochs, last, best, seconds, ...result }) => [
        name,
        result.folder === null ? `${state} elsewhere` : state,
        epochs === totalEpochs ? `${epochs}` : `${epochs} of ${totalEpochs}`,
        percent(last?.top1),
        percent(best?.top1),
        percent(last?.adjusted?.top1),
        timeText(seconds),
        result.started.slice(0, 16).replace("T", " ") || nothing,
      ]),
      ...unreadable.map((
        { name, state },
      ) => [name, state, ...Array(header.length - 2).fill(nothing)]),
    ],
    numeric: header.map((_, column) => column >= 2 && column <= 6),
  };
}

/**
 * Runs as a table for programs: every number to its last digit.
 *
 * @param results The runs, in the order in which they are listed.
 * @returns The table; what there is not is an empty text.
 * @example Its first columns
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { runsNumbers } from "glmc/cli/results_table.ts";
 *
 * assertEquals(runsNumbers([]).header.slice(0, 3), ["name", "hash", "group"]);
 * ```
 */
export function runsNumbers(results: readonly RunResult[]): Table {
  const columns: [header: string, cell: (result: RunResult) => unknown][] = [
    ["name", ({ name }) => name],
    ["hash", ({ hash }) => hash],
    ["group", ({ group }) => group],
    ["method", ({ config }) => config.stages[0].method],
    ["seed", ({ config }) => config.seed],
    ["state", ({ state }) => state],
    ["epochs", ({ epochs }) => epochs],
    ["total_epochs", ({ totalEpochs }) => totalEpochs],
    ["last_top1", ({ last }) => last?.top1],
    ["best_top1", ({ best }) => best?.top1],
    ["many", ({ last }) => last?.shots.many],
    ["medium", ({ last }) => last?.shots.medium],
    ["few", ({ last }) => last?.shots.few],
    ["adjusted_top1", ({ last }) => last?.adjusted?.top1],
    ["seconds", ({ seconds }) => seconds],
    ["started", ({ started }) => started],
    ["commit", ({ commit }) => commit],
    ["machine", ({ machine }) => machine],
    ["folder", ({ folder }) => folder],
  ];
  return {
    header: columns.map(([header]) => header),
    rows: results.map((result) => columns.map(([, cell]) => String(cell(result) ?? ""))),
    numeric: columns.map((_, column) => column >= 4 && column !== 5 && column <= 14),
  };
}
