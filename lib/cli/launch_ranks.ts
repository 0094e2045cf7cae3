/**
 * Starts the processes of a training on this machine, and ends with them.
 *
 * @module
 */

import { onLauncherEnd } from "../process/launchers.ts";
import { linesOf } from "../process/lines.ts";
import { onSignals, stopCodes, type StopSignal } from "../process/signals.ts";
import { tell } from "../process/streams.ts";
import { findCudaLibraries } from "../setup/find.ts";
import { listGpus } from "../setup/machine.ts";
import { kitProgram } from "../setup/project.ts";
import type { FlagValues } from "./flags.ts";
import { listedGpus } from "./machine.ts";
import type { RankPlace } from "./rank.ts";
import { gpuNumbers } from "./run_flags.ts";
import { UsageError } from "./shell.ts";

/** Seconds that the others have to end by themselves when one has ended. */
const grace = 15;

/** Seconds after which those that still run are killed. */
const patience = 30;

/**
 * Trains in so many processes of this machine.
 *
 * The first one shows what it does; of the others an error is told that it has not heard of.
 *
 * @param args Flags of `train`.
 * @param options The same, parsed, and how often a step runs the network.
 * @throws {UsageError} If there are fewer GPUs.
 */
export async function launchRanks(
  args: readonly string[],
  { values, passes }: { readonly values: FlagValues; readonly passes: number },
): Promise<void> {
  const count = Number(values.devices);
  const gpus = await usableGpus(values);
  const machine = gpus.length === 0 ? [coreShare(count, passes)] : gpuShares(count, gpus);
  const addresses = freeAddresses(count);
  const ranks = addresses.map((_, rank) =>
    startRank(args, {
      world: { addresses, rank },
      parent: Deno.pid,
      machine: machine[rank % machine.length]!,
    })
  );
  const signal = (name: StopSignal | "SIGKILL"): void => ranks.forEach(({ kill }) => kill(name));
  using _signals = onSignals(Object.keys(stopCodes) as StopSignal[], signal);
  using _launcher = onLauncherEnd(() => signal("SIGTERM"));
  const first = await Promise.race(ranks.map(({ status }) => status));
  const all = Promise.all(ranks.map(({ status }) => status));
  const [shown] = ranks as [Rank, ...Rank[]];
  if (!await within(grace, shown.status) && first.problem !== undefined) {
    tell(first.problem);
    signal("SIGTERM");
  }
  if (!await within(patience - grace, all)) signal("SIGKILL");
  const ends = await all;
  const silent = ends.find(({ isKilled }) => isKilled) ?? ends.find(({ code }) => code !== 0);
  const { code, isKilled } = ends[0]!;
  // What the first one has come to has been told by it, unless it was killed.
  if (isKilled || (code === 0 && silent?.problem !== undefined)) tell(silent!.problem!);
  Deno.exitCode = code || Math.max(...ends.map((end) => end.code));
}

interface RankEnd {
  readonly code: number;
  readonly isKilled: boolean;
  /** What to tell of it. */
  readonly problem?: string;
}

interface Rank {
  readonly status: Promise<RankEnd>;
  readonly kill: (name: Deno.Signal) => void;
}

function startRank(args: readonly string[], place: RankPlace): Rank {
  const { rank } = place.world;
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-q", "-A"],
      // As the task train in deno.json has it.
      "--v8-flags=--no-allocation-site-pretenuring,--max-semi-space-size=4",
      ...kitProgram("lib/cli/main.ts"),
      ...["rank", JSON.stringify(place), ...args],
    ],
    stdin: "null",
    ...(rank === 0
      ? { stdout: "inherit", stderr: "inherit" }
      : { stdout: "null", stderr: "piped" }),
  }).spawn();
  const errors = rank === 0 ? Promise.resolve(undefined) : lastError(child.stderr);
  const status = child.status.then(async ({ code, signal }): Promise<RankEnd> => {
    const said = await errors;
    const problem = signal !== null
      ? `error: Cannot train on: rank ${rank} was ended by ${signal}: go on from the last checkpoint ` +
        "with --resume <run>"
      : code !== 0
      ? said?.replace(/^error: /, `error: rank ${rank}: `)
      : undefined;
    return { code, isKilled: signal !== null, ...(problem !== undefined && { problem }) };
  });
  return {
    status,
    kill(name) {
      try {
        child.kill(name);
      } catch {
        // It has ended meanwhile.
      }
    },
  };
}

