/**
 * The published archives of CIFAR-10 and CIFAR-100.
 *
 * @module
 */
import { join } from "node:path";
import { parseTar } from "nanotar";
import { decodeBinaryBatch } from "./batch.ts";
import { type CifarFacts, cifarFacts, readDataset } from "./cifar.ts";
import { type DataProgress, download } from "./download.ts";
import { removeIfPresent } from "../disk/whole_file.ts";
import type { Dataset, DatasetName } from "./image_set.ts";

/** Settings of a function that fetches a data set. */
export interface FetchOptions {
  /** Existing folder for the download; nothing is left there on success. */
  readonly folder: string;
  /** Called as the work goes on. */
  readonly onProgress?: (progress: DataProgress) => void;
  /** Other addresses or sizes than the published ones. */
  readonly facts?: CifarFacts;
}

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
export async function fetchArchive(name: DatasetName, options: FetchOptions): Promise<Dataset> {
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
    { files: binary, facts, onProgress },
  );
  await removeIfPresent(path);
  return dataset;
}

/**
 * Unpacks a gzipped tar archive in memory.
 *
 * @param path The archive.
 * @returns Contents of its files, by name without folders.
 * @throws {Error} If the archive is damaged.
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
 * assertEquals(members.get("a.txt"), new TextEncoder().encode("hello"));
 * ```
 */
export async function unpackArchive(path: string): Promise<Map<string, Uint8Array>> {
  const file = await Deno.open(path);
  const tar = await new Response(
    file.readable.pipeThrough(new DecompressionStream("gzip")),
  ).bytes();
  const members = parseTar(tar, { filter: ({ type }) => type === "file" });
  return new Map(
    members.map((
      { name, data },
    ) => [name.slice(name.lastIndexOf("/") + 1), data ?? new Uint8Array()]),
  );
}

/**
 * Takes a file of an unpacked archive.
 *
 * @param members The unpacked archive.
 * @param name Name of the file without folders.
 * @returns Its contents.
 * @throws {Deno.errors.NotFound} If the archive has no such file.
 * @example Present and absent
 * ```ts
 * import { memberOf } from "glmc/data/archive.ts";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const members = new Map([["a.bin", Uint8Array.of(1)]]);
 *
 * assertEquals(memberOf(members, "a.bin"), Uint8Array.of(1));
 * assertThrows(() => memberOf(members, "b.bin"), Deno.errors.NotFound);
 * ```
 */
export function memberOf(members: ReadonlyMap<string, Uint8Array>, name: string): Uint8Array {
  const bytes = members.get(name);
  if (!bytes) throw new Deno.errors.NotFound("the archive does not have it");
  return bytes;
}
