/**
 * What this user may read, write and run.
 *
 * @module
 */
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * The first file or folder in a folder that this user may not read.
 *
 * @param folder The folder.
 * @returns Absolute path; `undefined` if all can be read, or if there is no such folder.
 * @example An empty folder of one's own
 * ```ts
 * import { firstUnreadable } from "glmc/setup/access.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await firstUnreadable(Deno.makeTempDirSync()), undefined);
 * ```
 */
export async function firstUnreadable(folder: string): Promise<string | undefined> {
  if (!await isAllowed(folder, constants.R_OK | constants.X_OK)) {
    return await isAllowed(folder, constants.F_OK) ? folder : undefined;
  }
  for await (const { name, isDirectory, isFile } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    const unreadable = isDirectory
      ? await firstUnreadable(path)
      : isFile && !await isAllowed(path, constants.R_OK)
      ? path
      : undefined;
    if (unreadable !== undefined) return unreadable;
  }
  return undefined;
}

/**
 * Whether this user may read a file.
 *
 * @param path The file.
 * @returns False also if there is none.
 * @example One that is not there
 * ```ts
 * import { isReadable } from "glmc/setup/access.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await isReadable("/nowhere"), false);
 * ```
 */
export function isReadable(path: string): Promise<boolean> {
  return isAllowed(path, constants.R_OK);
}

/**
 * Whether this user may run a program.
 *
 * @param path The program; a link counts as what it leads to.
 * @returns False also if there is none.
 * @example One that is not there
 * ```ts
 * import { isRunnable } from "glmc/setup/access.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await isRunnable("/nowhere"), false);
 * ```
 */
export function isRunnable(path: string): Promise<boolean> {
  return isAllowed(path, constants.X_OK);
}

/**
 * Whether this user may write into a folder, or make it where there is none.
 *
 * @param folder Absolute path.
 * @returns False on a disk that is read-only, whoever asks.
 * @example A folder of one's own, still to be made
 * ```ts
 * import { isWritable } from "glmc/setup/access.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await isWritable(`${Deno.makeTempDirSync()}/new/one`), true);
 * ```
 */
export async function isWritable(folder: string): Promise<boolean> {
  if (await isAllowed(folder, constants.F_OK)) {
    return await isAllowed(folder, constants.W_OK | constants.X_OK);
  }
  return folder !== dirname(folder) && await isWritable(dirname(folder));
}

async function isAllowed(path: string, mode: number): Promise<boolean> {
  try {
    await access(path, mode);
    return true;
  } catch {
    return false;
  }
}
