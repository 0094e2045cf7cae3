/**
 * Presets: runs that have a name.
 *
 * `<data>` is GLMC as its official command runs it, `<data>-paper` and `<data>-corrected` its other
 * readings; `<method>-<l|c>-<data>` is a baseline of the field under one of its schedules.
 *
 * @module
 */

import { suggestion } from "../settings/check.ts";
import type { Settings } from "../settings/field.ts";
import { nearest } from "../settings/nearest.ts";
import { baselinePresets } from "./presets/baselines.ts";
import { glmcPresets } from "./presets/glmc_rows.ts";
import type { Preset } from "./presets/preset.ts";

export { maxNormStage, type Reading, readings, rowPresetName } from "./presets/glmc_rows.ts";
export { type Preset, tailedDatasets } from "./presets/preset.ts";

/** All presets. */
export const presets: readonly Preset[] = [...glmcPresets, ...baselinePresets];

/**
 * Finds a preset.
 *
 * @param name Its name.
 * @returns The preset.
 * @throws {RangeError} If there is none of that name; says the nearest one.
 * @example A row of GLMC's table
 * ```ts
 * import { assertEquals, assertThrows } from "@std/assert";
 * import { findPreset } from "glmc/study/presets.ts";
 *
 * assertEquals(findPreset("cifar10-lt-100").target, "glmc-g2");
 * assertThrows(() => findPreset("cifar10-lt100"), RangeError, "did you mean cifar10-lt-100?");
 * ```
 */
export function findPreset(name: string): Preset {
  const preset = presets.find((preset) => preset.name === name);
  if (preset !== undefined) return preset;
  const names = presets.map(({ name }) => name);
  const close = nearest(name, names);
  throw new RangeError(
    `Cannot use the preset ${name}: there is none of that name: ` +
      (close === undefined ? "" : `${suggestion(name, names)} `) +
      `deno task train --preset list shows all ${names.length}`,
  );
}

/**
 * The settings of a preset.
 *
 * @param name Its name.
 * @returns What differs from the default.
 * @throws {RangeError} If there is none of that name; says the nearest one.
 * @example Schedule L of the field
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { resolvePreset } from "glmc/study/presets.ts";
 *
 * assertEquals(resolvePreset("ldam-drw-l-cifar100-lt-50").decay, "steps_160_180");
 * ```
 */
export function resolvePreset(name: string): Settings {
  return findPreset(name).settings;
}
