/**
 * Flags that scripts of the official code and of its relatives pass, and that mean nothing here: they are
 * accepted, with a word.
 *
 * @module
 */

import { dashed } from "../settings/check.ts";
import type { Flag, FlagValues } from "./flags.ts";

/** Flags of a training that mean nothing here; the help text says why. */
export const idleFlags: readonly Flag[] = [
  {
    names: ["j", "workers"],
    kind: "number",
    help: "images are on the device, or decoded beside the steps: no worker has to load them",
    wanted: "a whole number in [0, 1024]",
    accepts: (value) => Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= 1024,
  },
  {
    names: ["root_log"],
    kind: "text",
    help: "what is logged lies with the weights, in the folder of the run",
  },
  {
    names: ["exp_str"],
    kind: "text",
    help: "the name of a run says what is special about it, or is given by --name",
  },
  {
    names: ["world-size"],
    kind: "number",
    help: "several devices have flags of their own: --devices, --world",
  },
  {
    names: ["rank"],
    kind: "number",
    help: "several devices have flags of their own: --devices, --world",
  },
  {
    names: ["dist-url"],
    kind: "text",
    help: "several devices have flags of their own: --devices, --world",
  },
  {
    names: ["dist-backend"],
    kind: "text",
    help: "several devices have flags of their own: --devices, --world",
  },
  {
    names: ["multiprocessing-distributed"],
    kind: "switch",
    help: "several devices have flags of their own: --devices, --world",
  },
];

/** Flags of the official test that mean nothing here, beside {@linkcode idleFlags}. */
export const idleTestFlags: readonly Flag[] = [
  ...idleFlags,
  { names: ["pretrained"], kind: "switch", help: "--run or --weights names what is tested" },
  { names: ["b", "batch_size"], kind: "number", help: "a test has the same result in any batches" },
  { names: ["p", "print_freq"], kind: "number", help: "a test prints its result once" },
  { names: ["root_model"], kind: "text", help: "--run takes the folder of a run as well" },
  { names: ["store_name"], kind: "text", help: "--run names the run" },
];

/**
 * Flags without those whose names are taken by others.
 *
 * @param flags The flags.
 * @param taken Flags that come first.
 * @returns The rest.
 * @example A method has a setting of that name
 * ```ts
 * import { idleFlags, withoutNames } from "glmc/cli/idle_flags.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const rank = { names: ["rank"], kind: "number", help: "of the matrix" } as const;
 *
 * assertEquals(withoutNames(idleFlags, [rank]).length, idleFlags.length - 1);
 * ```
 */
export function withoutNames(flags: readonly Flag[], taken: readonly Flag[]): Flag[] {
  const plain = (name: string): string => name.replaceAll("-", "_");
  const names = new Set(taken.flatMap(({ names }) => names.map(plain)));
  return flags.filter((flag) => !flag.names.some((name) => names.has(plain(name))));
}

/**
 * A word on each flag that was given and means nothing.
 *
 * @param values Parsed flags.
 * @param flags The flags that mean nothing.
 * @returns A line for each.
 * @example Workers
 * ```ts
 * import { idleFlags, wordsOnIdleFlags } from "glmc/cli/idle_flags.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(wordsOnIdleFlags({ j: 4, lr: 0.1 }, idleFlags), [
 *   "--workers has no effect here: images are on the device, or decoded beside the steps: no worker has to load them",
 * ]);
 * ```
 */
export function wordsOnIdleFlags(values: FlagValues, flags: readonly Flag[]): string[] {
  return flags.filter(({ names: [first] }) => values[first] !== undefined)
    .map(({ names, help }) => `${dashed(names.at(-1)!)} has no effect here: ${help}`);
}
