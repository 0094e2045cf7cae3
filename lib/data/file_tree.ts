/**
 * Files of certain names in a folder or an archive, a few folders deep.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { readError } from "../disk/errors.ts";
import { unpackArchive } from "./archive.ts";

/** A file that was found, or something in its place. */
export interface FoundFile {
  /** Path for people; of a file in an archive it begins with the archive's. */
  readonly path: string;
  /** The folder it lies in. */
  readonly folder: string;
  /** Its name as it is written there. */
  readonly name: string;
  /** How many folders lie between the place that was searched and it. */
  readonly depth: number;
  /** Why it cannot be read, behind "it is". */
  readonly problem?: string;
  /** Reads all of it. */
  readonly read: () => Promise<Uint8Array>;
}

/** How many folders are looked into before the search ends: more hold no data set. */
const mostFolders = 1000;

/**
 * Searches a folder and those in it, level by level, hidden ones left out.
 *
 * @param folder The folder.
 * @param options `isWanted` tells by the name whether to take a file; `depth` is how many levels below
 * the folder are searched, 3 by default.
 * @returns What was found, the shallowest first.
 * @throws {Error} If the folder cannot be read; folders in it that cannot be read are passed over.
 * @example A file one folder deep
 * ```ts
 * import { findInFolder } from "glmc/data/file_tree.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const folder = Deno.makeTempDirSync();
 * Deno.mkdirSync(`${folder}/a`);
 * Deno.writeTextFileSync(`${folder}/a/b.txt`, "hello");
 * const [file] = await findInFolder(folder, { isWanted: (name) => name === "b.txt" });
 *
 * assertEquals([file!.path, file!.depth], [`${folder}/a/b.txt`, 1]);
 * ```
 */
export async function findInFolder(
  folder: string,
  options: { readonly isWanted: (name: string) => boolean; readonly depth?: number },
): Promise<FoundFile[]> {
  const { isWanted, depth: deepest = 3 } = options;
  const found: FoundFile[] = [];
  const seen = new Set<string>();
  const levels = [[folder]];
  for (let depth = 0; depth <= deepest; depth++) {
    const next: string[] = [];
    for (const place of levels[depth]!) {
      const real = await Deno.realPath(place).catch(() => place);
      // A link may lead back to a folder that was searched.
      if (seen.has(real) || seen.size === mostFolders) continue;
      seen.add(real);
      for (const entry of await entriesOf(place, depth === 0)) {
        const { name } = entry;
        const path = join(place, name);
        if (isWanted(name)) {
          const problem = await problemOf(path);
          found.push({
            ...{ path, folder: place, name, depth },
            ...(problem !== undefined && { problem }),
            read: () => Deno.readFile(path),
          });
        }
        const isHidden = name.startsWith(".") || name === "__MACOSX";
        if (!isHidden && await isFolder(entry, path)) next.push(path);
      }
    }
    levels.push(next);
  }
  return found;
}

async function entriesOf(folder: string, isFirst: boolean): Promise<Deno.DirEntry[]> {
  try {
    const entries = await Array.fromAsync(Deno.readDir(folder));
    return entries.sort((a, b) => a.name < b.name ? -1 : 1);
  } catch (error) {
    if (isFirst) throw readError(folder, error);
    return [];
  }
}

async function isFolder(entry: Deno.DirEntry, path: string): Promise<boolean> {
  if (!entry.isSymlink) return entry.isDirectory;
  return (await Deno.stat(path).catch(() => undefined))?.isDirectory ?? false;
}

/** What lies in place of a file. */
async function problemOf(path: string): Promise<string | undefined> {
  try {
    return (await Deno.stat(path)).isDirectory ? "a folder" : undefined;
  } catch {
    return `a link to "${await Deno.readLink(path).catch(() =>
      "nowhere"
    )}", where there is no file`;
  }
}

/**
 * Searches an archive.
 *
 * @param path A tar archive, gzipped or not.
 * @param options `isWanted` tells by the name whether to take a file; `advice` what to do about a
 * damaged archive.
 * @returns What was found, the shallowest first; all of it is in memory.
 * @throws {SyntaxError} If the archive is damaged or holds more than files and folders.
 * @example A file in an archive
 * ```ts
 * import { findInArchive } from "glmc/data/file_tree.ts";
 * import { assertEquals } from "@std/assert";
 * import { createTarGzip } from "nanotar";
 *
 * const path = Deno.makeTempFileSync();
 * Deno.writeFileSync(path, await createTarGzip([{ name: "a/b.txt", data: "hello" }]));
 * const options = { isWanted: (name: string) => name === "b.txt", advice: "look at it" };
 * const [file] = await findInArchive(path, options);
 *
 * assertEquals([file!.path, file!.depth], [`${path}/a/b.txt`, 1]);
 * ```
 */
export async function findInArchive(
  path: string,
  options: { readonly isWanted: (name: string) => boolean; readonly advice: string },
): Promise<FoundFile[]> {
  const members = await unpackArchive(path, options);
  return Array.from(members, ([inside, bytes]) => {
    const folders = inside.split("/");
    const name = folders.pop()!;
    return {
      path: join(path, inside),
      folder: dirname(join(path, inside)),
      name,
      depth: folders.length,
      read: () => Promise.resolve(bytes),
    };
  }).filter(({ name }) => options.isWanted(name)).sort((a, b) => a.depth - b.depth);
}
