/**
 * Presets: runs that have a name.
 *
 * `<data>`, such as `cifar10-lt-100` or `imagenet-lt`, is GLMC as its official command runs it, `<data>-paper` and `<data>-corrected` its other
 * readings; `<method>-<l|c>-<data>` is a baseline of the field under one of its schedules; `quick` and
 * `first-look` are trainings of minutes.
 *
 * @module
 */

import { methodFields, partFields } from "../experiment/config_fields.ts";
import { drawnSubsetFields } from "../experiment/data_fields.ts";
import { sharedFields } from "../experiment/config_complete.ts";
import { secondStageFields } from "../experiment/second_stage.ts";
import { chooseMethod, type MethodChoice } from "../method/choose.ts";
import type { Method } from "../method/method.ts";
import { methods as kitMethods } from "../method/methods.ts";
import { suggestion } from "../settings/check.ts";
import type { Settings } from "../settings/field.ts";
import { nearest } from "../settings/nearest.ts";
import { baselinePresets } from "./presets/baselines.ts";
import { glmcPresets } from "./presets/glmc_rows.ts";
import { largePresets } from "./presets/large_rows.ts";
import type { Preset } from "./presets/preset.ts";
import { minutePresets } from "./presets/quick.ts";

export { maxNormStage, type Reading, readings, rowPresetName } from "./presets/glmc_rows.ts";
export { type Preset, tailedDatasets } from "./presets/preset.ts";

/** All presets. */
export const presets: readonly Preset[] = [
  ...minutePresets,
  ...glmcPresets,
  ...largePresets,
  ...baselinePresets,
];

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

/**
 * Settings over those of a preset.
 *
 * What they make meaningless of the preset is left out: settings of its method where another one is chosen,
 * of its second stage where there is another one or none, of its draw where rows are given. The width of
 * the preset stays, also where the network is named.
 *
 * @param base Settings of a preset.
 * @param given Settings over them.
 * @param methods The methods there are; those of the kit by default.
 * @returns All settings.
 * @example Another method under the same schedule
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { resolvePreset, settingsOver } from "glmc/study/presets.ts";
 *
 * const settings = settingsOver(resolvePreset("cifar10-lt-100"), { method: "focal", epochs: 3 });
 *
 * assertEquals([settings.width, settings.epochs, settings.cutMixLabel], [64, 3, undefined]);
 * ```
 */
export function settingsOver(
  base: Settings,
  given: Settings,
  methods: readonly Pick<Method, "name" | "aliases" | "parts" | "fields">[] = kitMethods,
): Settings {
  const choosing = Object.keys({ ...methodFields, ...partFields });
  const choice = Object.fromEntries(
    Object.entries(given).filter(([name, value]) => choosing.includes(name) && value !== null),
  ) as MethodChoice;
  const isOther = Object.keys(choice).length > 0;
  const fields = isOther ? chooseMethod(choice, methods).fields : {};
  const isMeant = (name: string): boolean => {
    if (name in secondStageFields && given.secondStage !== undefined) return false;
    if (given.splitFile && drawnSubsetFields.some((field) => field === name)) return false;
    if (!isOther) return true;
    return !choosing.includes(name) && (name in sharedFields || name in fields);
  };
  return {
    ...Object.fromEntries(Object.entries(base).filter(([name]) => isMeant(name))),
    ...given,
  };
}
