/**
 * Flags of a training on several devices: how many processes there are, and where.
 *
 * @module
 */

import { parseWorld, slurmWorld, type World } from "../process/world.ts";
import { type Flag, type FlagValues, wholeNumbers } from "./flags.ts";
import { asUsage, UsageError } from "./shell.ts";

/** Flags of a training on several devices. */
export const companyFlags: readonly Flag[] = [
  {
    names: ["devices"],
    help:
      "processes on this machine, one GPU each, or a share of the cores where there are none; " +
      "they share out each batch",
    default: 1,
    unit: "processes",
    ...wholeNumbers({ most: 1024 }),
  },
  {
    names: ["world"],
    kind: "text",
    value: "addresses",
    help: "processes on several machines: the address of each, such as node1:29500,node2:29500; " +
      "slurm: those that srun has started",
    defaultText: "this machine alone",
  },
  {
    names: ["rank"],
    help: "with --world: which of them this one is, from 0",
    defaultText: "slurm tells",
    ...wholeNumbers({ least: 0, most: 65_535 }),
  },
  {
    names: ["peer_timeout"],
    help:
      "time in which all processes have to come; one that lives and does not answer is waited for " +
      "ten times as long",
    default: 60,
    unit: "seconds",
    ...wholeNumbers({ most: 100_000 }),
  },
  {
    names: ["nodes"],
    help: "with --executor slurm: nodes, of which each has --devices processes",
    default: 1,
    unit: "nodes",
    ...wholeNumbers({ most: 65_536 }),
  },
  {
    names: ["executor"],
    kind: "choice",
    choices: ["local", "slurm"],
    help: "slurm: write a script that trains on the nodes of a cluster, and submit it",
    default: "local",
  },
  {
    names: ["time-limit"],
    kind: "text",
    value: "time",
    help: "with --executor slurm: time limit of the job; a longer run goes on in the next job",
    defaultText: "that of the cluster",
  },
  {
    names: ["sbatch"],
    kind: "text",
    value: "options",
    takesDashes: true,
    help: 'with --executor slurm: further options of sbatch, such as "--partition=gpu"',
  },
];

/**
 * The place of this process that flags name.
 *
 * @param values Parsed flags.
 * @param variables The environment, where Slurm tells.
 * @returns The place; `undefined` for a training on one device.
 * @throws {UsageError} If the flags do not fit each other.
 * @example The second of two machines, and one that does not know which it is
 * ```ts
 * import { worldOf } from "glmc/cli/company_flags.ts";
 * import { UsageError } from "glmc/cli/shell.ts";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * assertEquals(worldOf({ world: "node1:29500,node2:29500", rank: 1 })?.rank, 1);
 * assertThrows(() => worldOf({ world: "node1:29500,node2:29500" }), UsageError, "--rank");
 * ```
 */
export function worldOf(
  { world, rank }: FlagValues,
  variables: Readonly<Record<string, string>> = Deno.env.toObject(),
): World | undefined {
  if (world === undefined) return undefined;
  if (world === "slurm") return asUsage(() => slurmWorld(variables));
  if (rank === undefined) {
    throw new UsageError(
      `Cannot use --world ${world}: it is not said which of them this process is: add --rank`,
    );
  }
  return asUsage(() => parseWorld(`${world}`, Number(rank)));
}

/**
 * Refuses flags that a training on several devices cannot have.
 *
 * @param values Parsed flags.
 * @throws {UsageError} Names the flag.
 * @example XLA, and processes that are named twice
 * ```ts
 * import { checkCompanyFlags } from "glmc/cli/company_flags.ts";
 * import { assertThrows } from "@std/assert";
 *
 * assertThrows(() => checkCompanyFlags({ xla: true, devices: 2 }), Error, "--xla");
 * assertThrows(() => checkCompanyFlags({ world: "a:1,b:1", devices: 2 }), Error, "--devices 2");
 * ```
 */
export function checkCompanyFlags(values: FlagValues): void {
  const { devices, world, rank, executor, xla } = values;
  // So scripts of PyTorch's example name the first of one machine.
  if (rank !== undefined && world === undefined && !(rank === 0 && "world-size" in values)) {
    throw new UsageError(
      `Cannot use --rank ${rank}: it is one of several processes: name them with --world`,
    );
  }
  if (world !== undefined && devices !== undefined) {
    throw new UsageError(
      `Cannot use --devices ${devices} with --world: that names every process: leave one of them out`,
    );
  }
  if (world !== undefined && executor === "slurm") {
    throw new UsageError(
      `Cannot use --world ${world} with --executor slurm: Slurm gives the processes their places: ` +
        "leave it out, and say --nodes and --devices",
    );
  }
  const isAlone = world === undefined && Number(devices ?? 1) === 1;
  if (xla === true && !isAlone) {
    throw new UsageError(
      "Cannot use --xla on several devices: XLA compiles no operation between processes: leave it out",
    );
  }
  const ofSlurm = ["nodes", "time-limit", "sbatch"].find((name) => values[name] !== undefined);
  if (ofSlurm !== undefined && executor !== "slurm") {
    throw new UsageError(
      `Cannot use --${ofSlurm} ${
        values[ofSlurm]
      }: it needs --executor slurm: add that, or leave it out`,
    );
  }
}
