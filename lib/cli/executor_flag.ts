/**
 * The flags that say who does the runs of a study, and how.
 *
 * @module
 */

import type { Executor } from "../study/executor.ts";
import { localExecutor } from "../study/local_executor.ts";
import { slurmExecutor } from "../study/slurm/slurm_executor.ts";
import type { Flag, FlagValues } from "./flags.ts";
import { asUsage, UsageError } from "./shell.ts";
import { machineFlags } from "./train_flags.ts";

/** Flags of every command that does many runs, besides those of the machine. */
export const sweepFlags: readonly Flag[] = [
  {
    names: ["jobs"],
    kind: "number",
    help:
      "runs at a time, each a process of its own; by default 1 here, all that Slurm allows there",
    wanted: "a whole number in [1, 1024]",
    accepts: (value) => Number.isSafeInteger(value) && Number(value) >= 1 && Number(value) <= 1024,
  },
  { names: ["dry-run"], kind: "switch", help: "say what would be done and how long it takes" },
  {
    names: ["only"],
    kind: "choice",
    choices: ["failed"],
    help: "do only the runs that have failed",
  },
  { names: ["fail-fast"], kind: "switch", help: "stop all runs once one has failed" },
  {
    names: ["executor"],
    kind: "choice",
    choices: ["local", "slurm"],
    help: "who does the runs: processes of this machine, or a job array of Slurm",
  },
  {
    names: ["time_limit"],
    kind: "text",
    help:
      "time limit of a job of Slurm, such as 4:00:00; a run may take longer, it is queued again",
  },
  {
    names: ["sbatch"],
    kind: "text",
    help: 'further options of sbatch: --sbatch="--partition=gpu --gres=gpu:1"',
  },
];

/**
 * Flags of the machine as they are handed on to each run.
 *
 * @param values Parsed flags.
 * @returns Arguments.
 * @example Threads
 * ```ts
 * import { machineArguments } from "glmc/cli/executor_flag.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(machineArguments({ intra_op_threads: 2, epochs: 5 }), ["--intra_op_threads=2"]);
 * ```
 */
export function machineArguments(values: FlagValues): string[] {
  return machineFlags.flatMap(({ names: [name] }) => {
    const value = values[name];
    return value === undefined ? [] : [`--${name}=${value}`];
  });
}

/**
 * Who does the runs, by the flags.
 *
 * @param values Parsed flags.
 * @returns A function from whom to tell to the executor.
 * @throws {UsageError} If a flag does not fit, or belongs to the other executor.
 * @example A flag of Slurm without it
 * ```ts
 * import { executorOf } from "glmc/cli/executor_flag.ts";
 * import { assertThrows } from "@std/assert";
 *
 * assertThrows(() => executorOf({ time_limit: "1:00:00" }), Error, "--executor slurm");
 * ```
 */
export function executorOf(
  values: FlagValues,
): (onNotice: (line: string) => void) => Executor {
  const { executor = "local", jobs, time_limit: timeLimit, sbatch } = values;
  const machine = machineArguments(values);
  if (executor === "local") {
    for (const [name, value] of Object.entries({ time_limit: timeLimit, sbatch })) {
      if (value === undefined) continue;
      throw new UsageError(
        `Cannot use --${name} ${value}: it is for Slurm: add --executor slurm, or leave it out`,
      );
    }
    return () => localExecutor({ jobs: Number(jobs ?? 1), machine });
  }
  const wishes = {
    machine,
    ...(jobs !== undefined && { throttle: Number(jobs) }),
    ...(timeLimit !== undefined && { timeLimit: `${timeLimit}` }),
    ...(sbatch !== undefined && { sbatch: `${sbatch}` }),
  };
  // What does not fit is said before anything is written.
  asUsage(() => slurmExecutor(wishes));
  return (onNotice) => slurmExecutor({ ...wishes, onNotice });
}
