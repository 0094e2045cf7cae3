/**
 * Decoded data sets on disk, as plain binary files that are checked whenever they are read.
 *
 * `train_images.bin` holds the pixels `[count, height, width, channels]`, `train_labels.bin` one byte
 * for each label, or an int32 where there are more than 256 classes, and `manifest.json` the sizes,
 * the SHA-256 of every file and where the images came from.
 *
 * @module
 */
import { join } from "node:path";
import { sha256 } from "../disk/digest.ts";
import { isDiskError, readError } from "../disk/errors.ts";
import { writeJson } from "../disk/json_file.ts";
import { withLock } from "../disk/lock.ts";
import { removeLeftovers, writeWholeFile } from "../disk/whole_file.ts";
import { checkImageSet, type Dataset, type ImageSet } from "./image_set.ts";

/** What the cache does not hold of a data set. */
export interface CacheFacts extends Pick<Dataset, "name" | "mean" | "std"> {
  /** Name for people. */
  readonly title?: string;
  /** Name of each class, in label order. */
  readonly classNames: readonly string[];
  /** Number of training images; any number by default. */
  readonly trainSize?: number;
  /** Number of test images; any number by default. */
  readonly testSize?: number;
}

/** Size and hash of a cached file. */
interface FileRecord {
  readonly bytes: number;
  readonly sha256: string;
}

/** Contents of `manifest.json`. */
interface Manifest {
  readonly source: string;
  /** Absent in caches of CIFAR from before other sizes were known. */
  readonly size?: ImageSize;
  readonly files: Readonly<Record<string, FileRecord>>;
}

type ImageSize = Pick<ImageSet, "height" | "width" | "channels">;

/**
 * Reads a data set from its cache, or fetches and caches it, one process at a time.
 *
 * @param folder Folder of this data set; made when missing.
 * @param facts What the cache does not hold.
 * @param options `fetch` brings it into the existing folder from `source`; `onNotice` is told what
 * is wrong with the cache.
 * @returns The data set.
 * @throws {Error} If it cannot be fetched, or the cache not be read or written.
 * @example One image, fetched once
 * ```ts
 * import { loadCached } from "glmc/data/cache.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const size = { height: 1, width: 1, channels: 1, classNames: ["all"] };
 * const set = { ...size, images: Uint8Array.of(7), labels: Int32Array.of(0) };
 * const facts = { name: "grey", mean: [0.5], std: [0.2], classNames: ["all"] };
 * let fetched = 0;
 * const options = {
 *   source: "npm",
 *   fetch: () => Promise.resolve({ ...facts, train: set, test: set, count: ++fetched }),
 * };
 * const folder = Deno.makeTempDirSync();
 * await loadCached(folder, facts, options);
 * const { train } = await loadCached(folder, facts, options);
 *
 * assertEquals([train.images, fetched], [Uint8Array.of(7), 1]);
 * ```
 */
export async function loadCached(
  folder: string,
  facts: CacheFacts,
  options: {
    readonly source: string;
    readonly fetch: () => Promise<Dataset>;
    readonly onNotice?: (line: string) => void;
  },
): Promise<Dataset> {
  const { source, fetch, onNotice } = options;
  try {
    const cached = await readCache(folder, facts);
    if (cached) return cached;
  } catch (error) {
    // What may not be read, or not now, is not damaged.
    if (!(error instanceof Error) || isDiskError(error.cause)) throw error;
    onNotice?.(`The cache "${folder}" is damaged: ${error.message}: fetching it again`);
  }
  const { title = facts.name } = facts;
  const fill = async (): Promise<Dataset> => {
    // Another process may have filled the cache while this one waited.
    const filled = await readCache(folder, facts).catch(() => undefined);
    if (filled) return filled;
    await removeLeftovers(folder);
    const dataset = await fetch();
    await writeCache(folder, dataset, { source });
    return dataset;
  };
  return await withLock(join(folder, "lock"), fill, {
    what: `fetch ${title}`,
    advice: "pass a folder with the images with --data, or use a copy of the project of your own",
    onNotice: (line) => onNotice?.(line),
    onWait: () => onNotice?.(`Another process is fetching ${title}: waiting for it`),
  });
}

