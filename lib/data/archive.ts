/**
 * The published archives of CIFAR-10 and CIFAR-100.
 *
 * @module
 */
import { basename, join } from "node:path";
import { parseTar } from "nanotar";
import { decodeBinaryBatch } from "./batch.ts";
import { type CifarFacts, cifarFacts, type CifarName, readDataset } from "./cifar.ts";
import { type DataProgress, download } from "./download.ts";
import { isDiskError, readError, reasonOf } from "../disk/errors.ts";
import { recognisePath } from "../disk/file_kind.ts";
import { removeIfPresent } from "../disk/whole_file.ts";
import type { Dataset } from "./image_set.ts";

/** Settings of a function that fetches a data set. */
export interface FetchOptions {
  /** Existing folder for the download; nothing is left there on success. */
  readonly folder: string;
  /** Called as the work goes on. */
  readonly onProgress?: (progress: DataProgress) => void;
  /** Other addresses or sizes than the published ones. */
  readonly facts?: CifarFacts;
}

/** What to do about a published file that cannot be read although it came as it was published. */
export const fetchAdvice = "choose another --source";

/**
 * Fetches a data set as the published archive of its binary version.
 *
 * @param name Name of the data set.
 * @param options Folder, progress, and facts.
 * @returns The data set.
 * @throws {Error} If the archive cannot be reached or is not the published one.
 * @example CIFAR-100
 * ```ts ignore
 * import { fetchArchive } from "glmc/data/archive.ts";
 *
 * const { train, test } = await fetchArchive("cifar100", { folder: "data/cache/cifar100" });
 * ```
 */
export async function fetchArchive(name: CifarName, options: FetchOptions): Promise<Dataset> {
  const { folder, onProgress, facts = cifarFacts[name] } = options;
  const { title, binary, labelBytes, archive: { address, md5 } } = facts;
  const path = join(folder, "archive.tar.gz");
  await download(address, path, {
    integrity: { algorithm: "md5", digest: md5 },
    onProgress: (done, total) =>
      onProgress?.({ label: `Downloading ${title}`, done, total, unit: "bytes" }),
  });
  const members = await unpackArchive(path);
  const dataset = await readDataset(
    name,
    (file, count) => decodeBinaryBatch(memberOf(members, file), { count, labelBytes }),
    { files: binary, facts, advice: fetchAdvice, ...(onProgress && { onProgress }) },
  );
  await removeIfPresent(path);
  return dataset;
}

/**
 * Unpacks a tar archive in memory, gzipped or not; nothing is written anywhere.
 *
 * @param path The archive.
 * @param options `advice` says what to do about one that is damaged; by default that it is removed
 * and fetched again.
 * @returns Contents of its files, by path inside of it.
 * @throws {SyntaxError} If the archive is damaged, holds anything but files and folders inside of
 * it, or two files of one path.
 * @throws {Error} If it cannot be read.
 * @example An archive of one file
 * ```ts
 * import { unpackArchive } from "glmc/data/archive.ts";
 * import { assertEquals } from "@std/assert";
 * import { createTarGzip } from "nanotar";
 *
 * const path = Deno.makeTempFileSync();
 * Deno.writeFileSync(path, await createTarGzip([{ name: "folder/a.txt", data: "hello" }]));
 * const members = await unpackArchive(path);
 *
 * assertEquals(members.get("folder/a.txt"), new TextEncoder().encode("hello"));
 * ```
 */
export async function unpackArchive(
  path: string,
  options: { readonly advice?: string } = {},
): Promise<Map<string, Uint8Array>> {
  const { advice = "remove it, so that it is fetched again" } = options;
  const members = new Map<string, Uint8Array>();
  const { kind } = await recognisePath(path);
  try {
    const tar = await readTar(path, kind === "tar");
    checkEntries(tar);
    for (const { name, data } of parseTar(tar, { filter: ({ type }) => type === "file" })) {
      const inside = name.replace(/^(?:\.\/)+/, "");
      if (members.has(inside)) throw new SyntaxError(`it holds two files called "${inside}"`);
      members.set(inside, data ?? new Uint8Array());
    }
  } catch (error) {
    if (isDiskError(error)) throw readError(path, error);
    throw new SyntaxError(`Cannot unpack "${path}": ${reasonOf(error)}: ${advice}`, {
      cause: error,
    });
  }
  return members;
}

