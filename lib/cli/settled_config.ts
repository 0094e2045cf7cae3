/**
 * The configuration of a command line, with what the files it names say.
 *
 * @module
 */

import type { RunConfig } from "../experiment/config.ts";
import { checkImages, withFileHashes, withListHashes } from "../experiment/configured_files.ts";
import type { FileDataset } from "../data/file_dataset.ts";
import type { AnyDataset } from "../images/dataset_images.ts";
import type { FlagValues } from "./flags.ts";
import { type FileNotes, loadConfiguredDataset, openFiles } from "./machine.ts";
import { asUsage } from "./shell.ts";
import { configOf, type TrainFlagsOptions } from "./train_flags.ts";

/** A configuration whose files have been read. */
export interface SettledConfig {
  /** The configuration, with the hashes of rows, lists and weights. */
  readonly config: RunConfig;
  /** Its data set, if the images stay in files. */
  readonly files?: FileDataset;
}

/**
 * The configuration that flags ask for, once the files that they name have been read: rows of a subset, and
 * the lists or class folders of images, which also tell how many classes there are.
 *
 * @param values Parsed flags.
 * @param options The methods, the chosen one, the settings of a preset, and who is told of images in files.
 * @returns The configuration, and the open data set.
 * @throws {UsageError} If a value does not fit.
 * @throws {Error} If a file cannot be read.
 */
export async function settledConfig(
  values: FlagValues,
  { onNote, ...options }: TrainFlagsOptions & FileNotes,
): Promise<SettledConfig> {
  const asked = configOf(values, options);
  const { num_classes } = values;
  const classes = num_classes === undefined ? undefined : Number(num_classes);
  const files = await openFiles(asked.data, { classes, onNote });
  if (files === undefined) return { config: await withFileHashes(asked) };
  const known = configOf({ ...values, num_classes: files.classNames.length }, options);
  // What does not fit is said before a run begins.
  asUsage(() => withListHashes(known, files));
  return { config: await withFileHashes(known, { dataset: files }), files };
}

/**
 * The images of a settled configuration.
 *
 * @param settled The configuration, and its data set where that is open already.
 * @returns The data set.
 * @throws {RangeError} If its images are others than the configuration tells of.
 * @throws {Error} If they cannot be fetched or read.
 */
export async function settledImages({ config, files }: SettledConfig): Promise<AnyDataset> {
  const dataset = files ?? await loadConfiguredDataset(config.data);
  checkImages(config, dataset);
  return dataset;
}
