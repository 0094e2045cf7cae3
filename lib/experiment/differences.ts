/**
 * In what two configurations differ.
 *
 * @module
 */

import { resultHash, type RunConfig, settingsOf } from "./config.ts";

/**
 * Whether two configurations ask for the same; images may have moved, and are known by their hash.
 *
 * @param config One.
 * @param other The other.
 * @returns `true` where their results are the same.
 * @example Elsewhere
 * ```ts
 * import { assert } from "@std/assert";
 * import { configure } from "glmc";
 * import { asksForTheSame } from "glmc/experiment/differences.ts";
 *
 * assert(asksForTheSame(configure({ dataFolder: "/here" }), configure({ dataFolder: "/there" })));
 * ```
 */
export function asksForTheSame(config: RunConfig, other: RunConfig): boolean {
  return resultHash(config) === resultHash(other);
}

/**
 * The settings in which a configuration differs from that of a run, for messages.
 *
 * @param wanted The configuration.
 * @param there That of the run.
 * @returns Such as `epochs is 3, the run has 2`.
 * @example Another method, whose own settings go without saying
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { configure } from "glmc";
 * import { differences } from "glmc/experiment/differences.ts";
 *
 * assertEquals(
 *   differences(configure({ method: "mixup" }), configure()),
 *   "method is mixup, the run has glmc",
 * );
 * ```
 */
export function differences(wanted: RunConfig, there: RunConfig): string {
  const [settings, had] = [settingsOf(wanted), settingsOf(there)];
  // Another method says it all of settings that are its own.
  const differing = Object.keys(settings)
    .filter((name) => name in had && settings[name] !== had[name]);
  if (differing.length === 0) return "its stages are others";
  return differing.map((name) => `${name} is ${settings[name]}, the run has ${had[name]}`).join(
    ", ",
  );
}
