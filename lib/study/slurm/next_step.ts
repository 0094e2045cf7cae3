/**
 * What is to be done about a run, by what its folder says and what Slurm says of its job.
 *
 * @module
 */

import { workerCodes } from "../executor.ts";
import type { RunReport } from "../progress.ts";
import type { QueuedTask } from "./queue.ts";

/** What is known of a run. */
export interface Standing {
  /** What its folder says, which is the truth; `undefined` where there is none yet. */
  readonly folder?: {
    readonly isFinished: boolean;
    /** Whether a process is at work on it. */
    readonly isLocked: boolean;
  } | undefined;
  /** The last job it was given to, if Slurm knows of it. */
  readonly task?: QueuedTask | undefined;
  /** How often it was submitted since the command was given, or since it has done an epoch. */
  readonly tries: number;
}

/** A report of its state, and whether it is to be submitted. */
export interface NextStep {
  /** State, and what went wrong. */
  readonly report: Pick<RunReport, "state" | "problem">;
  /** Whether it needs a job. */
  readonly submit?: boolean;
}

/** A run whose jobs vanish or are killed so often gets no further one. */
const mostTries = 3;

/** Reasons of a waiting job that time will settle. */
const usual =
  /^(|Priority|Resources|BeginTime|JobArrayTaskLimit|Dependency|Cleaning|Reserved.*|Licenses|Prolog)$/;

/** Ends that are no fault of the run: it is submitted again. */
const misfortunes = [
  "NODE_FAIL",
  "BOOT_FAIL",
  "PREEMPTED",
  "LAUNCH_FAILED",
  "TIMEOUT",
  "COMPLETED",
];

/**
 * What is to be done about a run.
 *
 * @param standing What is known of it.
 * @returns What is told of it, and whether it is to be submitted.
 * @example A run that nobody is at work on
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { nextStep } from "glmc/study/slurm/next_step.ts";
 *
 * assertEquals(nextStep({ tries: 0 }), { report: { state: "waiting" }, submit: true });
 * ```
 */
export function nextStep({ folder, task, tries }: Standing): NextStep {
  if (folder?.isFinished) return { report: { state: "finished" } };
  if (task?.phase === "running") return { report: { state: "running" } };
  if (task?.phase === "waiting") {
    const problem = usual.test(task.reason) ? undefined : `Slurm has it wait: ${task.reason}`;
    return { report: { state: "waiting", ...(problem !== undefined && { problem }) } };
  }
  if (folder?.isLocked) return { report: { state: "elsewhere" } };
  const again: NextStep = { report: { state: "waiting" }, submit: true };
  if (tries === 0 || task?.exitCode === workerCodes.elsewhere) return again;
  if (task !== undefined && task.state.startsWith("CANCELLED")) {
    return { report: { state: "stopped", problem: "its job was cancelled" } };
  }
  if (task === undefined || misfortunes.includes(task.state)) {
    if (tries < mostTries) return again;
    return { report: { state: "failed", problem: lostText(task, tries) } };
  }
  return { report: { state: "failed", problem: endText(task) } };
}

function lostText(task: QueuedTask | undefined, tries: number): string {
  const how = task === undefined ? "has vanished" : `has ended as ${task.state}`;
  const next = task?.state === "TIMEOUT"
    ? "raise --time-limit, so that it reaches a checkpoint"
    : "look with sinfo and sacct what has happened";
  return `its job ${how} ${tries} times without an epoch done: ${next}`;
}

function endText({ state, reason, exitCode, node }: QueuedTask): string {
  const where = node === "" ? "" : ` on ${node}`;
  const why = exitCode > 0 ? `code ${exitCode}` : reason || "no reason given";
  return `its job has ended as ${state}${where} (${why})`;
}
