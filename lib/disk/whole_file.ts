/**
 * Files that are either whole or absent.
 *
 * @module
 */
import { basename, dirname, join } from "node:path";
import { diskError, type DiskErrorOptions } from "./errors.ts";

/**
 * Writes a file under a temporary name and renames it, so that readers never see half of it.
 *
 * The content is on the disk before the name is, so that a power cut leaves the old file or the new
 * one. On failure an older file of that name is left as it was. Two writers at once never mix: the
 * later one wins.
 *
 * @param path Where the file shall be; its folder must exist.
 * @param content What it shall hold: bytes, or a text taken as UTF-8.
 * @param options What to do where the place is not ours to write.
 * @throws {Deno.errors.NotFound} If its folder does not exist.
 * @throws {Error} If the disk is full or does not take the file.
 * @example A file replaced as a whole
 * ```ts
 * import { writeWholeFile } from "glmc/disk/whole_file.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const path = `${Deno.makeTempDirSync()}/numbers.bin`;
 * await writeWholeFile(path, Uint8Array.of(1, 2, 3));
 *
 * assertEquals(Deno.readFileSync(path), Uint8Array.of(1, 2, 3));
 * ```
 */
export async function writeWholeFile(
  path: string,
  content: Uint8Array | string,
  options: DiskErrorOptions = {},
): Promise<void> {
  const temporary = temporaryPath(path);
  try {
    await writeSynced(temporary, content);
    await Deno.rename(temporary, path);
  } catch (error) {
    // What is left is swept away later; the reason why it is left is worth more to the reader.
    await removeIfPresent(temporary).catch(() => {});
    throw diskError(path, error, options);
  }
  await syncFolder(dirname(path));
}

/**
 * Makes a folder and those it lies in; one that is there is left as it is.
 *
 * @param folder The folder.
 * @param options What to do where the place is not ours to write.
 * @throws {Error} If the disk does not take it; the message says why and what to do.
 * @example Two at once
 * ```ts
 * import { makeFolder } from "glmc/disk/whole_file.ts";
 * import { assert } from "@std/assert";
 *
 * const folder = `${Deno.makeTempDirSync()}/new/one`;
 * await makeFolder(folder);
 *
 * assert(Deno.statSync(folder).isDirectory);
 * ```
 */
export async function makeFolder(folder: string, options: DiskErrorOptions = {}): Promise<void> {
  try {
    await Deno.mkdir(folder, { recursive: true });
  } catch (error) {
    throw diskError(folder, error, options);
  }
}

/**
 * Makes sure that a folder takes files, before work is done whose result is to be kept there.
 *
 * @param folder The folder; made when missing.
 * @param options What to do where the place is not ours to write.
 * @throws {Error} If the disk does not take a file there; the message says why and what to do.
 * @example A file is no folder
 * ```ts
 * import { checkFolder } from "glmc/disk/whole_file.ts";
 * import { assertRejects } from "@std/assert";
 *
 * const file = Deno.makeTempFileSync();
 *
 * await assertRejects(() => checkFolder(`${file}/results`), Error, "Cannot write");
 * ```
 */
export async function checkFolder(folder: string, options: DiskErrorOptions = {}): Promise<void> {
  await makeFolder(folder, options);
  const trial = temporaryPath(join(folder, "trial"));
  try {
    await Deno.writeFile(trial, new Uint8Array(1), { createNew: true });
  } catch (error) {
    throw diskError(folder, error, options);
  } finally {
    await removeIfPresent(trial).catch(() => {});
  }
}

/**
 * Removes what killed writers have left in a folder.
 *
 * @param folder The folder; its own folders are not looked into.
 * @param options `olderThan` spares files changed in the last so many milliseconds, 0 by default:
 * it is needed where other processes may be writing at this moment, so not behind a lock.
 * @returns The names that were removed.
 * @example Of a folder that nobody else writes to
 * ```ts
 * import { removeLeftovers } from "glmc/disk/whole_file.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const folder = Deno.makeTempDirSync();
 * Deno.writeTextFileSync(`${folder}/.numbers.bin.0123456789ab.tmp`, "half");
 * Deno.writeTextFileSync(`${folder}/numbers.bin`, "whole");
 *
 * assertEquals(await removeLeftovers(folder), [".numbers.bin.0123456789ab.tmp"]);
 * ```
 */
