/**
 * The configuration of a command line, whose mistakes are those of its user.
 *
 * @module
 */

import { type ConfigOptions, configure, type RunConfig } from "../experiment/config.ts";
import type { Settings } from "../settings/field.ts";
import { UsageError } from "./shell.ts";

/**
 * The configuration that settings from a command line ask for.
 *
 * @param settings What differs from the defaults, by name.
 * @param options The methods.
 * @returns A complete configuration.
 * @throws {UsageError} If a value does not fit.
 * @example A value that does not fit
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { UsageError } from "glmc/cli/shell.ts";
 * import { usableConfig } from "glmc/cli/usable_config.ts";
 * import { methods } from "glmc";
 *
 * assertThrows(() => usableConfig({ epochs: 0 }, { methods }), UsageError, "--epochs");
 * ```
 */
export function usableConfig(settings: Settings, options: ConfigOptions): RunConfig {
  try {
    return configure(settings, options);
  } catch (error) {
    const isMistake = error instanceof RangeError || error instanceof TypeError;
    throw isMistake ? new UsageError(error.message) : error;
  }
}
