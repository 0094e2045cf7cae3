/**
 * CIFAR-10 and CIFAR-100 from a local folder, in the binary or the Python version.
 *
 * @module
 */
import { join } from "node:path";
import { decodeBinaryBatch, decodePythonBatch } from "./batch.ts";
import {
  type CifarBatch,
  type CifarFacts,
  cifarFacts,
  type CifarName,
  readDataset,
} from "./cifar.ts";
import type { DataProgress } from "./download.ts";
import type { Dataset } from "./image_set.ts";

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
 * @throws {Deno.errors.NotFound} If the folder has none of the known files, or not all of them.
 * @throws {RangeError} If a label has no class; the message has file, row and value.
 * @throws {Error} If a file is damaged.
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
  name: CifarName,
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
      const present = await presentOf([...files.train, ...files.test], place);
      if (present.length === 0) continue;
      return readDataset(
        name,
        async (file, count) => {
          if (!present.includes(file)) throw new Deno.errors.NotFound(`it is not in "${place}"`);
          return decode(await Deno.readFile(join(place, file)), count);
        },
        { ...options, files, advice: "mend that file, or pass another folder with --data" },
      );
    }
  }
  throw new Deno.errors.NotFound(
    `Cannot read ${title}: "${folder}" holds neither ${binary.train.at(0)} nor ${
      python.train.at(0)
    }, nor a folder ${binary.folder} or ${python.folder} with them: pass the folder that does`,
  );
}

/** Which of these files a folder has. */
async function presentOf(files: readonly string[], folder: string): Promise<string[]> {
  const found = await Promise.all(files.map(async (file) => {
    const info = await Deno.stat(join(folder, file)).catch(() => undefined);
    return info?.isFile ? [file] : [];
  }));
  return found.flat();
}