export async function removeLeftovers(
  folder: string,
  options: { readonly olderThan?: number } = {},
): Promise<string[]> {
  const { olderThan = 0 } = options;
  const removed: string[] = [];
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (!isFile || !isTemporaryName(name)) continue;
    const path = join(folder, name);
    // Its writer may finish it between listing and looking.
    const changed = (await Deno.stat(path).catch(() => undefined))?.mtime?.getTime();
    if (changed === undefined || Date.now() - changed < olderThan) continue;
    await removeIfPresent(path);
    removed.push(name);
  }
  return removed;
}

/**
 * Gives a file another name before one of its own is written: what is damaged may still be of use.
 *
 * @param path The file; an absent one is no error.
 * @returns Its new name: the old one with `.damaged` behind it, and a number where that is taken;
 * `undefined` if there is no such file.
 * @throws {Error} If the disk does not take the name.
 * @example Twice
 * ```ts
 * import { setAside } from "glmc/disk/whole_file.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const path = `${Deno.makeTempDirSync()}/a`;
 * Deno.writeTextFileSync(path, "half");
 *
 * assertEquals(await setAside(path), "a.damaged");
 * assertEquals(await setAside(path), undefined);
 * ```
 */
export async function setAside(path: string): Promise<string | undefined> {
  for (let count = 1;; count++) {
    const aside = `${path}.damaged${count === 1 ? "" : `-${count}`}`;
    // Nobody else writes here, so a name that is free stays free.
    if (await exists(aside)) continue;
    try {
      await Deno.rename(path, aside);
      return basename(aside);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw diskError(aside, error);
    }
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch {
    return false;
  }
}

/**
 * Tells whether a name is one under which {@linkcode writeWholeFile} writes before it renames.
 *
 * @param name Name of a file, without folders.
 * @returns Whether it is.
 * @example What is finished and what is not
 * ```ts
 * import { isTemporaryName } from "glmc/disk/whole_file.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(isTemporaryName(".numbers.bin.0123456789ab.tmp"), true);
 * assertEquals(isTemporaryName("numbers.tmp"), false);
 * ```
 */
export function isTemporaryName(name: string): boolean {
  return /^\..*\.[0-9a-f]{12}\.tmp$/.test(name);
}

/**
 * Removes a file; an absent one is no error.
 *
 * @param path The file.
 * @throws {Error} If it is there and cannot be removed.
 * @example Twice
 * ```ts
 * import { removeIfPresent } from "glmc/disk/whole_file.ts";
 * import { assertRejects } from "@std/assert";
 *
 * const path = Deno.makeTempFileSync();
 * await removeIfPresent(path);
 * await removeIfPresent(path);
 *
 * await assertRejects(() => Deno.stat(path), Deno.errors.NotFound);
 * ```
 */
export async function removeIfPresent(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function temporaryPath(path: string): string {
  const unique = crypto.getRandomValues(new Uint8Array(6)).toHex();
  // A name may have 255 bytes: a long one is cut, so that it has room for the rest.
  return join(dirname(path), `.${basename(path).slice(0, 60)}.${unique}.tmp`);
}

async function writeSynced(path: string, content: Uint8Array | string): Promise<void> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  using file = await Deno.open(path, { write: true, createNew: true });
  for (let written = 0; written < bytes.length;) {
    written += await file.write(bytes.subarray(written));
  }
  await file.sync();
}

/** Puts the new name on the disk; some file systems have no such call, and lose nothing by it. */
async function syncFolder(folder: string): Promise<void> {
  try {
    using handle = await Deno.open(folder);
    await handle.sync();
  } catch {
    // The file is whole either way: only a power cut could bring back the older one.
  }
}
