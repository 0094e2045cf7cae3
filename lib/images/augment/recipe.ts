/**
 * What is done to large images before a network sees them: the official settings as data.
 *
 * @module
 */

import type { ChannelStatistics } from "../normalise.ts";
import { type CropLaw, officialCrop } from "./window.ts";

/** How training views are drawn and test views are cut. */
export interface AugmentRecipe extends ChannelStatistics {
  /** Height and width of a view in pixels. */
  readonly side: number;
  /** Shorter side that test images are scaled to before their middle is cut out. */
  readonly testResize: number;
  /** How windows are drawn. */
  readonly crop: CropLaw;
  /** Share of views that are mirrored. */
  readonly flipShare: number;
  /** How far each factor may be from 1: at 0.4 they are from 0.6 to 1.4. */
  readonly jitter: {
    /** Of all values. */
    readonly brightness: number;
    /** Of the distance from the mean grey. */
    readonly contrast: number;
    /** Of the distance from the pixel's own grey. */
    readonly saturation: number;
  };
  /** Share of views without colour. */
  readonly greyShare: number;
  /** Share of views that are blurred, and the range of the standard deviation in pixels. */
  readonly blur: { readonly share: number; readonly sigma: readonly [least: number, most: number] };
}

/** ImageNet-LT and Places-LT, in the official code (`util.py`, `TwoCropTransform`). */
export const imageNetRecipe: AugmentRecipe = {
  side: 224,
  testResize: 256,
  crop: officialCrop,
  flipShare: 0.5,
  jitter: { brightness: 0.4, contrast: 0.4, saturation: 0.4 },
  greyShare: 0.2,
  blur: { share: 0.5, sigma: [0.1, 2] },
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};

/** iNaturalist 2018: the same with the statistics of its images. */
export const iNaturalistRecipe: AugmentRecipe = {
  ...imageNetRecipe,
  mean: [0.466, 0.471, 0.38],
  std: [0.195, 0.194, 0.192],
};
