/**
 * Decoded data sets on disk, as plain binary files that are checked whenever they are read.
 *
 * `train_images.bin` holds the pixels `[count, 32, 32, 3]`, `train_labels.bin` one byte for each
 * label, and `manifest.json` the size and SHA-256 of every file and where the images came from.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { type CifarFacts, cifarFacts } from "./cifar.ts";
import { writeWholeFile } from "../disk/whole_file.ts";
import { checkImageSet, type Dataset, type DatasetName, type ImageSet } from "./image_set.ts";

/** Size and hash of a cached file. */
interface FileRecord {
  readonly bytes: number;
  readonly sha256: string;
}

/** Contents of `manifest.json`. */
interface Manifest {
  readonly source: string;
  readonly files: Readonly<Record<string, FileRecord>>;
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
 * import { cifarFacts } from "glmc/data/cifar.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const { mean, std, classNames } = cifarFacts.cifar10;
 * const size = { height: 32, width: 32, channels: 3, classNames };
 * const set = { ...size, images: new Uint8Array(3072), labels: Int32Array.of(7) };
 * const folder = Deno.makeTempDirSync();
 * await writeCache(folder, { name: "cifar10", train: set, test: set, mean, std }, {
 *   source: "npm",
 * });
 *
 * assertEquals(Deno.readFileSync(`${folder}/test_labels.bin`), Uint8Array.of(7));
 * ```
 */
export async function writeCache(
  folder: string,
  dataset: Dataset,
  options: { readonly source: string },
): Promise<void> {
  const contents = {
    "train_images.bin": dataset.train.images,
    "train_labels.bin": Uint8Array.from(dataset.train.labels),
    "test_images.bin": dataset.test.images,
    "test_labels.bin": Uint8Array.from(dataset.test.labels),
  };
  const files: Record<string, FileRecord> = {};
  for (const [file, bytes] of Object.entries(contents)) {
    await writeWholeFile(join(folder, file), bytes);
    files[file] = { bytes: bytes.length, sha256: sha256(bytes) };
  }
  const manifest: Manifest = { source: options.source, files };
  const text = JSON.stringify(manifest, null, 2) + "\n";
  await writeWholeFile(join(folder, "manifest.json"), new TextEncoder().encode(text));
}

/**
 * Reads a data set from its cache folder and checks size and SHA-256 of every file.
 *
 * @param name Name of the data set.
 * @param folder Folder of this data set.
 * @param options Other facts than the published ones.
 * @returns The data set, or `undefined` if it was never cached.
 * @throws {Error} If a file is missing, truncated or altered; the message says which and how.
 * @example Nothing cached
 * ```ts
 * import { readCache } from "glmc/data/cache.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await readCache("cifar10", Deno.makeTempDirSync()), undefined);
 * ```
 */
export async function readCache(
  name: DatasetName,
  folder: string,
  options: { readonly facts?: CifarFacts } = {},
): Promise<Dataset | undefined> {
  const { facts = cifarFacts[name] } = options;
  const { classNames, mean, std } = facts;
  let text: string;
  try {
    text = await Deno.readTextFile(join(folder, "manifest.json"));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  const records = parseManifest(text);
  const read = async (file: string): Promise<Uint8Array> => {
    const bytes = await Deno.readFile(join(folder, file)).catch((error) => {
      throw new Error(`${file} cannot be read`, { cause: error });
    });
    const { bytes: size, sha256: hash } = records[file] ?? { bytes: 0, sha256: "" };
    if (bytes.length !== size) {
      throw new Error(`${file} has ${bytes.length} bytes instead of ${size}`);
    }
    if (sha256(bytes) !== hash) throw new Error(`${file} was altered`);
    return bytes;
  };
  const readSet = async (part: "train" | "test", size: number): Promise<ImageSet> => {
    const [images, labels] = await Promise.all([
      read(`${part}_images.bin`),
      read(`${part}_labels.bin`),
    ]);
    if (labels.length !== size) throw new Error(`${part}_labels.bin has ${labels.length} labels`);
    return checkImageSet({
      images,
      labels: Int32Array.from(labels),
      height: 32,
      width: 32,
      channels: 3,
      classNames,
    });
  };
  const sets = [readSet("train", facts.trainSize), readSet("test", facts.testSize)] as const;
  // Both to their end first, so that of two faulty sets the same one is named every time.
  await Promise.allSettled(sets);
  const [train, test] = await Promise.all(sets);
  return { name, train, test, mean, std };
}

function parseManifest(text: string): Manifest["files"] {
  try {
    const { files } = JSON.parse(text);
    if (typeof files === "object" && files !== null) return files;
  } catch {
    // Reported below.
  }
  throw new Error("the manifest is damaged");
}

function sha256(bytes: Uint8Array): string {
  // Unlike crypto.subtle this does not copy the bytes first.
  return createHash("sha256").update(bytes).digest("hex");
}
