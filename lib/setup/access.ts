/**
 * What this user may read, write and run, found by trying: the bits of a file do not tell of a disk that
 * is read-only, of folders on the way, or of what a link leads to.
 *
 * @module
 */
import { dirname } from "node:path";
import { removeIfPresent } from "../disk/whole_file.ts";
import { venvFolder } from "./project.ts";

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
  let list: Deno.DirEntry[];
  try {
    list = await Array.fromAsync(Deno.readDir(folder));
  } catch (error) {
    return error instanceof Deno.errors.PermissionDenied ? folder : undefined;
  }
  for (const { name, isDirectory, isFile } of list) {
    const path = `${folder}/${name}`;
    const unreadable = isDirectory
      ? await firstUnreadable(path)
      : isFile && !await isReadable(path)
      ? path
      : undefined;
    if (unreadable !== undefined) return unreadable;
  }
  return undefined;
}

/**
 * What to do about an installation of another user that cannot be read.
 *
 * @param root The project folder.
 * @returns The last part of a message.
 * @example It names the folder
 * ```ts
 * import { unreadableAdvice } from "glmc/setup/access.ts";
 * import { assertStringIncludes } from "@std/assert";
 *
 * assertStringIncludes(unreadableAdvice("/kit"), 'chmod -R a+rX "/kit/.venv"');
 * ```
 */
export function unreadableAdvice(root: string): string {
  return `have its owner run chmod -R a+rX "${venvFolder(root)}", or use a copy of the project ` +
    "that is your own";
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
export async function isReadable(path: string): Promise<boolean> {
  try {
    using _file = await Deno.open(path);
    return true;
  } catch {
    return false;
  }
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
export async function isRunnable(path: string): Promise<boolean> {
  try {
    const { mode, uid, gid } = await Deno.stat(path);
    // Who is nobody's owner runs by the last bits; root runs by any.
    const shift = uid === Deno.uid() ? 6 : gid === Deno.gid() ? 3 : 0;
    return mode !== null && (mode & (Deno.uid() === 0 ? 0o111 : 0o1 << shift)) !== 0;
  } catch {
    return false;
  }
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
  try {
    const trial = await Deno.makeTempFile({ dir: folder, prefix: ".glmc-trial-" });
    await removeIfPresent(trial);
    return true;
  } catch (error) {
    const isMissing = error instanceof Deno.errors.NotFound && folder !== dirname(folder);
    return isMissing && await isWritable(dirname(folder));
  }
}
