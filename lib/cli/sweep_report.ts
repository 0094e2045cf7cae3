/**
 * What is seen of a sweep: one table of all its runs, or a line for each change.
 *
 * @module
 */

import { counted } from "../settings/count.ts";
import { isSettled, type RunPhase, type RunProgress } from "../study/progress.ts";
import { duration } from "./train_report.ts";

const words: Readonly<Record<RunPhase, string>> = {
  known: "known",
  waiting: "waits",
  elsewhere: "at work elsewhere",
  running: "at work",
  stopped: "stopped",
  failed: "failed",
  finished: "finished",
};

/** What a reader looks for first, where there is no room for all. */
const order: readonly RunPhase[] = [
  "running",
  "failed",
  "elsewhere",
  "stopped",
  "finished",
  "waiting",
  "known",
];

/**
 * A run of a study as people say it.
 *
 * @param progress How far it is.
 * @returns Variant and seed.
 */
export function runTitle({ run: { variant, seed } }: Pick<RunProgress, "run">): string {
  return `${variant}, seed ${seed}`;
}

/**
 * What has become of a run, in a few words.
 *
 * @param progress How far it is.
 * @returns State, epochs, accuracy, time left or error.
 */
export function stateText(progress: RunProgress): string {
  const { state, epoch, totalEpochs, top1, secondsLeft, problem } = progress;
  const parts = [
    words[state],
    ...(epoch > 0 && state !== "known" && state !== "finished"
      ? [`${epochs(epoch)} of ${counted(totalEpochs, "epoch")}`]
      : []),
    ...(top1 === undefined ? [] : [`top-1 ${top1.toFixed(2)} %`]),
    ...(secondsLeft === undefined ? [] : [`${duration(secondsLeft)} left`]),
  ].join(", ");
  return problem === undefined || state === "elsewhere" ? parts : `${parts}: ${problem}`;
}

function epochs(epoch: number): string {
  return Number.isInteger(epoch) ? `${epoch}` : (Math.floor(10 * epoch) / 10).toFixed(1);
}

/**
 * The table of all runs; where there is no room for all, those at work and failed come first and the others
 * are counted.
 *
 * @param runs How far each is.
 * @param options Lines there is room for, and the title.
 * @returns Lines.
 * @example A run that waits
 * ```ts
 * import { planStudy } from "glmc/study/study.ts";
 * import { sweepLines } from "glmc/cli/sweep_report.ts";
 * import { methods } from "glmc";
 * import { assertEquals } from "@std/assert";
 *
 * const variants = [{ name: "GLMC", settings: {} }];
 * const study = { name: "one", title: "One", base: {}, variants, seeds: [1] };
 * const [run] = planStudy(study, { methods });
 * const waiting = { run: run!, state: "waiting", epoch: 0, totalEpochs: 2 } as const;
 *
 * assertEquals(sweepLines([waiting], { room: 10, title: "One" }), [
 *   "One: 0 of 1 run finished",
 *   "  GLMC, seed 1  waits",
 * ]);
 * ```
 */
export function sweepLines(
  runs: readonly RunProgress[],
  { room, title }: { readonly room: number; readonly title: string },
): string[] {
  const fits = runs.length + 1 <= room;
  const listed = fits ? runs : runs
    .toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state))
    .slice(0, Math.max(0, room - 2));
  const width = Math.max(0, ...listed.map((run) => runTitle(run).length));
  const hidden = runs.filter((run) => !listed.includes(run));
  return [
    `${title}: ${countText(runs)}`,
    ...listed.map((run) => `  ${runTitle(run).padEnd(width)}  ${stateText(run)}`),
    ...(fits ? [] : [`  and ${hidden.length} more: ${phaseCounts(hidden)}`]),
  ];
}

/** How many runs are finished, and what is not as it should be. */
function countText(runs: readonly RunProgress[]): string {
  const done = runs.filter(({ state }) => state === "known" || state === "finished").length;
  const failed = runs.filter(({ state }) => state === "failed").length;
  return `${done} of ${counted(runs.length, "run")} finished${
    failed === 0 ? "" : `, ${failed} failed`
  }`;
}

function phaseCounts(runs: readonly RunProgress[]): string {
  const counts = Map.groupBy(runs, ({ state }) => state);
  return order.filter((phase) => counts.has(phase))
    .map((phase) => `${counts.get(phase)!.length} ${words[phase]}`).join(", ");
}

/**
 * The line that a change is worth where nothing can be rewritten: of another state, and of each tenth of a run.
 *
 * @param progress How far the run is now.
 * @param before How far it was; nothing if this is the first word of it.
 * @returns The line; `undefined` where nothing is to be said.
 */
export function changeLine(
  progress: RunProgress,
  before: RunProgress | undefined,
): string | undefined {
  const { state, epoch, totalEpochs } = progress;
  if (state === "waiting") return undefined;
  const tenth = (done: number): number => Math.floor(10 * done / totalEpochs + 1e-9);
  const isNew = state !== before?.state || progress.problem !== before.problem;
  const goesOn = before !== undefined && state === "running" && epoch < totalEpochs &&
    tenth(epoch) > tenth(before.epoch);
  return isNew || goesOn ? `${runTitle(progress)}: ${stateText(progress)}` : undefined;
}

/**
 * What is to be done about a sweep that is not complete, in one line.
 *
 * @param runs How far each run is.
 * @param options Whether only runs were done that had failed before; all by default.
 * @returns The line; `undefined` where all are finished.
 */
export function incompleteText(
  runs: readonly RunProgress[],
  { onlyFailed = false }: { readonly onlyFailed?: boolean } = {},
): string | undefined {
  const failed = runs.filter(({ state }) => state === "failed").length;
  const open = runs.filter(({ state }) => !isSettled(state) || state === "stopped").length;
  if (failed + open === 0) return undefined;
  const parts = [
    ...(failed === 0 ? [] : [`${failed} of ${counted(runs.length, "run")} failed`]),
    ...(open === 0
      ? []
      : [`${open} of ${counted(runs.length, "run")} ${open === 1 ? "is" : "are"} not finished`]),
  ];
  const command = onlyFailed && open > 0
    ? "the same command without --only failed"
    : "the same command";
  return `${parts.join(", ")}: ${command} goes on with them`;
}
