/**
 * CIFAR-10 and CIFAR-100 from a local folder, in the binary or the Python version.
 *
 * @module
 */
import { join } from "node:path";
import { decodeBinaryBatch, decodePythonBatch } from "./batch.ts";
import { type CifarBatch, type CifarFacts, cifarFacts, readDataset } from "./cifar.ts";
import type { DataProgress } from "./download.ts";
import type { Dataset, DatasetName } from "./image_set.ts";

/** Settings of {@linkcode readFolder}. */
export interface ReadFolderOptions {
  /** Called as the work goes on. */
  readonly onProgress?: (progress: DataProgress) => void;
  /** Other facts than the published ones. */
  readonly facts?: CifarFacts;
}

/**
 * Reads a data set from a folder with its files, or from the folder around the published one.
 *
 * @param name Name of the data set.
 * @param folder Folder with for example `data_batch_1.bin`, or with `cifar-10-batches-py`.
 * @param options Progress and facts.
 * @returns The data set.
 * @throws {Deno.errors.NotFound} If the folder has none of the known files.
 * @throws {Error} If a file is missing or damaged.
 * @example An empty folder
 * ```ts
 * import { readFolder } from "glmc/data/folder.ts";
 * import { assertRejects } from "@std/assert";
 *
 * await assertRejects(
 *   () => readFolder("cifar10", Deno.makeTempDirSync()),
 *   Deno.errors.NotFound,
 *   "holds neither data_batch_1.bin nor data_batch_1",
 * );
 * ```
 */
export async function readFolder(
  name: DatasetName,
  folder: string,
  options: ReadFolderOptions = {},
): Promise<Dataset> {
  const { facts = cifarFacts[name] } = options;
  const { binary, python, labelBytes, labelKey, title } = facts;
  const versions = [
    {
      files: binary,
      decode: (bytes: Uint8Array, count: number): CifarBatch =>
        decodeBinaryBatch(bytes, { count, labelBytes }),
    },
    {
      files: python,
      decode: (bytes: Uint8Array, count: number): CifarBatch =>
        decodePythonBatch(bytes, { count, labelKey }),
    },
  ];
  for (const { files, decode } of versions) {
    for (const place of [folder, join(folder, files.folder)]) {
      if (!await isFile(join(place, files.train[0]))) continue;
      return readDataset(
        name,
        async (file, count) => decode(await Deno.readFile(join(place, file)), count),
        { ...options, files },
      );
    }
  }
  throw new Deno.errors.NotFound(
    `Cannot read ${title}: "${folder}" holds neither ${binary.train[0]} nor ${
      python.train[0]
    }, nor a folder ${binary.folder} or ${python.folder} with them: pass the folder that does`,
  );
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false;
  }
}
