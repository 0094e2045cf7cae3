/**
 * What the settings of a data set in files follow from, and where they have no meaning.
 *
 * @module
 */

import { usualSide } from "../data/file_dataset.ts";
import { fileDatasetEntry } from "../data/file_datasets.ts";
import { architectureEntry } from "../model/architectures.ts";
import type { Settings } from "../settings/field.ts";
import type { DataConfig } from "./config.ts";
import { stageFields } from "./config_fields.ts";
import { dataFields, fileFields, isInFiles } from "./data_fields.ts";

/** The network of the official code for the published sets. */
const officialNetwork = "resnext50_32x4d";
/** A network for large images that a laptop can train. */
const smallNetwork = "resnet10_imagenet";

/**
 * What follows from images that stay in files: all of them are trained on unless a long tail is asked for.
 * The published sets are trained as the official code does, with its network and its warm-up; one's own
 * images with a network whose stem takes large images to a quarter of their sides.
 *
 * @param complete Every setting, with the defaults of the fields.
 * @param given The settings that were given.
 * @returns The settings that are other than these defaults.
 * @example A long tail is asked for, and not
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { configure, type Settings } from "glmc/experiment/config.ts";
 *
 * const profile = (settings: Settings) => configure({ dataset: "folder", ...settings }).data.profile;
 *
 * assertEquals([profile({}), profile({ imbalanceRate: 0.1 })], ["given", "exponential"]);
 * ```
 */
export function fileDefaults(
  { dataset, profile, imbalanceRate, width }: Settings,
  given: Settings,
): Settings {
  const asksForTail = given.imbalanceRate !== undefined || given.largestClass !== undefined;
  const usual = asksForTail ? profile! : "given";
  const isOfficial = fileDatasetEntry(`${dataset}`)?.published !== undefined;
  const isCosine = (given.decay ?? stageFields.decay.default) === "cosine";
  return {
    imageSize: given.imageSize ?? usualSide,
    profile: given.profile ?? usual,
    // Nothing is said by a rate that is not used.
    imbalanceRate: (given.profile ?? usual) === "given" ? 1 : imbalanceRate!,
    ...(given.architecture === undefined && {
      architecture: isOfficial ? officialNetwork : smallNetwork,
      width: given.width ?? (isOfficial ? architectureEntry(officialNetwork).width : width!),
    }),
    warmUp: given.warmUp ?? (isOfficial && isCosine),
  };
}

/**
 * A setting that says something of files where the images of the data set are in memory.
 *
 * @param data The part of a configuration.
 * @returns Its name; `undefined` if there is none.
 * @example A list for CIFAR-10
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { configure } from "glmc/experiment/config.ts";
 *
 * assertThrows(() => configure({ imageSize: 64 }), RangeError, "left out for cifar10");
 * ```
 */
export function misplacedFileField(data: DataConfig): (typeof fileFields)[number] | undefined {
  if (isInFiles(data)) return undefined;
  return fileFields.find((name) => data[name] !== dataFields[name].default);
}
