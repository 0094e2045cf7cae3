/**
 * Facts about the machine: programs, GPUs and free disk. It imports nothing of the kit: `library.ts` runs it
 * in a process that may do nothing but open a library.
 *
 * @module
 */
import { statfs } from "node:fs/promises";

/** What a program printed, and how it ended. */
export interface ProgramResult {
  /** Exit status; 0 is success. */
  code: number;
  /** Standard output and standard error, one after the other. */
  output: string;
}

/**
 * Runs a program to its end; `undefined` when there is no such program.
 *
 * @param command Name or path of the program.
 * @param args Its arguments.
 * @param options Folder, variables, and a signal that stops it.
 * @returns How it ended and what it printed.
 *
 * @example A program that is not there
 * ```ts
 * import { runProgram } from "glmc/setup/machine.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await runProgram("no-such-program"), undefined);
 * ```
 */
export async function runProgram(
  command: string,
  args: string[] = [],
  options: Pick<Deno.CommandOptions, "cwd" | "env" | "signal"> = {},
): Promise<ProgramResult | undefined> {
  try {
    const { code, stdout, stderr } = await new Deno.Command(command, {
      ...options,
      args,
      stdin: "null",
    }).output();
    const decoder = new TextDecoder();
    return { code, output: decoder.decode(stdout) + decoder.decode(stderr) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) {
      return undefined;
    }
    throw error;
  }
}

/**
 * Names of the NVIDIA GPUs that `nvidia-smi` lists; empty where it is missing or does not answer.
 *
 * @returns Such as `NVIDIA H100`, one for each GPU.
 *
 * @example Every GPU has a name
 * ```ts
 * import { listGpus } from "glmc/setup/machine.ts";
 * import { assert } from "@std/assert";
 *
 * assert((await listGpus()).every((name) => name.length > 0));
 * ```
 */
export async function listGpus(): Promise<string[]> {
  // A driver in trouble may never answer.
  const signal = AbortSignal.timeout(10_000);
  const result = await runProgram("nvidia-smi", ["-L"], { signal });
  if (result?.code !== 0) return [];
  return Array.from(
    result.output.matchAll(/^GPU \d+: (.+?)(?: \(UUID.*)?$/gm),
    ([, name = ""]) => name,
  );
}

/**
 * Free bytes on the disk of a folder, which need not exist yet.
 *
 * @param folder Absolute path.
 * @returns Bytes that a user may still write.
 *
 * @example There is some
 * ```ts
 * import { freeBytes } from "glmc/setup/machine.ts";
 * import { assert } from "@std/assert";
 *
 * assert(await freeBytes("/tmp/not/there/yet") > 0);
 * ```
 */
export async function freeBytes(folder: string): Promise<number> {
  try {
    const disk = await statfs(folder);
    return disk.bavail * disk.bsize;
  } catch (error) {
    const parent = folder.slice(0, folder.lastIndexOf("/")) || "/";
    if (parent === folder) throw error;
    return await freeBytes(parent);
  }
}

/**
 * A number of bytes for people, in decimal units.
 *
 * @param bytes How many.
 * @returns Such as `59 MB`.
 *
 * @example Units
 * ```ts
 * import { formatSize } from "glmc/setup/machine.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatSize(999), "999 B");
 * assertEquals(formatSize(59_400_000), "59 MB");
 * assertEquals(formatSize(1_640_000_000), "1.6 GB");
 * ```
 */
export function formatSize(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(bytes || 1) / 3)));
  return `${(bytes / 1000 ** power).toFixed(power > 2 ? 1 : 0)} ${units[power]}`;
}

/**
 * The message for a disk that has filled up during the set-up, and the command to run again.
 *
 * @param root The project folder.
 * @param command The command to run again.
 * @returns The message.
 *
 * @example It names the project
 * ```ts
 * import { diskFullMessage } from "glmc/setup/machine.ts";
 * import { assertStringIncludes } from "@std/assert";
 *
 * assertStringIncludes(diskFullMessage("/kit"), "/kit");
 * ```
 */
export function diskFullMessage(root: string, command = "deno task setup"): string {
  return `Cannot go on: the disk or your share of the disk is full: free some space for "${root}", for your caches and for ` +
    `temporary files (TMPDIR), then run ${command} again`;
}
