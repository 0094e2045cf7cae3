/**
 * The command `rank`: one of the processes that `train --devices` starts.
 *
 * @module
 */

import type { Place } from "./company.ts";
import type { FlagValues } from "./flags.ts";
import { trainAt } from "./train.ts";

/** What a process is told by the one that starts it. */
export interface RankPlace extends Place {
  /** Its share of the machine, over what the flags say. */
  readonly machine: FlagValues;
}

/** The text that `--help` prints. */
export const help = `
Usage: deno run -A lib/cli/main.ts rank <place as JSON> [flags of train]

One of the processes of a training on several devices. train --devices starts it; nobody has to type it.
`;

/**
 * Runs the command.
 *
 * @param args The place, then flags of `train`.
 * @throws {Error} As `train` does.
 */
export async function run(args: string[]): Promise<void> {
  const [place, ...flags] = args;
  const { machine, ...seat } = JSON.parse(place ?? "null") as RankPlace;
  await trainAt(flags, { ...seat, machine });
}
