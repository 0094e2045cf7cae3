/**
 * What it costs several processes to compute together, and a model of how that grows.
 *
 * @module
 */

import { projectRoot } from "../setup/project.ts";
import type { RankWork, RankWorkerOptions } from "./rank_worker.ts";

/** A measured sum over processes. */
export interface TimedSum {
  /** Processes. */
  readonly processes: number;
  /** Numbers, float32. */
  readonly numbers: number;
  /** Milliseconds, the median. */
  readonly milliseconds: number;
}

/** The plain model of a sum that goes around in a ring. */
export interface RingModel {
  /** Milliseconds of each of its 2 (P − 1) turns. */
  readonly latency: number;
  /** Bytes a millisecond that a process passes on. */
  readonly bandwidth: number;
}

/**
 * Times work in so many processes of this machine, which share its cores.
 *
 * @param addresses Where they listen.
 * @param work What they do.
 * @returns The first one's milliseconds.
 * @throws {Error} If one fails.
 */
export async function timeRanks(addresses: readonly string[], work: RankWork): Promise<number[]> {
  const share = Math.max(1, Math.floor(navigator.hardwareConcurrency / addresses.length));
  const threads = { intraOpThreads: Math.ceil(share / 2), interOpThreads: Math.min(2, share) };
  const outputs = await Promise.all(addresses.map(async (_, rank) => {
    const options: RankWorkerOptions = { addresses, rank, work, ...threads };
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-q", "-A", `${projectRoot}/lib/bench/rank_worker.ts`, JSON.stringify(options)],
      env: { TF_CPP_MIN_LOG_LEVEL: "3" },
      cwd: projectRoot,
    }).output();
    if (code === 0) return JSON.parse(new TextDecoder().decode(stdout)) as number[];
    const said = new TextDecoder().decode(stderr).trim().split("\n")[0];
    throw new Error(
      `Cannot time ${addresses.length} processes: rank ${rank} has ended with ${code} (${said}): ` +
        "try again, or use fewer",
    );
  }));
  return outputs[0]!;
}

/**
 * The name that a measured sum has on a speed card.
 *
 * @param sum Processes and numbers.
 * @returns The name.
 * @example There and back
 * ```ts
 * import { sumName, sumOf } from "glmc/bench/devices.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const name = sumName({ processes: 2, numbers: 500_000 });
 *
 * assertEquals(name, "2 processes, 500,000 numbers");
 * assertEquals(sumOf(name), { processes: 2, numbers: 500_000 });
 * ```
 */
export function sumName(
  { processes, numbers }: Pick<TimedSum, "processes" | "numbers">,
): string {
  return `${processes} processes, ${numbers.toLocaleString("en")} numbers`;
}

/**
 * What a name stands for that {@linkcode sumName} has made.
 *
 * @param name The name.
 * @returns Processes and numbers.
 * @throws {SyntaxError} If it is none.
 */
export function sumOf(name: string): Pick<TimedSum, "processes" | "numbers"> {
  const [, processes, numbers] = /^(\d+) processes, ([\d,]+) numbers$/.exec(name) ?? [];
  if (processes !== undefined && numbers !== undefined) {
    return { processes: Number(processes), numbers: Number(numbers.replaceAll(",", "")) };
  }
  throw new SyntaxError(
    `Cannot read the sum "${name}": it is not written as in "2 processes, 1,000 numbers": measure it ` +
      "again with deno task bench --devices --export",
  );
}

/**
 * Milliseconds of a sum by the model: 2 (P − 1) turns, each with a latency and a P-th of the numbers.
 *
 * @param model Latency and bandwidth.
 * @param sum Processes and numbers.
 * @returns The milliseconds.
 * @example Without latency a ring passes on each number nearly twice, whatever the processes
 * ```ts
 * import { modelledTime } from "glmc/bench/devices.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const model = { latency: 0, bandwidth: 4 };
 *
 * assertEquals(modelledTime(model, { processes: 2, numbers: 100 }), 100);
 * assertEquals(modelledTime(model, { processes: 4, numbers: 100 }), 150);
 * ```
 */
export function modelledTime(
  { latency, bandwidth }: RingModel,
  { processes, numbers }: Pick<TimedSum, "processes" | "numbers">,
): number {
  const turns = 2 * (processes - 1);
  return turns * (latency + 4 * numbers / processes / bandwidth);
}

/**
 * Fits the model to measured sums, so that the relative errors are least.
 *
 * @param sums At least two, of different numbers.
 * @returns Latency, which is not negative, and bandwidth.
 * @example What was made by a model
 * ```ts
 * import { fitRing, modelledTime } from "glmc/bench/devices.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const made = { latency: 0.5, bandwidth: 1e6 };
 * const sums = [1e3, 1e6, 1e7].map((numbers) => ({
 *   processes: 2,
 *   numbers,
 *   milliseconds: modelledTime(made, { processes: 2, numbers }),
 * }));
 *
 * assertAlmostEquals(fitRing(sums).latency, 0.5, 1e-6);
 * ```
 */
export function fitRing(sums: readonly TimedSum[]): RingModel {
  // Each equation divided by its time: latency · a + (1 / bandwidth) · b = 1.
  const rows = sums.map(({ processes, numbers, milliseconds }) => {
    const turns = 2 * (processes - 1);
    return [turns / milliseconds, turns * 4 * numbers / processes / milliseconds] as const;
  });
  const total = (f: (row: readonly [number, number]) => number): number =>
    rows.reduce((sum, row) => sum + f(row), 0);
  const [aa, ab, bb] = [total(([a]) => a * a), total(([a, b]) => a * b), total(([, b]) => b * b)];
  const [a1, b1] = [total(([a]) => a), total(([, b]) => b)];
  const determinant = aa * bb - ab * ab;
  const latency = (a1 * bb - b1 * ab) / determinant;
  if (!(latency >= 0)) return { latency: 0, bandwidth: bb / b1 };
  return { latency, bandwidth: determinant / (aa * b1 - ab * a1) };
}
