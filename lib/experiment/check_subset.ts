/**
 * What the images of a known data set cannot give, told without loading them.
 *
 * @module
 */

import { cifarFacts, type CifarName } from "../data/cifar.ts";
import type { RunConfig } from "./config.ts";
import { configuredParts, configuredSplit } from "./configured.ts";

/**
 * Refuses a subset that a data set of known size cannot give; of other data sets only the images tell.
 *
 * @param config The configuration.
 * @throws {RangeError} If a class has too few images, or would keep none.
 * @example More images than a class has
 * ```ts
 * import { assertRejects } from "@std/assert";
 * import { checkSubset } from "glmc/experiment/check_subset.ts";
 * import { configure } from "glmc/experiment/config.ts";
 *
 * await assertRejects(() => checkSubset(configure({ largestClass: 6000 })), RangeError, "has 5000");
 * ```
 */
export async function checkSubset(config: RunConfig): Promise<void> {
  const { dataset, splitFile } = config.data;
  if (splitFile !== null || !Object.hasOwn(cifarFacts, dataset)) return;
  const { trainSize, classNames } = cifarFacts[dataset as CifarName];
  const perClass = trainSize / classNames.length;
  const labels = Int32Array.from({ length: trainSize }, (_, image) => Math.floor(image / perClass));
  configuredParts(config, await configuredSplit(config, { train: { labels } }));
}
