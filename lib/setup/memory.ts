/**
 * How much memory there is, and how much of it this process may use.
 *
 * @module
 */

/**
 * Memory of the machine in bytes; zeros where the system does not tell, as without `/proc`.
 *
 * @returns What is free for programs, and all there is.
 * @example More than nothing
 * ```ts
 * import { memoryInfo } from "glmc/setup/memory.ts";
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
 * import { memoryLimit } from "glmc/setup/memory.ts";
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
  const groups = read(`${root}/proc/self/cgroup`).split("\n").map((line) => line.split(":"));
  const limits = groups.flatMap(([, controllers = "", ...path]) => {
    const parts = path.join(":").split("/").filter((part) => part !== "");
    const folders = parts.map((_, count) => `/${parts.slice(0, count + 1).join("/")}`);
    // The second version has one tree for all; the first one a tree for memory.
    const [tree, file] = controllers === ""
      ? ["", "memory.max"]
      : controllers.split(",").includes("memory")
      ? ["/memory", "memory.limit_in_bytes"]
      : [];
    if (tree === undefined) return [];
    // In a container the group's own path may not be seen: its root is the group.
    return ["", ...folders].map((folder) => read(`${root}/sys/fs/cgroup${tree}${folder}/${file}`));
  });
  const numbers = limits.filter((text) => /^\d+\s*$/.test(text)).map(Number);
  // The first version writes "no limit" as a number near two to the power of 63.
  return numbers.reduce(
    (least, bytes) => bytes < 2 ** 62 ? Math.min(least, bytes) : least,
    Infinity,
  );
}

function read(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}
