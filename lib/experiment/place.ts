/**
 * How a command names a run.
 *
 * @module
 */

import { basename, dirname } from "node:path";
import { runsFolder } from "../setup/project.ts";

/**
 * A run as commands find it: by its name where all runs are, else by its folder.
 *
 * @param folder Folder of the run, as an absolute path.
 * @returns A word to copy into a shell.
 * @example A run elsewhere, whose path has a space
 * ```ts
 * import { runArgument } from "glmc/experiment/place.ts";
 * import { runsFolder } from "glmc/setup/project.ts";
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
