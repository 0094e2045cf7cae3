/**
 * The data sets whose images stay in their files, by name. A new one is a line here.
 *
 * @module
 */

import { type LargeSetName, largeSets } from "../data/large_sets.ts";
import { type AugmentRecipe, imageNetRecipe, iNaturalistRecipe } from "./augment/recipe.ts";

/** All that is known of a data set in files before it is opened. */
export interface FileDatasetEntry {
  /** Name for people. */
  readonly title: string;
  /** Its classes; absent where only the images tell. */
  readonly classes?: number;
  /** Which of the published large sets it is, if it is one: it comes with lists. */
  readonly published?: LargeSetName;
  /** How views are made; the side is that of the official code. */
  readonly recipe: AugmentRecipe;
}

function publishedEntry(published: LargeSetName, recipe: AugmentRecipe): FileDatasetEntry {
  const { title, classes } = largeSets[published];
  return { title, classes, published, recipe };
}

/** All of them. One's own images are normalised by the statistics of ImageNet, as is usual. */
export const fileDatasets = {
  imagenet_lt: publishedEntry("imagenet_lt", imageNetRecipe),
  places_lt: publishedEntry("places_lt", imageNetRecipe),
  inat18: publishedEntry("inat18", iNaturalistRecipe),
  folder: { title: "own images", recipe: imageNetRecipe },
} as const satisfies Readonly<Record<string, FileDatasetEntry>>;

/** Data sets whose images stay in their files. */
export type FileDatasetName = keyof typeof fileDatasets;

/**
 * What is known of a data set in files.
 *
 * @param name Name of any data set.
 * @returns The entry; `undefined` for those that are held in memory.
 * @example One of each kind
 * ```ts
 * import { fileDatasetEntry } from "glmc/images/file_datasets.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(fileDatasetEntry("inat18")?.classes, 8142);
 * assertEquals(fileDatasetEntry("cifar10"), undefined);
 * ```
 */
export function fileDatasetEntry(name: string): FileDatasetEntry | undefined {
  return Object.hasOwn(fileDatasets, name) ? fileDatasets[name as FileDatasetName] : undefined;
}

/**
 * A recipe for views of another size: test images are scaled in proportion, 256 for a view of 224.
 *
 * @param recipe The recipe.
 * @param side Height and width of a view in pixels.
 * @returns The recipe for that size.
 * @example Small views
 * ```ts
 * import { ofSide } from "glmc/images/file_datasets.ts";
 * import { imageNetRecipe } from "glmc/images/augment/recipe.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(ofSide(imageNetRecipe, 112).testResize, 128);
 * ```
 */
export function ofSide(recipe: AugmentRecipe, side: number): AugmentRecipe {
  return { ...recipe, side, testResize: Math.round(side * recipe.testResize / recipe.side) };
}
