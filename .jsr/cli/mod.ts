/**
 * Stand-in for `jsr:@std/cli` on networks that reach npm but not JSR: the same code, as published on
 * npm by the package `deno-std`, with its types. Delete the `links` entry in `deno.json` to use JSR.
 *
 * @module
 */
// deno-lint-ignore-file no-explicit-any
import { parseArgs as untyped } from "deno-std/cli/parse_args.js";

/** How to parse: which flags are booleans, strings, collected, aliased. */
export interface ParseOptions {
  /** Flags without a value. */
  boolean?: readonly string[];
  /** Flags whose value stays text. */
  string?: readonly string[];
  /** Flags that may be given several times. */
  collect?: readonly string[];
  /** Other names of a flag. */
  alias?: Record<string, string | readonly string[]>;
  /** Values of flags that are not given. */
  default?: Record<string, unknown>;
  /** Called for each argument that is not declared; `false` drops it. */
  unknown?: (argument: string, key?: string, value?: unknown) => unknown;
  /** Whether everything after the first positional argument is positional. */
  stopEarly?: boolean;
}

/** Parses command-line arguments into a record of flags; positional ones are in `_`. */
export const parseArgs: (
  args: readonly string[],
  options?: ParseOptions,
) => Record<string, any> & { _: (string | number)[] } = untyped as any;
