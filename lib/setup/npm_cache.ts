/**
 * Deno's cache on the disk, where the npm packages of the project are kept.
 *
 * @module
 */
import { homedir } from "node:os";
import { resolve } from "node:path";
import { entries } from "./find.ts";
import { firstUnreadable } from "./access.ts";

/**
 * Folder of Deno's cache: `$DENO_DIR`, else `deno` in the user's folder of caches.
 *
 * @returns Absolute path; nothing need be there.
 * @example It has a name
 * ```ts
 * import { denoCache } from "glmc/setup/npm_cache.ts";
 * import { assert } from "@std/assert";
 *
 * assert(denoCache().startsWith("/"));
 * ```
 */
export function denoCache(): string {
  const chosen = Deno.env.get("DENO_DIR");
  if (chosen) return resolve(chosen);
  return resolve(Deno.env.get("XDG_CACHE_HOME") || `${homedir()}/.cache`, "deno");
}

/**
 * A file of the project's packages that this user may not read, though the package is there.
 *
 * Some packages are published with files that only their owner may read, and Deno keeps them so: a
 * cache that one user has filled may be of no use to another. Files of one's own are not looked at.
 *
 * @param root The project folder.
 * @param cache Folder of Deno's cache.
 * @returns Absolute path of the first such file; `undefined` if there is none.
 * @throws {Error} If `deno.lock` cannot be read.
 * @example Of an empty cache
 * ```ts
 * import { unreadablePackageFile } from "glmc/setup/npm_cache.ts";
 * import { projectRoot } from "glmc/setup/project.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await unreadablePackageFile(projectRoot, Deno.makeTempDirSync()), undefined);
 * ```
 */
export async function unreadablePackageFile(
  root: string,
  cache: string = denoCache(),
): Promise<string | undefined> {
  for (const folder of await packageFolders(root, cache)) {
    const info = await Deno.stat(folder).catch(() => undefined);
    if (info === undefined || info.uid === Deno.uid()) continue;
    const file = await firstUnreadable(folder);
    if (file !== undefined) return file;
  }
  return undefined;
}

/**
 * What to do about a package that {@linkcode unreadablePackageFile} has found.
 *
 * @returns The last part of a message.
 * @example It names another cache
 * ```ts
 * import { unreadablePackageAdvice } from "glmc/setup/npm_cache.ts";
 * import { assertStringIncludes } from "@std/assert";
 *
 * assertStringIncludes(unreadablePackageAdvice(), "DENO_DIR=");
 * ```
 */
export function unreadablePackageAdvice(): string {
  return `have its owner run chmod -R a+rX "${denoCache()}/npm", or use a cache of your own: ` +
    "DENO_DIR=<folder> deno task setup";
}

/**
 * Lets everyone read a file of the project's packages who may read the folder that it lies in.
 *
 * @param root The project folder.
 * @param cache Folder of Deno's cache; what in it belongs to others is left alone.
 * @returns How many files were mended.
 * @throws {Error} If `deno.lock` cannot be read.
 * @example Of an empty cache
 * ```ts
 * import { openPackageFiles } from "glmc/setup/npm_cache.ts";
 * import { projectRoot } from "glmc/setup/project.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await openPackageFiles(projectRoot, Deno.makeTempDirSync()), 0);
 * ```
 */
export async function openPackageFiles(
  root: string,
  cache: string = denoCache(),
): Promise<number> {
  let mended = 0;
  for (const folder of await packageFolders(root, cache)) mended += await openFiles(folder);
  return mended;
}

/** Where the packages that `deno.lock` names lie, in the caches of all registries. */
async function packageFolders(root: string, cache: string): Promise<string[]> {
  const { npm = {} } = await readLock(root);
  const registries = entries(`${cache}/npm`).map((registry) => `${cache}/npm/${registry}`);
  return Object.keys(npm).flatMap((key) => {
    // A version holds no underscore: what follows one are the peers that the package was given.
    const [, name, version] = key.match(/^(.[^@]*)@([^_]+)/) ?? [];
    return registries.map((registry) => `${registry}/${name}/${version}`);
  });
}

/** What `deno.lock` holds; nothing where there is none, as beside a kit that was fetched. */
async function readLock(root: string): Promise<{ npm?: Record<string, unknown> }> {
  try {
    return JSON.parse(await Deno.readTextFile(`${root}/deno.lock`));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw error;
  }
}

async function openFiles(folder: string): Promise<number> {
  const readers = 0o044;
  const { mode: folderMode, uid } = await Deno.stat(folder).catch(() => ({
    mode: null,
    uid: null,
  }));
  if (folderMode === null || uid !== Deno.uid()) return 0;
  let mended = 0;
  for await (const { name, isDirectory, isFile } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) mended += await openFiles(path);
    if (!isFile) continue;
    const { mode } = await Deno.stat(path);
    const wanted = (mode ?? 0) & 0o777 | folderMode & readers;
    if (mode === null || wanted === (mode & 0o777)) continue;
    await Deno.chmod(path, wanted);
    mended++;
  }
  return mended;
}
