/**
 * Stand-in for `jsr:@std/csv` (see `.jsr/cli`).
 *
 * @module
 */
// deno-lint-ignore-file no-explicit-any
import * as untyped from "deno-std/csv/parse.js";

/** Parses comma-separated values into rows of fields. */
export const parse: (text: string) => string[][] = (untyped as any).parse;
