/**
 * What Slurm says of jobs.
 *
 * It is read as columns that are asked for by name: `squeue --json` of Slurm 22 gives all jobs of a cluster,
 * whatever is asked for, needs a plug-in, and has another shape in each version.
 *
 * @module
 */

/** How far Slurm is with a task. */
export type TaskPhase = "waiting" | "running" | "ended";

/** One task of a job array. */
export interface QueuedTask {
  /** Id of its array. */
  readonly job: string;
  /** Its index in the array. */
  readonly index: number;
  /** Name of its job. */
  readonly name: string;
  /** How far Slurm is with it. */
  readonly phase: TaskPhase;
  /** The state in Slurm's word, such as `PENDING`. */
  readonly state: string;
  /** Why it is so, in Slurm's word; empty where there is no reason. */
  readonly reason: string;
  /** Code with which an ended task has ended, as a shell tells it; 0 before. */
  readonly exitCode: number;
  /** The machine it runs or has run on; empty before. */
  readonly node: string;
}

const columns = [
  "ArrayJobID",
  "ArrayTaskID",
  "State",
  "exit_code",
  "NodeList",
  "Name",
  // Last: the only one that may be a sentence.
  "Reason",
] as const;

/** Options of `squeue` that {@linkcode parseQueue} reads the answer to: all tasks of this user, also ended ones. */
export const queueOptions: readonly string[] = [
  "--noheader",
  "--array",
  "--me",
  "--states=all",
  `--Format=${columns.map((column) => `${column}:|`).join(",")}`,
];

const waiting = [
  "PENDING",
  "CONFIGURING",
  "REQUEUED",
  "REQUEUE_FED",
  "REQUEUE_HOLD",
  "RESV_DEL_HOLD",
  "SPECIAL_EXIT",
];
const running = [
  "RUNNING",
  "COMPLETING",
  "RESIZING",
  "SIGNALING",
  "STAGE_OUT",
  "STOPPED",
  "SUSPENDED",
];

/**
 * Reads what `squeue` has answered.
 *
 * @param text The answer to {@linkcode queueOptions}.
 * @returns The tasks of job arrays; other jobs are left out.
 * @example A task that has failed with the code 3
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseQueue } from "glmc/study/slurm/queue.ts";
 *
 * const [task] = parseQueue("17|0|FAILED|768|node4|gamma.1|NonZeroExitCode|\n");
 *
 * assertEquals([task?.phase, task?.exitCode, task?.node], ["ended", 3, "node4"]);
 * ```
 */
export function parseQueue(text: string): QueuedTask[] {
  return text.split("\n").flatMap((line) => {
    const [job, index, state, code, node, name, ...reason] = line.trim().split("|");
    if (!job || !/^\d+$/.test(index ?? "") || state === undefined || name === undefined) return [];
    const because = reason.join("|").replace(/\|$/, "");
    return [{
      job,
      index: Number(index),
      name,
      phase: phaseOf(state),
      state,
      reason: because === "None" ? "" : because,
      exitCode: exitCodeOf(code ?? ""),
      node: node ?? "",
    }];
  });
}

/** A state that is not known is one of a job that is over: there are many of these, and more each year. */
function phaseOf(state: string): TaskPhase {
  return waiting.includes(state) ? "waiting" : running.includes(state) ? "running" : "ended";
}

/** From the status that wait(2) gives, or `code:signal`. */
function exitCodeOf(text: string): number {
  const [code = 0, signal = 0] = text.split(":").map(Number);
  if (text.includes(":")) return signal > 0 ? 128 + signal : code;
  const killed = code & 0x7f;
  return killed > 0 ? 128 + killed : code >> 8;
}
