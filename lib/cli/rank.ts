/**
 * The command `rank`: one of the processes that `train --devices` starts.
 *
 * @module
 */

import { parseWorld } from "../process/world.ts";
import type { Place } from "./company.ts";
import type { FlagValues } from "./flags.ts";
import type { HelpScreen } from "./help_screen.ts";
import { UsageError } from "./shell.ts";
import { trainAt } from "./train.ts";

/** What a process is told by the one that starts it. */
export interface RankPlace extends Place {
  /** Its share of the machine, over what the flags say. */
  readonly machine: FlagValues;
}

/** What `--help` shows. */
export const help: HelpScreen = {
  summary:
    "Is one of the processes of a training on several devices. train --devices starts it; nobody has to " +
    "type it.",
  examples: [{
    command: "deno run -A lib/cli/main.ts rank " +
      `'{"world":{"addresses":["localhost:29500","localhost:29501"],"rank":1}}' --epochs 1`,
    does: "what train --devices 2 --epochs 1 starts, beside rank 0",
  }],
  usage: ["deno run -A lib/cli/main.ts rank <place as JSON> [flags of train]"],
  sections: [{
    title: "The place",
    rows: [
      ["world", "the addresses of all processes, and which of them this one is"],
      ["parent", "id of the process with whose end this one ends"],
      ["machine", "its share of the machine, as values of flags"],
    ],
  }],
};

/** What the command line says. */
export interface RankArguments {
  /** Where this process is. */
  readonly place: RankPlace;
  /** Flags of `train`. */
  readonly flags: readonly string[];
}

/**
 * Reads the command line; nothing is started.
 *
 * @param args The place, then flags of `train`.
 * @returns Both.
 * @throws {UsageError} If there is no place.
 */
export function read([text, ...flags]: readonly string[]): RankArguments {
  const place = placeIn(text);
  if (place !== undefined) return { place, flags };
  throw new UsageError(
    "Cannot be one of several processes: it is not said which: leave it to deno task train --devices 2",
  );
}

function placeIn(text = ""): RankPlace | undefined {
  try {
    const place = JSON.parse(text);
    const { addresses, rank } = place.world;
    parseWorld(addresses.join(","), rank);
    return place;
  } catch {
    return undefined;
  }
}

/**
 * Runs the command.
 *
 * @param args The place, then flags of `train`.
 * @throws {Error} As `train` does.
 */
export async function run(args: string[]): Promise<void> {
  const { place, flags } = read(args);
  await trainAt(flags, place);
}