async function readTar(path: string, isPlain: boolean): Promise<Uint8Array> {
  const { readable } = await Deno.open(path);
  if (isPlain) return await new Response(readable).bytes();
  try {
    return await new Response(readable.pipeThrough(new DecompressionStream("gzip"))).bytes();
  } catch (error) {
    if (isDiskError(error)) throw error;
    throw new SyntaxError("it is cut off or damaged", { cause: error });
  }
}

/** Refuses what the parser would skip, change, or stumble over: its words would not help. */
function checkEntries(tar: Uint8Array): void {
  const text = (start: number, length: number): string =>
    new TextDecoder("latin1").decode(tar.subarray(start, start + length)).split("\0")[0] ?? "";
  if (tar.length < 512) throw new SyntaxError("it holds no tar archive");
  for (let start = 0; start + 512 <= tar.length && tar[start] !== 0;) {
    const name = text(start, 100);
    const isMarked = text(start + 257, 5) === "ustar";
    const folder = isMarked ? text(start + 345, 155) : "";
    const type = text(start + 156, 1) || "0";
    const size = parseInt(text(start + 124, 12).trim() || "0", 8);
    // Archives from before there was a mark are read, but not what only looks like one.
    if (!isMarked && start === 0 && !(size >= 0)) throw new SyntaxError("it holds no tar archive");
    if (!(size >= 0 && start + 512 + size <= tar.length)) {
      throw new SyntaxError(
        `its entry "${name}" should take ${size} bytes but ${tar.length - start - 512} follow`,
      );
    }
    // Headers of other headers: x and g of POSIX, L and K of GNU, whose names the parser applies.
    const isExtension = "xgLK".includes(type);
    const content = isExtension ? text(start + 512, size) : "";
    if (!isExtension && !"057".includes(type)) {
      const kind = kinds[type] ?? `an entry of type "${type}"`;
      throw new SyntaxError(
        `its entry "${name}" is ${kind}, where only files and folders are read`,
      );
    }
    for (const path of [folder === "" ? name : `${folder}/${name}`, ...longNames(type, content)]) {
      if (path.startsWith("/") || path.split("/").includes("..")) {
        throw new SyntaxError(`its entry "${path}" lies outside of the archive`);
      }
    }
    start += 512 + 512 * Math.ceil(size / 512);
  }
}

const kinds: Readonly<Record<string, string>> = {
  1: "a hard link",
  2: "a symbolic link",
  3: "a device",
  4: "a device",
  6: "a pipe",
};

function longNames(type: string, content: string): string[] {
  if (type === "L") return [content];
  return type === "x" ? Array.from(content.matchAll(/ path=(.*)\n/g), ([, path = ""]) => path) : [];
}

/**
 * Takes a file of an unpacked archive.
 *
 * @param members The unpacked archive.
 * @param name Name of the file without folders.
 * @returns Its contents.
 * @throws {Deno.errors.NotFound} If the archive has no such file.
 * @throws {SyntaxError} If it has several.
 * @example Present and absent
 * ```ts
 * import { memberOf } from "glmc/data/archive.ts";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const members = new Map([["folder/a.bin", Uint8Array.of(1)]]);
 *
 * assertEquals(memberOf(members, "a.bin"), Uint8Array.of(1));
 * assertThrows(() => memberOf(members, "b.bin"), Deno.errors.NotFound);
 * ```
 */
export function memberOf(members: ReadonlyMap<string, Uint8Array>, name: string): Uint8Array {
  const [path, other] = Array.from(members.keys()).filter((path) => basename(path) === name);
  if (path === undefined) throw new Deno.errors.NotFound("the archive does not have it");
  if (other !== undefined) {
    throw new SyntaxError(`the archive has two of it, "${path}" and "${other}"`);
  }
  return members.get(path)!;
}
