/**
 * Flags that say who does the runs of a study: child processes of this machine, or jobs of a cluster.
 *
 * @module
 */

import type { Executor } from "../study/executor.ts";
import { localExecutor, usualJobs } from "../study/local_executor.ts";
import { slurmExecutor } from "../study/slurm/slurm_executor.ts";
import { findCudaLibraries } from "../setup/find.ts";
import { dashed } from "../settings/check.ts";
import { type Flag, type FlagValues, wholeNumbers } from "./flags.ts";
import { asUsage, UsageError } from "./shell.ts";

const localFlags: readonly Flag[] = [
  {
    names: ["jobs"],
    help: "runs at a time, each a process of its own",
    defaultText: "2, or 1 on a GPU or a single core",
    ...wholeNumbers({ most: 1024 }),
  },
];

const slurmFlags: readonly Flag[] = [
  {
    names: ["throttle"],
    help: "with slurm: jobs at a time at most",
    defaultText: "no limit",
    ...wholeNumbers(),
  },
  {
    names: ["time-limit"],
    kind: "text",
    value: "time",
    defaultText: "that of the cluster",
    help: "with slurm: time limit of a job, such as 4:00:00; a longer run goes on in another job",
  },
  {
    names: ["sbatch"],
    kind: "text",
    value: "options",
    takesDashes: true,
    help: 'with slurm: further options of sbatch, such as "--partition=gpu --gres=gpu:1"',
  },
];

/** Flags that say who does the runs. */
export const executorFlags: readonly Flag[] = [
  {
    names: ["executor"],
    kind: "choice",
    choices: ["local", "slurm"],
    help: "who does the runs: processes of this machine, or jobs of a Slurm cluster",
    default: "local",
  },
  ...localFlags,
  ...slurmFlags,
];

/**
 * The executor that flags ask for.
 *
 * @param values Parsed flags.
 * @param machine Flags of the machine for each run.
 * @returns The executor.
 * @throws {UsageError} If a flag is one of another executor, or its value none that Slurm takes.
 * @example Jobs at a time are Slurm's business
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { executorOf } from "glmc/cli/executor_flags.ts";
 * import { UsageError } from "glmc/cli/shell.ts";
 *
 * assertThrows(() => executorOf({ executor: "slurm", jobs: 2 }, []), UsageError, "--throttle");
 * ```
 */
export function executorOf(values: FlagValues, machine: readonly string[]): Executor {
  const { executor, jobs, device, throttle, sbatch, "time-limit": timeLimit } = values;
  if (executor !== "slurm") {
    refuse(values, slurmFlags, "it needs --executor slurm: add that, or leave it out");
    const isOnGpu = device !== "cpu" && findCudaLibraries().length > 0;
    return localExecutor({ jobs: Number(jobs ?? usualJobs({ isOnGpu })), machine });
  }
  refuse(
    values,
    localFlags,
    "with --executor slurm, jobs at a time are said by --throttle: use that",
  );
  if (values["fail-fast"] === true) {
    throw new UsageError(
      "Cannot use --fail-fast: with --executor slurm jobs go on by themselves: leave it out, and " +
        "cancel them with scancel",
    );
  }
  return asUsage(() =>
    slurmExecutor({
      machine,
      ...(throttle !== undefined && { throttle: Number(throttle) }),
      ...(timeLimit !== undefined && { timeLimit: `${timeLimit}` }),
      ...(sbatch !== undefined && { sbatch: `${sbatch}` }),
    })
  );
}

function refuse(values: FlagValues, flags: readonly Flag[], why: string): void {
  const given = flags.find(({ names: [name] }) => values[name] !== undefined);
  if (given === undefined) return;
  const [name] = given.names;
  throw new UsageError(`Cannot use ${dashed(name)} ${values[name]}: ${why}`);
}