/** What else it has said are notices, which the first process gives as well. */
async function lastError(stream: ReadableStream<Uint8Array>): Promise<string | undefined> {
  let last: string | undefined;
  for await (const line of linesOf(stream)) if (line.startsWith("error: ")) last = line;
  return last;
}

async function within(seconds: number, work: Promise<unknown>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), 1000 * seconds);
  });
  const isDone = await Promise.race([work.then(() => true), late]);
  clearTimeout(timer);
  return isDone;
}

/** Numbers of the GPUs that may be used; none where the CPU does the work. */
async function usableGpus({ device, gpu }: FlagValues): Promise<readonly number[]> {
  if (device === "cpu") return [];
  // Other texts the flag would have refused.
  if (gpu !== undefined) return gpuNumbers(`${gpu}`)!;
  if (findCudaLibraries().length === 0) return [];
  const listed = listedGpus(Deno.env.get("CUDA_VISIBLE_DEVICES"));
  const found = listed?.length ?? (await listGpus()).length;
  return Array.from({ length: found }, (_, number) => number);
}

function gpuShares(count: number, gpus: readonly number[]): FlagValues[] {
  if (gpus.length >= count) return gpus.slice(0, count).map((gpu) => ({ gpu }));
  throw new UsageError(
    `Cannot use --devices ${count}: there are ${gpus.length} GPUs: use as many at most, or --device cpu`,
  );
}

/**
 * The share of the cores that a process gets.
 *
 * @param count How many processes there are.
 * @param passes How often a step runs the network; two passes run side by side.
 * @param cores Cores of the machine.
 * @returns Flags of the machine.
 * @example Two processes on eight cores
 * ```ts
 * import { coreShare } from "glmc/cli/launch_ranks.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(coreShare(2, 2, 8), { intra_op_threads: 2, inter_op_threads: 2 });
 * assertEquals(coreShare(4, 1, 2), { intra_op_threads: 1, inter_op_threads: 1 });
 * ```
 */
export function coreShare(
  count: number,
  passes: number,
  cores: number = navigator.hardwareConcurrency,
): FlagValues {
  const share = Math.max(1, Math.floor(cores / count));
  const inter_op_threads = Math.min(2, share);
  const intra_op_threads = passes < 2 ? share : Math.ceil(share / inter_op_threads);
  return { intra_op_threads, inter_op_threads };
}

/**
 * Addresses of this machine that no program listens at.
 *
 * @param count How many.
 * @returns The addresses.
 * @example Two
 * ```ts
 * import { freeAddresses } from "glmc/cli/launch_ranks.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(new Set(freeAddresses(2)).size, 2);
 * ```
 */
export function freeAddresses(count: number): string[] {
  const listeners: Deno.TcpListener[] = [];
  const { first, count: choices } = ownPorts;
  for (let tries = 0; listeners.length < count; tries++) {
    const [random] = crypto.getRandomValues(new Uint16Array(1));
    try {
      listeners.push(Deno.listen({ port: first + random! % choices }));
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse) || tries > choices) throw error;
    }
  }
  const addresses = listeners.map(({ addr }) => `127.0.0.1:${addr.port}`);
  for (const listener of listeners) listener.close();
  return addresses;
}

/** Below those that systems give to connections, which could take one before it is listened at again. */
const ownPorts = { first: 20_000, count: 12_000 };
