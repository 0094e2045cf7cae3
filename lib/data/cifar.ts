/**
 * Facts about CIFAR-10 and CIFAR-100: sizes, files, class names and normalisation.
 *
 * @module
 */
import { isDiskError, readError, reasonOf, rephrase } from "../disk/errors.ts";
import { nextTurn } from "../process/turn.ts";
import type { DatasetEntry, DatasetSource } from "./dataset.ts";
import type { DataProgress } from "./download.ts";
import { checkImageSet, type Dataset, findWrongLabel, type ImageSet } from "./image_set.ts";

/** The data sets of Krizhevsky (2009). */
export type CifarName = "cifar10" | "cifar100";

/** Where a published version of a data set keeps its images. */
export interface CifarFiles {
  /** Folder inside the published archive. */
  readonly folder: string;
  /** Files with training images, in order. */
  readonly train: readonly string[];
  /** Files with test images. */
  readonly test: readonly string[];
  /** MD5 of published files by name, where they tell what no hash of the images does. */
  readonly md5?: Readonly<Record<string, string>>;
}

/** What is known of a data set before it is read. */
export interface CifarFacts {
  /** Name for people. */
  readonly title: string;
  /** Number of training images. */
  readonly trainSize: number;
  /** Number of test images. */
  readonly testSize: number;
  /** Files of the binary version. */
  readonly binary: CifarFiles;
  /** Files of the Python version. */
  readonly python: CifarFiles;
  /** Label bytes before an image in the binary version; the last one is the class. */
  readonly labelBytes: number;
  /** Keys that the labels of the Python version may have, the published one first. */
  readonly labelKeys: readonly string[];
  /** Published archive of the binary version, with its MD5. */
  readonly archive: { readonly address: string; readonly md5: string };
  /** Name of each class, in label order. */
  readonly classNames: readonly string[];
  /** Mean of each channel in the official code. */
  readonly mean: Dataset["mean"];
  /** Standard deviation of each channel in the official code. */
  readonly std: Dataset["std"];
  /** Where it can be fetched from, the default first. */
  readonly sources: readonly DatasetSource[];
  /** Digests of the published images and labels, where they have been taken. */
  readonly hashes?: DatasetEntry["hashes"];
}

/** Images with their labels, part of a data set. */
export interface CifarBatch {
  /** Pixels `[count, 32, 32, 3]`. */
  readonly images: Uint8Array;
  /** Class of each image `[count]`. */
  readonly labels: ArrayLike<number>;
}

/** Bytes of one image of 32 x 32 x 3. */
export const imageBytes = 3072;

/** Both data sets of Krizhevsky (2009), Learning Multiple Layers of Features from Tiny Images. */
export const cifarFacts: Readonly<Record<CifarName, CifarFacts>> = {
  cifar10: {
    title: "CIFAR-10",
    trainSize: 50_000,
    testSize: 10_000,
    binary: {
      folder: "cifar-10-batches-bin",
      train: [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}.bin`),
      test: ["test_batch.bin"],
    },
    python: {
      folder: "cifar-10-batches-py",
      train: [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}`),
      test: ["test_batch"],
    },
    labelBytes: 1,
    labelKeys: ["labels", "fine_labels"],
    archive: {
      address: "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
      md5: "c32a1d4ab5d03f1284b67883e8d87530",
    },
    classNames: "airplane automobile bird cat deer dog frog horse ship truck".split(" "),
    mean: [0.49139968, 0.48215827, 0.44653124],
    std: [0.24703233, 0.24348505, 0.26158768],
    sources: ["npm", "archive"],
    hashes: {
      train: "5300e8e3d462e7b326310b7147ea4e68c5b093515e0780e8c88010878bcd45ce",
      test: "8ecf6ca36b21e6562cb65d530e8e57cb518e3450efa3d37418913e2d1b70dae3",
    },
  },
  cifar100: {
    title: "CIFAR-100",
    trainSize: 50_000,
    testSize: 10_000,
    binary: { folder: "cifar-100-binary", train: ["train.bin"], test: ["test.bin"] },
    python: {
      folder: "cifar-100-python",
      train: ["train"],
      test: ["test"],
      md5: {
        train: "16019d7e3df5f24257cddd939b257f8d",
        test: "f0ef6b0ae62326f3e7ffdfab6717acfc",
      },
    },
    labelBytes: 2,
    labelKeys: ["fine_labels", "labels"],
    archive: {
      address: "https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz",
      md5: "03b5dce01913d631647c71ecec9e9cb8",
    },
    classNames: (
      "apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus " +
      "butterfly camel can castle caterpillar cattle chair chimpanzee clock cloud cockroach couch " +
      "crab crocodile cup dinosaur dolphin elephant flatfish forest fox girl hamster house " +
      "kangaroo keyboard lamp lawn_mower leopard lion lizard lobster man maple_tree motorcycle " +
      "mountain mouse mushroom oak_tree orange orchid otter palm_tree pear pickup_truck pine_tree " +
      "plain plate poppy porcupine possum rabbit raccoon ray road rocket rose sea seal shark shrew " +
      "skunk skyscraper snail snake spider squirrel streetcar sunflower sweet_pepper table tank " +
      "telephone television tiger tractor train trout tulip turtle wardrobe whale willow_tree wolf " +
      "woman worm"
    ).split(" "),
    mean: [0.4914, 0.4822, 0.4465],
    std: [0.2023, 0.1994, 0.2010],
    sources: ["archive"],
  },
};

