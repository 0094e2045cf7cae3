/**
 * What the settings of a method must be to each other.
 *
 * @module
 */

import type { Method } from "../method/method.ts";
import { settingTitle } from "../settings/check.ts";
import type { Settings } from "../settings/field.ts";

/**
 * Refuses settings of a method that have no meaning together.
 *
 * @param options The settings, each in range.
 * @param method The method.
 * @throws {RangeError} Names the setting and says why.
 * @example A classifier that is not trained
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { checkOptions } from "glmc/experiment/check_options.ts";
 * import { defaultConfig, methods } from "glmc";
 *
 * const { options } = defaultConfig.stages[0];
 *
 * assertThrows(
 *   () => checkOptions({ ...options, classifiers: "one", testedClassifier: "plain" }, methods[0]!),
 *   RangeError,
 *   "Cannot use testedClassifier (--tested) plain: there is no plain classifier",
 * );
 * ```
 */
export function checkOptions(
  options: Settings,
  method: Pick<Method, "fields" | "conflict">,
): void {
  const conflict = method.conflict?.(options);
  if (conflict === undefined) return;
  const { setting, reason } = conflict;
  const title = settingTitle(setting, method.fields[setting] ?? { flags: [] });
  throw new RangeError(`Cannot use ${title} ${options[setting]}: ${reason}`);
}