/**
 * Writes a data set into its cache folder, file by file under temporary names, the manifest last.
 *
 * @param folder Existing folder of this data set.
 * @param dataset The data set.
 * @param options `source` says where it came from.
 * @throws {Error} If the disk is full or does not take the files.
 * @example One image
 * ```ts
 * import { writeCache } from "glmc/data/cache.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const size = { height: 1, width: 1, channels: 1, classNames: ["a", "b"] };
 * const set = { ...size, images: Uint8Array.of(255), labels: Int32Array.of(1) };
 * const folder = Deno.makeTempDirSync();
 * await writeCache(folder, { name: "grey", train: set, test: set, mean: [0.5], std: [0.2] }, {
 *   source: "npm",
 * });
 *
 * assertEquals(Deno.readFileSync(`${folder}/test_labels.bin`), Uint8Array.of(1));
 * ```
 */
export async function writeCache(
  folder: string,
  dataset: Dataset,
  options: { readonly source: string },
): Promise<void> {
  const { train, test } = dataset;
  const { height, width, channels } = train;
  const contents = {
    "train_images.bin": train.images,
    "train_labels.bin": encodeLabels(train),
    "test_images.bin": test.images,
    "test_labels.bin": encodeLabels(test),
  };
  const files: Record<string, FileRecord> = {};
  for (const [file, bytes] of Object.entries(contents)) {
    await writeWholeFile(join(folder, file), bytes);
    files[file] = { bytes: bytes.length, sha256: sha256(bytes) };
  }
  const manifest: Manifest = {
    source: options.source,
    size: { height, width, channels },
    files,
  };
  await writeJson(join(folder, "manifest.json"), manifest);
}

/** A label takes a byte where it fits; four where there are more than 256 classes. */
function encodeLabels({ labels, classNames }: ImageSet): Uint8Array {
  return classNames.length <= 256
    ? Uint8Array.from(labels)
    : new Uint8Array(labels.buffer, labels.byteOffset, labels.byteLength);
}

function decodeLabels(bytes: Uint8Array, classNames: readonly string[]): Int32Array {
  return classNames.length <= 256 ? Int32Array.from(bytes) : new Int32Array(bytes.slice().buffer);
}

/**
 * Reads a data set from its cache folder and checks size and SHA-256 of every file.
 *
 * @param folder Folder of this data set.
 * @param facts What the cache does not hold.
 * @returns The data set, or `undefined` if it was never cached.
 * @throws {Error} If a file is missing, truncated or altered; the message says which and how.
 * @example Nothing cached
 * ```ts
 * import { readCache } from "glmc/data/cache.ts";
 * import { cifarFacts } from "glmc/data/cifar.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const facts = { name: "cifar10", ...cifarFacts.cifar10 };
 *
 * assertEquals(await readCache(Deno.makeTempDirSync(), facts), undefined);
 * ```
 */
export async function readCache(folder: string, facts: CacheFacts): Promise<Dataset | undefined> {
  const { name, classNames, mean, std } = facts;
  let text: string;
  try {
    text = await Deno.readTextFile(join(folder, "manifest.json"));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw readError(join(folder, "manifest.json"), error);
  }
  const { files, size = { height: 32, width: 32, channels: 3 } } = parseManifest(text);
  const read = async (file: string): Promise<Uint8Array> => {
    const bytes = await Deno.readFile(join(folder, file)).catch((error) => {
      if (error instanceof Deno.errors.NotFound) throw new Error(`${file} is missing`);
      throw readError(join(folder, file), error);
    });
    const { bytes: length, sha256: hash } = files[file] ?? { bytes: 0, sha256: "" };
    if (bytes.length !== length) {
      throw new Error(`${file} has ${bytes.length} bytes instead of ${length}`);
    }
    if (sha256(bytes) !== hash) throw new Error(`${file} was altered`);
    return bytes;
  };
  const readSet = async (part: "train" | "test", count?: number): Promise<ImageSet> => {
    const [images, labelBytes] = await Promise.all([
      read(`${part}_images.bin`),
      read(`${part}_labels.bin`),
    ]);
    const labels = decodeLabels(labelBytes, classNames);
    if (count !== undefined && labels.length !== count) {
      throw new Error(`${part}_labels.bin has ${labels.length} labels instead of ${count}`);
    }
    return checkImageSet({ images, labels, ...size, classNames });
  };
  const sets = [readSet("train", facts.trainSize), readSet("test", facts.testSize)] as const;
  // Both to their end first, so that of two faulty sets the same one is named every time.
  await Promise.allSettled(sets);
  const [train, test] = await Promise.all(sets);
  return { name, train, test, mean, std };
}

function parseManifest(text: string): Manifest {
  try {
    const manifest = JSON.parse(text);
    if (typeof manifest.files === "object" && manifest.files !== null) return manifest;
  } catch {
    // Reported below.
  }
  throw new Error("the manifest is damaged");
}
