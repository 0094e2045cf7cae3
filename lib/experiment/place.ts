/**
 * Where runs are, and how a command names one of them.
 *
 * @module
 */

import { basename, dirname, resolve } from "node:path";
import { projectRoot } from "../setup/project.ts";

/**
 * The folder of all runs: `$GLMC_RUNS`, else `data/runs` of the project.
 *
 * @returns The folder, as an absolute path.
 * @example Its name
 * ```ts
 * import { runsFolder } from "glmc/experiment/place.ts";
 * import { assertMatch } from "@std/assert";
 *
 * assertMatch(runsFolder(), /^\//);
 * ```
 */
export function runsFolder(): string {
  return resolve(Deno.env.get("GLMC_RUNS") || `${projectRoot}/data/runs`);
}

/**
 * A run as commands find it: by its name where all runs are, else by its folder.
 *
 * @param folder Folder of the run, as an absolute path.
 * @returns A word to copy into a shell.
 * @example A run elsewhere, whose path has a space
 * ```ts
 * import { runArgument, runsFolder } from "glmc/experiment/place.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(runArgument(`${runsFolder()}/first`), "first");
 * assertEquals(runArgument("/my disk/first"), "'/my disk/first'");
 * ```
 */
export function runArgument(folder: string): string {
  const word = dirname(folder) === runsFolder() ? basename(folder) : folder;
  return /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
