/**
 * How much memory there is, and how much of it this process may use.
 *
 * Nothing else in the kit asks the system for it: a container is told of the memory of the whole machine.
 *
 * @module
 */

/**
 * Memory of the machine in bytes; zeros where the system does not tell, as without `/proc`.
 *
 * @returns What is free for programs, and all there is.
 * @example More than nothing
 * ```ts
 * import { memoryInfo } from "glmc/process/memory.ts";
 * import { assert } from "@std/assert";
 *
 * const { available, total } = memoryInfo();
 * assert(available <= total);
 * ```
 */
export function memoryInfo(): { readonly available: number; readonly total: number } {
  try {
    const { available, total } = Deno.systemMemoryInfo();
    return available <= total ? { available, total } : { available: 0, total: 0 };
  } catch {
    return { available: 0, total: 0 };
  }
}

/**
 * Memory that the control groups of this process allow it, as containers and batch systems set it.
 *
 * @param root Where the system's files are; another place serves for trials.
 * @returns Bytes; `Infinity` where there is no limit, or none that can be read.
 * @example A group within a limited one
 * ```ts
 * import { memoryLimit } from "glmc/process/memory.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const root = Deno.makeTempDirSync();
 * Deno.mkdirSync(`${root}/proc/self`, { recursive: true });
 * Deno.mkdirSync(`${root}/sys/fs/cgroup/jobs/7`, { recursive: true });
 * Deno.writeTextFileSync(`${root}/proc/self/cgroup`, "0::/jobs/7\n");
 * Deno.writeTextFileSync(`${root}/sys/fs/cgroup/jobs/memory.max`, "4000000000\n");
 * Deno.writeTextFileSync(`${root}/sys/fs/cgroup/jobs/7/memory.max`, "max\n");
 *
 * assertEquals(memoryLimit(root), 4e9);
 * ```
 */
export function memoryLimit(root = ""): number {
  return Math.min(Infinity, ...limits(root).map(({ bytes }) => bytes));
}

/**
 * Memory that this process may still take: what the machine has free, or what its control groups leave
 * where that is less.
 *
 * @param root Where the system's files are; another place serves for trials.
 * @returns Bytes; `Infinity` where nothing is told.
 * @example Some is left
 * ```ts
 * import { usableMemory } from "glmc/process/memory.ts";
 * import { assert } from "@std/assert";
 *
 * assert(usableMemory() > 0);
 * ```
 */
export function usableMemory(root = ""): number {
  const { available, total } = memoryInfo();
  const left = limits(root).map(({ bytes, used }) => Math.max(0, bytes - used));
  return Math.min(total === 0 ? Infinity : available, ...left);
}

/** A limit of a control group, and what its processes hold. */
interface Limit {
  readonly bytes: number;
  readonly used: number;
}

/** Names of the files of a control group, in the two versions of control groups. */
const files = {
  one: {
    limit: "memory.limit_in_bytes",
    used: "memory.usage_in_bytes",
    cache: "total_inactive_file",
  },
  two: { limit: "memory.max", used: "memory.current", cache: "inactive_file" },
};

function limits(root: string): Limit[] {
  const groups = read(`${root}/proc/self/cgroup`).split("\n").map((line) => line.split(":"));
  return groups.flatMap(([, controllers = "", ...path]) => {
    // The second version has one tree for all; the first one a tree for memory.
    const isSecond = controllers === "";
    if (!isSecond && !controllers.split(",").includes("memory")) return [];
    const tree = `${root}/sys/fs/cgroup${isSecond ? "" : "/memory"}`;
    const parts = path.join(":").split("/").filter((part) => part !== "");
    const folders = parts.map((_, count) => `/${parts.slice(0, count + 1).join("/")}`);
    // In a container the group's own path may not be seen: its root is the group.
    return ["", ...folders].flatMap((folder) =>
      limitOf(`${tree}${folder}`, files[isSecond ? "two" : "one"])
    );
  });
}

function limitOf(group: string, names: typeof files.one): Limit[] {
  const text = read(`${group}/${names.limit}`);
  // The first version writes "no limit" as a number near two to the power of 63.
  if (!/^\d+\s*$/.test(text) || Number(text) >= 2 ** 62) return [];
  // Pages of files that nobody has asked for lately are given back before a limit is felt.
  const cache = read(`${group}/memory.stat`).match(new RegExp(`^${names.cache} (\\d+)$`, "m"))?.[1];
  const used = Number(read(`${group}/${names.used}`)) - Number(cache ?? 0);
  return [{ bytes: Number(text), used: Math.max(0, used) || 0 }];
}

function read(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}
