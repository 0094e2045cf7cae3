/**
 * What has no meaning beside rows that are given.
 *
 * @module
 */

import { settingTitle } from "../settings/check.ts";
import type { Settings } from "../settings/field.ts";
import {
  type ConfiguredDataset,
  type DataConfig,
  dataFields,
  drawnSubsetFields,
  isInFiles,
} from "./data_fields.ts";

/** How images in files are told to be taken as they are, which asks for no draw. */
const undrawn: Partial<DataConfig> = { profile: "given", imbalanceRate: 1 };

/**
 * Refuses settings of a draw where rows are given: these are not drawn.
 *
 * @param settings Every setting.
 * @throws {RangeError} Names the setting.
 * @example A rate for given rows
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { configure } from "glmc/experiment/config.ts";
 *
 * assertThrows(() => configure({ splitFile: "/rows", imbalanceRate: 0.1 }), RangeError, "not drawn");
 * ```
 */
export function refuseDrawing(settings: Settings): void {
  const staysInFiles = isInFiles({ dataset: settings.dataset as ConfiguredDataset });
  for (const name of drawnSubsetFields) {
    const value = settings[name]!;
    // The seed still chooses what is held out of the rows.
    const isUsed = name === "splitSeed" && settings.validation !== 0;
    const asksForNone = value === dataFields[name].default ||
      staysInFiles && value === undrawn[name];
    if (isUsed || asksForNone) continue;
    throw new RangeError(
      `Cannot use ${settingTitle(name, dataFields[name])} ${value}: the subset is not drawn but ` +
        `given by ${settingTitle("splitFile", dataFields.splitFile)}: leave one of them out`,
    );
  }
}
