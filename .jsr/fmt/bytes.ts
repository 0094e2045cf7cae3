/**
 * Stand-in for `jsr:@std/fmt/bytes` (see `.jsr/cli`).
 *
 * @module
 */
// deno-lint-ignore-file no-explicit-any
import * as untyped from "deno-std/fmt/bytes.js";

/** Formats a number of bytes, such as `1.34 kB`. */
export const format: (bytes: number, options?: { maximumFractionDigits?: number }) => string =
  (untyped as any).format;
