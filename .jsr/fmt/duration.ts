/**
 * Stand-in for `jsr:@std/fmt/duration` (see `.jsr/cli`).
 *
 * @module
 */
// deno-lint-ignore-file no-explicit-any
import * as untyped from "deno-std/fmt/duration.js";

/** Formats a duration in milliseconds, such as `1m 5s`. */
export const format: (
  milliseconds: number,
  options?: { style?: "narrow" | "digital" | "full"; ignoreZero?: boolean },
) => string = (untyped as any).format;
