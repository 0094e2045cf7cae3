/**
 * Copies of CIFAR-10 and CIFAR-100 among files that were found, whole or in part.
 *
 * @module
 */
import { decodeBinaryBatch, decodePythonBatch } from "./batch.ts";
import type { CifarBatch, CifarFacts } from "./cifar.ts";
import type { FoundFile } from "./file_tree.ts";

/** The files of one version of a data set in one folder. */
export interface Copy {
  /** Which version. */
  readonly version: "binary" | "Python";
  /** The folder they lie in. */
  readonly folder: string;
  /** How many folders deep that is. */
  readonly depth: number;
  /** Files with training images, in order, as far as they are there. */
  readonly train: readonly FoundFile[];
  /** Files with test images, as far as they are there. */
  readonly test: readonly FoundFile[];
  /** What is missing, a sentence without its end for each reason; empty if the copy is whole. */
  readonly missing: readonly string[];
  /** MD5 of published files by name, where they are known. */
  readonly md5: Readonly<Record<string, string>>;
  /** Decodes a file of `count` images. */
  readonly decode: (bytes: Uint8Array, count: number) => CifarBatch;
}

/**
 * Puts found files together to copies of a data set.
 *
 * @param files Files of any data set, the shallowest first.
 * @param facts The data set.
 * @returns Its copies, the shallowest first, of two in one folder the binary one; each has at least one
 * file.
 * @example A folder with one file of the Python version
 * ```ts
 * import { findCopies } from "glmc/data/copies.ts";
 * import { cifarFacts } from "glmc/data/cifar.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const read = () => Promise.resolve(new Uint8Array());
 * const file = { path: "a/Test", folder: "a", name: "Test", depth: 0, read };
 * const [copy] = findCopies([file], cifarFacts.cifar100);
 *
 * assertEquals([copy!.version, ...copy!.missing], ["Python", 'train is not in "a"']);
 * ```
 */
export function findCopies(files: readonly FoundFile[], facts: CifarFacts): Copy[] {
  const { binary, python, labelBytes, labelKeys } = facts;
  const folders = Map.groupBy(files, ({ folder }) => folder);
  const versions = [
    {
      version: "binary",
      names: binary,
      decode: (bytes: Uint8Array, count: number) => decodeBinaryBatch(bytes, { count, labelBytes }),
    },
    {
      version: "Python",
      names: python,
      decode: (bytes: Uint8Array, count: number) => decodePythonBatch(bytes, { count, labelKeys }),
    },
  ] as const;
  return Array.from(
    folders,
    ([folder, inside]) =>
      versions.flatMap(({ version, names, decode }): Copy[] => {
        const all = [...names.train, ...names.test];
        const found = new Map(all.map((name) => [name, fileOf(inside, name)]));
        const present = (some: readonly string[]): FoundFile[] =>
          some.flatMap((name) => found.get(name) ?? []).filter(({ problem }) => !problem);
        const { depth } = inside[0]!;
        const [train, test] = [present(names.train), present(names.test)];
        if (train.length + test.length === 0) return [];
        const missing = describeMissing(found, folder);
        return [{ version, folder, depth, train, test, missing, decode, md5: names.md5 ?? {} }];
      }),
  ).flat();
}

/** The file of a name, whose capitals may differ if there is none that is spelt so. */
function fileOf(files: readonly FoundFile[], name: string): FoundFile | undefined {
  return files.find((file) => file.name === name) ??
    files.find((file) => file.name.toLowerCase() === name);
}

function describeMissing(
  found: ReadonlyMap<string, FoundFile | undefined>,
  folder: string,
): string[] {
  const absent = Array.from(found).flatMap(([name, file]) => file ? [] : [name]);
  const faulty = Array.from(found.values()).flatMap((file) => file?.problem ? [file] : []);
  return [
    ...(absent.length > 0
      ? [`${absent.join(", ")} ${absent.length === 1 ? "is" : "are"} not in "${folder}"`]
      : []),
    ...faulty.map(({ path, problem }) => `"${path}" is ${problem}`),
  ];
}
