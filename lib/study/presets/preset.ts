/**
 * What a preset is: settings under a name that can be typed, and the published number that they aim at.
 *
 * @module
 */

import type { Settings } from "../../settings/field.ts";
import type { SourceName } from "../published.ts";

/** A few named changes to the default run, under a name that can be typed. */
export interface Preset {
  /** Its name, of small letters, digits and dashes. */
  readonly name: string;
  /** Its name for people. */
  readonly title: string;
  /** What it is, in one line. */
  readonly summary: string;
  /** What differs from the default; the width of the network is always named. */
  readonly settings: Settings;
  /** Seeds that a reproduction trains with, the usual one first. */
  readonly seeds: readonly number[];
  /** Whose published number it is measured against, where there is one. */
  readonly target?: SourceName;
}

/** A long-tailed data set that the field has tables of. */
export interface TailedDataset {
  /** Its name, such as `cifar10-lt-100`. */
  readonly name: string;
  /** Its name for people. */
  readonly title: string;
  /** The settings that make it, but for what draws the subset. */
  readonly settings: Settings & { readonly dataset: "cifar10" | "cifar100" };
}

/** The long-tailed data sets of the field's tables. */
export const tailedDatasets: readonly TailedDataset[] = (["cifar10", "cifar100"] as const).flatMap(
  (dataset) =>
    ([[100, 0.01], [50, 0.02], [10, 0.1]] as const).map(([factor, imbalanceRate]) => ({
      name: `${dataset}-lt-${factor}`,
      title: `CIFAR-${dataset.slice("cifar".length)}-LT, imbalance factor ${factor}`,
      settings: { dataset, imbalanceRate },
    })),
);

/** The subset that the field's code draws: LDAM-DRW's generator with seed 0. */
export const fieldSubset: Settings = { splitGenerator: "numpy", splitSeed: 0 };
