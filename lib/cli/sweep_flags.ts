/**
 * The flags of every command that does many runs.
 *
 * @module
 */

import { executorFlags } from "./executor_flags.ts";
import type { Flag, FlagValues } from "./flags.ts";
import { machineFlags } from "./run_flags.ts";

/** Flags of every command that does many runs, besides those of the machine. */
export const sweepFlags: readonly Flag[] = [
  ...executorFlags,
  { names: ["dry-run"], kind: "switch", help: "say what would be done and how long it takes" },
  {
    names: ["only"],
    kind: "choice",
    choices: ["failed"],
    help: "do only the runs that have failed",
    defaultText: "all that are not finished",
  },
  { names: ["fail-fast"], kind: "switch", help: "stop all runs once one has failed" },
];

/**
 * Flags of the machine as they are handed on to each run.
 *
 * @param values Parsed flags.
 * @returns Arguments.
 * @example Threads
 * ```ts
 * import { machineArguments } from "glmc/cli/sweep_flags.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(machineArguments({ intra_op_threads: 2, epochs: 5 }), ["--intra_op_threads=2"]);
 * ```
 */
export function machineArguments(values: FlagValues): string[] {
  return machineFlags.flatMap(({ names: [name] }) => {
    const value = values[name];
    return value === undefined ? [] : [`--${name}=${value}`];
  });
}
