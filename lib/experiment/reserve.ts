/**
 * Reserves the folder of a new run, so that of many processes at once each gets one of its own.
 *
 * @module
 */

import { diskError } from "../disk/errors.ts";
import { acquireLock, type FileLock, LockedError } from "../disk/lock.ts";
import { isTemporaryName, makeFolder, removeLeftovers } from "../disk/whole_file.ts";
import type { Method } from "../method/method.ts";
import { defaultRunName, type RunConfig } from "./config.ts";
import { runArgument } from "./place.ts";
import { runFiles } from "./run_folder.ts";

/** Settings of {@linkcode reserveRun}. */
export interface ReserveOptions {
  /** Folder of all runs; made if it is missing. */
  readonly runs: string;
  /** Configuration of the new run, after which it is named by default. */
  readonly config: RunConfig;
  /** Its name; by default the first free one of a base, base-2, base-3 and so on. */
  readonly name?: string | undefined;
  /** The methods there are. */
  readonly methods: readonly Method[];
  /** Told if the disk has no locks. */
  readonly onNotice: (line: string) => void;
}

/** What to do where the folder of all runs is not ours to write. */
export const placeAdvice = "name a folder of your own for runs: GLMC_RUNS=<folder>";

/** A folder without a run, locked. */
export interface Reserved {
  /** The folder, as an absolute path. */
  readonly folder: string;
  /** Its lock, to be released by the caller. */
  readonly lock: FileLock;
}

/**
 * Makes a folder and takes its lock.
 *
 * A folder that a killed process has reserved and left empty is taken over.
 *
 * @param options Where, and under what name.
 * @returns Folder and lock.
 * @throws {RangeError} If the name is none for a folder.
 * @throws {Deno.errors.AlreadyExists} If the name is taken.
 * @throws {LockedError} If a process is just beginning a run of this name.
 */
export async function reserveRun(options: ReserveOptions): Promise<Reserved> {
  const { runs, name, config, methods } = options;
  await makeFolder(runs, { advice: placeAdvice });
  if (name !== undefined) return await reserve(checkedRunName(name), options);
  const base = defaultRunName(config, { methods });
  for (let count = 1;; count++) {
    try {
      return await reserve(count === 1 ? base : `${base}-${count}`, options);
    } catch (error) {
      const isTaken = error instanceof Deno.errors.AlreadyExists || error instanceof LockedError;
      if (!isTaken) throw error;
    }
  }
}

/**
 * Makes sure that a name will do for the folder of a run.
 *
 * @param name The name.
 * @returns The same name.
 * @throws {RangeError} If it will not; says what will.
 * @example A path is none
 * ```ts
 * import { checkedRunName } from "glmc/experiment/reserve.ts";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * assertEquals(checkedRunName("first-run"), "first-run");
 * assertThrows(() => checkedRunName("../run"), RangeError, "use letters, digits");
 * ```
 */
export function checkedRunName(name: string): string {
  // A name that begins with a dot is hidden, and would be in no list.
  if (/^[\w-][\w.-]*$/.test(name) && name.length <= 200) return name;
  throw new RangeError(
    `Cannot start a run named "${name}": use letters, digits, dots, dashes and underscores, ` +
      "at most 200 of them, and no dot at the beginning",
  );
}

async function reserve(name: string, { runs, onNotice }: ReserveOptions): Promise<Reserved> {
  const folder = `${runs}/${name}`;
  const isNew = await makeNewFolder(folder);
  // Before the lock file is put into it, for the folder may be anything.
  if (!isNew) await refuseIfUsed(name, folder);
  const lock = await acquireLock(`${folder}/${runFiles.lock}`, {
    what: `start a run named "${name}"`,
    onNotice,
    advice: placeAdvice,
  });
  try {
    // Again, for another process may have begun and ended there before the lock was taken.
    await refuseIfUsed(name, folder);
    // Without locks only whoever made the folder may have it.
    if (!isNew && !lock.isExclusive) throw taken(name, "is reserved");
    await removeLeftovers(folder);
    return { folder, lock };
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function makeNewFolder(folder: string): Promise<boolean> {
  try {
    await Deno.mkdir(folder);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    throw diskError(folder, error, { advice: placeAdvice });
  }
}

async function refuseIfUsed(name: string, folder: string): Promise<void> {
  let names: string[];
  try {
    names = await Array.fromAsync(Deno.readDir(folder), (entry) => entry.name);
  } catch (error) {
    if (error instanceof Deno.errors.NotADirectory) throw taken(name, "is a file");
    throw diskError(folder, error);
  }
  if (names.includes(runFiles.description)) {
    throw new Deno.errors.AlreadyExists(
      `Cannot start a run named "${name}": there is one already: continue it with ` +
        `--resume ${runArgument(folder)}, or choose another name`,
    );
  }
  if (!names.every(isLeftOfBeginning)) throw taken(name, "holds other files");
}

/**
 * Whether a file is one that a process leaves which is killed before its run has begun.
 *
 * @param name Name of the file.
 * @returns Whether it is.
 * @example The lock
 * ```ts
 * import { isLeftOfBeginning } from "glmc/experiment/reserve.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([isLeftOfBeginning("lock"), isLeftOfBeginning("notes.txt")], [true, false]);
 * ```
 */
export function isLeftOfBeginning(name: string): boolean {
  return name === runFiles.lock || name === runFiles.split || isTemporaryName(name);
}

function taken(name: string, what: string): Error {
  return new Deno.errors.AlreadyExists(
    `Cannot start a run named "${name}": what lies there under this name ${what}: choose another name, or ` +
      `move it away`,
  );
}