/**
 * What the list of data sets holds of a CIFAR data set.
 *
 * @param name Which one.
 * @param facts Other facts than the published ones.
 * @returns The entry.
 * @example CIFAR-10
 * ```ts
 * import { cifarEntry } from "glmc/data/cifar.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(cifarEntry("cifar10").classNames.length, 10);
 * ```
 */
export function cifarEntry(name: CifarName, facts: CifarFacts = cifarFacts[name]): DatasetEntry {
  const { title, classNames, sources, mean, std, hashes } = facts;
  return {
    ...{ name, title, classNames, sources, mean, std },
    ...(hashes && { hashes }),
    load: async (options) =>
      // What decodes and fetches is loaded only when it is needed.
      await (await import("./cifar_source.ts")).loadCifar(name, { ...options, facts }),
  };
}

/** Settings of {@linkcode readDataset}. */
export interface ReadDatasetOptions {
  /** Files to read, in order; each holds the same number of images. */
  readonly files: Pick<CifarFiles, "train" | "test">;
  /** Other facts than the published ones. */
  readonly facts?: CifarFacts;
  /** What a user can do about a file that cannot be read, as the last part of the message. */
  readonly advice: string;
  /** Called after each file. */
  readonly onProgress?: (progress: DataProgress) => void;
}

/**
 * Reads a data set file by file.
 *
 * @param name Name of the data set.
 * @param read Reads the file of that name, which should hold `count` images.
 * @param options Files, facts and progress.
 * @returns The data set.
 * @throws {RangeError} If a label has no class; the message has file, row and value.
 * @throws {Error} If a file is damaged.
 * @example Black images
 * ```ts
 * import { cifarFacts, imageBytes, readDataset } from "glmc/data/cifar.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const { train } = await readDataset(
 *   "cifar10",
 *   (_file, count) => ({ images: new Uint8Array(count * imageBytes), labels: [0, 1] }),
 *   {
 *     files: { train: ["a.bin", "b.bin"], test: ["c.bin"] },
 *     facts: { ...cifarFacts.cifar10, trainSize: 4, testSize: 2 },
 *     advice: "draw it again",
 *   },
 * );
 *
 * assertEquals([...train.labels], [0, 1, 0, 1]);
 * ```
 */
export async function readDataset(
  name: CifarName,
  read: (file: string, count: number) => CifarBatch | Promise<CifarBatch>,
  options: ReadDatasetOptions,
): Promise<Dataset> {
  const { files, facts = cifarFacts[name], advice, onProgress } = options;
  const { title, classNames, mean, std } = facts;
  const total = files.train.length + files.test.length;
  let done = 0;
  const join = async (names: readonly string[], size: number): Promise<ImageSet> => {
    const images = new Uint8Array(size * imageBytes);
    const labels = new Int32Array(size);
    const count = size / names.length;
    for (const [index, file] of names.entries()) {
      await nextTurn();
      try {
        const batch = await read(file, count);
        const wrong = findWrongLabel(batch.labels, classNames.length);
        if (wrong) {
          throw new RangeError(
            `the label in row ${wrong.row} is ${wrong.label}, where ${title} has 0 to ${
              classNames.length - 1
            }`,
          );
        }
        images.set(batch.images, index * count * imageBytes);
        labels.set(batch.labels, index * count);
      } catch (error) {
        if (isDiskError(error)) throw readError(file, error);
        throw rephrase(error, `Cannot read "${file}" of ${title}: ${reasonOf(error)}: ${advice}`);
      }
      onProgress?.({ label: `Decoding ${title}`, done: ++done, total, unit: "files" });
    }
    return checkImageSet({ images, labels, height: 32, width: 32, channels: 3, classNames });
  };
  const train = await join(files.train, facts.trainSize);
  const test = await join(files.test, facts.testSize);
  return { name, train, test, mean, std };
}
