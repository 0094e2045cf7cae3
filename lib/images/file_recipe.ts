/**
 * How views of the data sets in files are made.
 *
 * @module
 */

import type { FileDatasetName } from "../data/file_datasets.ts";
import { type AugmentRecipe, imageNetRecipe, iNaturalistRecipe } from "./augment/recipe.ts";

/**
 * The official recipe of a data set, for views of a size: test images are scaled in proportion, to 256 for
 * a view of 224. One's own images are normalised by the statistics of ImageNet, as is usual.
 *
 * @param name The data set.
 * @param side Height and width of a view in pixels.
 * @returns The recipe.
 * @example Small views
 * ```ts
 * import { fileRecipe } from "glmc/images/file_recipe.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(fileRecipe("imagenet_lt", 112).testResize, 128);
 * ```
 */
export function fileRecipe(name: FileDatasetName, side: number): AugmentRecipe {
  const recipe = name === "inat18" ? iNaturalistRecipe : imageNetRecipe;
  return { ...recipe, side, testResize: Math.round(side * recipe.testResize / recipe.side) };
}
