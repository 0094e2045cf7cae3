/**
 * The data sets whose images stay in their files, by name. A new one is a name and a line here.
 *
 * @module
 */

import { type LargeSetName, largeSets } from "./large_sets.ts";

/** All that is known of a data set in files before it is opened. */
export interface FileDatasetEntry {
  /** Name for people. */
  readonly title: string;
  /** Its classes; absent where only the images tell. */
  readonly classes?: number;
  /** Which of the published large sets it is, if it is one: it comes with lists. */
  readonly published?: LargeSetName;
}

function publishedEntry(published: LargeSetName): FileDatasetEntry {
  const { title, classes } = largeSets[published];
  return { title, classes, published };
}

/** Data sets whose images stay in their files. */
export type FileDatasetName = LargeSetName | "folder";

/** All of them. */
export const fileDatasets: Readonly<Record<FileDatasetName, FileDatasetEntry>> = {
  imagenet_lt: publishedEntry("imagenet_lt"),
  places_lt: publishedEntry("places_lt"),
  inat18: publishedEntry("inat18"),
  folder: { title: "own images" },
};

/**
 * What is known of a data set in files.
 *
 * @param name Name of any data set.
 * @returns The entry; `undefined` for those that are held in memory.
 * @example One of each kind
 * ```ts
 * import { fileDatasetEntry } from "glmc/data/file_datasets.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(fileDatasetEntry("inat18")?.classes, 8142);
 * assertEquals(fileDatasetEntry("cifar10"), undefined);
 * ```
 */
export function fileDatasetEntry(name: string): FileDatasetEntry | undefined {
  return Object.hasOwn(fileDatasets, name) ? fileDatasets[name as FileDatasetName] : undefined;
}
