/**
 * What to do about a damaged file of a run.
 *
 * @module
 */

import { runArgument } from "./place.ts";
import { runFiles } from "./run_folder.ts";

/**
 * What to do about a damaged file of a run.
 *
 * @param file Name of the file.
 * @param folder Folder of the run.
 * @returns The last part of a message.
 * @example A file that can be had again, and one that cannot
 * ```ts
 * import { adviceFor } from "glmc/experiment/advice.ts";
 * import { assertMatch } from "@std/assert";
 *
 * assertMatch(adviceFor("metrics.jsonl", "/runs/a"), /train --resume \/runs\/a/);
 * assertMatch(adviceFor("config.json", "/runs/a"), /move the folder of the run away/);
 * ```
 */
export function adviceFor(file: string, folder: string): string {
  const name = runArgument(folder);
  const again = `continue the run, which writes it again: deno task train --resume ${name}`;
  const checkpoint = "bring it back from a copy, or evaluate the best weights: " +
    `deno task evaluate --run ${name}`;
  const advice: Readonly<Record<string, string>> = {
    [runFiles.split]: again,
    [runFiles.metrics]: again,
    [runFiles.lastEvaluation]: again,
    [runFiles.bestEvaluation]: again,
    [runFiles.best]: "continue the run, which writes it again if its last epoch is the best one, " +
      `or evaluate the last weights: deno task evaluate --run ${name} --epoch last`,
    [runFiles.checkpoint]: checkpoint,
    [runFiles.previousCheckpoint]: checkpoint,
  };
  return advice[file] ??
    "bring it back from a copy, or move the folder of the run away and train anew";
}
