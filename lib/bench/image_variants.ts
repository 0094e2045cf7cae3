/**
 * What is measured of the way from image files to views.
 *
 * @module
 */

import { type AugmentRecipe, imageNetRecipe } from "../images/augment/recipe.ts";

/** Variants of the official training augmentation, by name. */
export const imageVariants = {
  all: imageNetRecipe,
  "no blur": { ...imageNetRecipe, blur: { ...imageNetRecipe.blur, share: 0 } },
  "no blur, no colours": {
    ...imageNetRecipe,
    blur: { ...imageNetRecipe.blur, share: 0 },
    jitter: { brightness: 0, contrast: 0, saturation: 0 },
    greyShare: 0,
  },
} as const satisfies Record<string, AugmentRecipe>;

/** Name of a variant. */
export type ImageVariant = keyof typeof imageVariants;

/** Files in a measured step; each gives two views, as the official loader makes them. */
export const filesInStep = 64;

/** Views in a measured step. */
export const viewsInStep: number = 2 * filesInStep;

/** Size of the measured files in pixels, the usual one in ImageNet. */
export const measuredSize = { height: 375, width: 500 } as const;
