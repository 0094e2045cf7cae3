/**
 * The processes of a training on several devices: where they are, and which of them this one is.
 *
 * @module
 */

/** The place of a process among those it works with. */
export interface World {
  /** Address of each process, such as `node1:29500`, in the order of their ranks. */
  readonly addresses: readonly string[];
  /** Which of them this one is, from 0. */
  readonly rank: number;
}

/**
 * Reads a place as people write it.
 *
 * @param text Addresses with commas between them.
 * @param rank Which of them this process is.
 * @returns The place.
 * @throws {RangeError} If an address has no port or comes twice, or the rank is none of them.
 * @example The second of two
 * ```ts
 * import { parseWorld } from "glmc/process/world.ts";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * assertEquals(parseWorld("node1:29500, node2:29500", 1).addresses, ["node1:29500", "node2:29500"]);
 * assertThrows(() => parseWorld("node1:29500", 1), RangeError, "rank 1");
 * ```
 */
export function parseWorld(text: string, rank: number): World {
  const addresses = text.split(",").map((word) => word.trim()).filter((word) => word !== "");
  const refuse = (what: string, next: string): never => {
    throw new RangeError(`Cannot use the processes "${text}": ${what}: ${next}`);
  };
  if (addresses.length === 0) {
    refuse("there is none", "write them as in node1:29500,node2:29500");
  }
  for (const [index, address] of addresses.entries()) {
    const port = Number(/^[^\s:/]+:(\d+)$/.exec(address)?.[1]);
    if (!(port >= 1 && port < 65_536)) {
      refuse(`${address} is no host with a port`, "write them as in node1:29500,node2:29500");
    }
    if (addresses.indexOf(address) !== index) {
      refuse(`${address} comes twice`, "give each process an address of its own");
    }
  }
  if (!(Number.isInteger(rank) && rank >= 0 && rank < addresses.length)) {
    refuse(
      `there is no rank ${rank} among ${addresses.length}`,
      `give each process one of 0 to ${addresses.length - 1} with --rank`,
    );
  }
  return { addresses, rank };
}

/**
 * Names of nodes, written in full.
 *
 * @param list As Slurm writes them, such as `gpu[01-03,7],login`.
 * @returns The names in their order.
 * @throws {SyntaxError} If the list is none of Slurm's.
 * @example Two ranges and a single node
 * ```ts
 * import { hostsOf } from "glmc/process/world.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(hostsOf("gpu[08-10,12],login"), ["gpu08", "gpu09", "gpu10", "gpu12", "login"]);
 * assertEquals(hostsOf("r[1-2]n[1-2]"), ["r1n1", "r1n2", "r2n1", "r2n2"]);
 * ```
 */
export function hostsOf(list: string): string[] {
  // Commas between names, not those inside brackets.
  const words = list.match(/(?:[^,[\]]|\[[^\]]*\])+/g) ?? [];
  if (words.join(",") !== list) {
    throw new SyntaxError(
      `Cannot read the nodes "${list}": it is no list of Slurm's: name the processes with --world`,
    );
  }
  return words.flatMap((word) => {
    const parts = word.split(/(\[[^\]]*\])/).map((part) =>
      part.startsWith("[") ? part.slice(1, -1).split(",").flatMap(numbersOf) : [part]
    );
    return parts.reduce((names, choices) =>
      names.flatMap((name) => choices.map((choice) => name + choice))
    );
  });
}

/** `08-10` as `08`, `09`, `10`. */
function numbersOf(range: string): string[] {
  const [first = "", last = first] = range.split("-");
  const count = Number(last) - Number(first) + 1;
  return Array.from(
    { length: count },
    (_, i) => `${Number(first) + i}`.padStart(first.length, "0"),
  );
}

/** The port of the first process of a node is this, and up to 9,999 more by the number of the job. */
const firstPort = 20_000;

/**
 * The place that Slurm has given this process, by the variables that `srun` sets.
 *
 * @param variables The environment.
 * @returns The place.
 * @throws {RangeError} If the variables are missing, or the tasks are not shared out in blocks.
 * @example The third of three tasks on two nodes
 * ```ts
 * import { slurmWorld } from "glmc/process/world.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const world = slurmWorld({
 *   SLURM_JOB_ID: "17",
 *   SLURM_PROCID: "2",
 *   SLURM_NTASKS: "3",
 *   SLURM_STEP_NODELIST: "gpu[1-2]",
 *   SLURM_STEP_TASKS_PER_NODE: "2,1",
 *   SLURMD_NODENAME: "gpu2",
 * });
 *
 * assertEquals(world, { addresses: ["gpu1:20017", "gpu1:20018", "gpu2:20017"], rank: 2 });
 * ```
 */
export function slurmWorld(variables: Readonly<Record<string, string | undefined>>): World {
  const has = (name: string): string => {
    const value = variables[name];
    if (value !== undefined) return value;
    throw new RangeError(
      `Cannot take the place that Slurm gives: ${name} is not set: start the processes with srun, ` +
        "or name them with --world and --rank",
    );
  };
  const [rank, count] = [Number(has("SLURM_PROCID")), Number(has("SLURM_NTASKS"))];
  const hosts = hostsOf(has("SLURM_STEP_NODELIST"));
  const port = firstPort + Number(has("SLURM_JOB_ID")) % 10_000;
  // Such as 2(x3),1: three nodes with two tasks, then one with one.
  const perHost = has("SLURM_STEP_TASKS_PER_NODE").split(",").flatMap((word) => {
    const [, tasks, times = "1"] = /^(\d+)(?:\(x(\d+)\))?$/.exec(word) ?? [];
    return Array<number>(Number(times)).fill(Number(tasks));
  });
  const addresses = hosts.flatMap((host, i) =>
    Array.from({ length: perHost[i] ?? 0 }, (_, task) => `${host}:${port + task}`)
  );
  const node = variables.SLURMD_NODENAME;
  const own = addresses[rank]?.replace(/:\d+$/, "");
  if (addresses.length !== count || own === undefined || (node !== undefined && node !== own)) {
    throw new RangeError(
      `Cannot take the place that Slurm gives: rank ${rank} of ${count} is on ${
        node ?? "this node"
      }, ` +
        `by its lists on ${own ?? "none"}: start the processes with srun --distribution=block`,
    );
  }
  return { addresses, rank };
}
