/**
 * How far the runs of a study are, as whoever does them tells it.
 *
 * @module
 */

import { isRecord, numeric, object, type Schema, textual } from "../disk/schema.ts";
import type { PlannedRun } from "./study.ts";

/** The states of a run of a study, in the order in which it may go through them. */
export const runPhases = [
  "known",
  "waiting",
  "elsewhere",
  "running",
  "stopped",
  "failed",
  "finished",
] as const;

/**
 * State of a run of a study: `known` was finished earlier, here or on another machine; `waiting` for its
 * turn; `elsewhere`: another process is at work on it; `running`; `stopped` with a checkpoint, to be gone
 * on with; `failed`, see `problem`; `finished`.
 */
export type RunPhase = typeof runPhases[number];

/** What is told of a run whenever something has changed. */
export interface RunReport {
  /** Its state. */
  readonly state: RunPhase;
  /** Epochs that are done; the part of the present one is its fraction. */
  readonly epoch: number;
  /** Epochs that are planned. */
  readonly totalEpochs: number;
  /** Top-1 accuracy of the last finished epoch in percent; absent before the first. */
  readonly top1?: number;
  /** Seconds until it is finished, by what has passed so far. */
  readonly secondsLeft?: number;
  /** What went wrong, in one line. */
  readonly problem?: string;
  /** Whether other runs would fail for the same reason, such as a full disk. */
  readonly isFatal?: boolean;
}

/** How far a run of a study is. */
export interface RunProgress extends RunReport {
  /** The run. */
  readonly run: PlannedRun;
}

/**
 * A report as one line of JSON.
 *
 * @param report The report.
 * @returns The line, without its break.
 * @example There and back
 * ```ts
 * import { readReport, reportLine } from "glmc/study/progress.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const report = { state: "running", epoch: 1.5, totalEpochs: 2, top1: 30 } as const;
 *
 * assertEquals(readReport(reportLine(report)), report);
 * ```
 */
export function reportLine(report: RunReport): string {
  const { state, epoch, totalEpochs, top1, secondsLeft, problem, isFatal } = report;
  return JSON.stringify({ state, epoch, totalEpochs, top1, secondsLeft, problem, isFatal });
}

const required = {
  state: ((value, name) => {
    const found = runPhases.find((phase) => phase === value);
    if (found === undefined) throw new TypeError(`${name} is ${value}, not a state`);
    return found;
  }) as Schema<RunPhase>,
  epoch: numeric({ least: 0 }),
  totalEpochs: numeric({ least: 0, whole: true }),
};

const optional = {
  top1: numeric({ least: 0, most: 100 }),
  secondsLeft: numeric({ least: 0 }),
  problem: textual(),
  isFatal: ((value, name) => {
    if (typeof value !== "boolean") throw new TypeError(`${name} is ${value}, not true or false`);
    return value;
  }) as Schema<boolean>,
};

/**
 * Reads a line of {@linkcode reportLine}.
 *
 * @param line The line.
 * @returns The report; `undefined` if the line is none, such as half of one.
 * @example Half a line
 * ```ts
 * import { readReport } from "glmc/study/progress.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(readReport('{"state":"running","epo'), undefined);
 * ```
 */
export function readReport(line: string): RunReport | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (!isRecord(value)) return undefined;
    const given = Object.entries(optional).filter(([name]) => Object.hasOwn(value, name));
    return object({ ...required, ...Object.fromEntries(given) })(value, "report");
  } catch {
    return undefined;
  }
}

/**
 * Whether nothing more will be done about a run now.
 *
 * @param state Its state.
 * @returns Whether it is known, finished, failed or stopped.
 * @example A run that is at work elsewhere
 * ```ts
 * import { isSettled } from "glmc/study/progress.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([isSettled("elsewhere"), isSettled("failed")], [false, true]);
 * ```
 */
export function isSettled(state: RunPhase): boolean {
  return ["known", "finished", "failed", "stopped"].includes(state);
}
