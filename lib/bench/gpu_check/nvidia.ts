/**
 * What `nvidia-smi` tells of the GPU: what it is, and how it is used while something runs.
 *
 * @module
 */
import { runProgram } from "../../setup/machine.ts";

/** A GPU as its driver describes it. */
export interface GpuFacts {
  /** Its name, such as `NVIDIA H100 80GB HBM3`. */
  readonly name: string;
  /** Version of the driver. */
  readonly driver: string;
  /** Its memory in bytes. */
  readonly bytes: number;
  /** Bytes that programs hold already. */
  readonly used: number;
}

/** How a GPU was used. */
export interface GpuUse {
  /** Share of the time in which it worked, in percent. */
  readonly utilisation: number;
  /** Most bytes in use, of all programs. */
  readonly bytes: number;
}

const mebibyte = 2 ** 20;

/** The GPU that CUDA takes first; a number or a name that nvidia-smi knows. */
function first(): string[] {
  const [visible = ""] = (Deno.env.get("CUDA_VISIBLE_DEVICES") ?? "0").split(",");
  return ["-i", visible.trim() || "0"];
}

/**
 * Describes the GPU that trainings take.
 *
 * @returns The facts; `undefined` where `nvidia-smi` is not there or does not answer.
 * @example What is told is complete
 * ```ts
 * import { assert } from "@std/assert";
 * import { gpuFacts } from "glmc/bench/gpu_check/nvidia.ts";
 *
 * const facts = await gpuFacts();
 * assert(facts === undefined || facts.bytes > 0);
 * ```
 */
export async function gpuFacts(): Promise<GpuFacts | undefined> {
  const query = "--query-gpu=name,driver_version,memory.total,memory.used";
  const result = await runProgram(
    "nvidia-smi",
    [query, "--format=csv,noheader,nounits", ...first()],
    { signal: AbortSignal.timeout(10_000) },
  );
  const match = result?.code === 0
    ? /^(.+), ([\d.]+), (\d+), (\d+)\s*$/m.exec(result.output)
    : undefined;
  if (!match) return undefined;
  const [, name, driver, total, used] = match as unknown as string[];
  const bytes = (text?: string): number => Number(text) * mebibyte;
  return { name: name!, driver: driver!, bytes: bytes(total), used: bytes(used) };
}

/** Milliseconds between two looks at the GPU. */
const every = 200;

/**
 * Watches the GPU until it is asked for what it has seen.
 *
 * @returns `use` ends the watch: it takes the milliseconds of work at its end, since starting a program
 * leaves the GPU idle; `undefined` where `nvidia-smi` does not answer.
 */
export function watchGpu(): {
  readonly use: (milliseconds: number) => Promise<GpuUse | undefined>;
} {
  const child = started();
  return {
    async use(milliseconds) {
      if (child === undefined) return undefined;
      try {
        child.kill("SIGTERM");
      } catch {
        // It has ended by itself.
      }
      const { stdout } = await child.output();
      return gpuUse(new TextDecoder().decode(stdout), milliseconds);
    },
  };
}

function started(): Deno.ChildProcess | undefined {
  const query = "--query-gpu=utilization.gpu,memory.used";
  try {
    return new Deno.Command("nvidia-smi", {
      args: [query, "--format=csv,noheader,nounits", ...first(), "-lms", `${every}`],
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
  } catch {
    return undefined;
  }
}

/**
 * Sums up what `nvidia-smi` has printed every 200 ms.
 *
 * @param output Lines of percent and MiB.
 * @param milliseconds Length of the work, which ended just before the last line.
 * @returns The use during that work; `undefined` if there is no line.
 * @example Two seconds of work after a start
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { gpuUse } from "glmc/bench/gpu_check/nvidia.ts";
 *
 * const output = "0, 500\n0, 900\n" + "96, 2000\n".repeat(10) + "40, 2000\n";
 *
 * assertEquals(gpuUse(output, 2000), { utilisation: 96, bytes: 2000 * 2 ** 20 });
 * ```
 */
export function gpuUse(output: string, milliseconds: number): GpuUse | undefined {
  const seen = [...output.matchAll(/^(\d+), (\d+)\s*$/gm)].map(([, percent, size]) => ({
    percent: Number(percent),
    bytes: Number(size) * mebibyte,
  }));
  if (seen.length === 0) return undefined;
  // The last look may fall behind the end of the work, and each tells of the time before it.
  const count = Math.max(1, Math.floor(milliseconds / every) - 1);
  const [from, to] = [Math.max(0, seen.length - 1 - count), Math.max(1, seen.length - 1)];
  const working = seen.slice(from, to);
  return {
    utilisation: working.reduce((sum, { percent }) => sum + percent, 0) / working.length,
    bytes: Math.max(...seen.map(({ bytes }) => bytes)),
  };
}
