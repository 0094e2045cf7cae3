/**
 * Takes in results that were made elsewhere: a file of cards, or a folder of runs.
 *
 * @module
 */

import { basename, resolve } from "node:path";
import { readError } from "../disk/errors.ts";
import { sha256 } from "../disk/digest.ts";
import { openRunStore, type RunStore } from "../experiment/run_store.ts";
import { readCards, writeCards } from "./card_file.ts";
import { importedCards } from "./read_results.ts";
import { readRuns } from "./read_runs.ts";
import type { RunResult } from "./result.ts";
import { isResult } from "./run_result.ts";

/** What was taken in. */
export interface Imported {
  /** The card file that holds it now. */
  readonly path: string;
  /** How many results were found. */
  readonly found: number;
  /** What could not be read, a line each. */
  readonly problems: readonly string[];
}

/**
 * Copies results as cards into a store, which knows them from then on.
 *
 * What is imported from one place again takes the place of what was, where it has come further.
 *
 * @param from A card file, or a folder of runs.
 * @param store The store.
 * @returns What was taken in.
 * @throws {Deno.errors.NotFound} If there is no such file or folder.
 * @throws {RangeError} If nothing in it is a result.
 */
export async function importResults(from: string, store: RunStore): Promise<Imported> {
  const { results, problems } = await isFolder(from)
    ? await folderResults(from, store)
    : await readCards(from, store);
  if (results.length === 0) {
    throw new RangeError(
      `Cannot import "${from}": there is no result in it${
        problems.length === 0 ? "" : `, ${problems.length} cannot be read`
      }: name a folder of runs, or a file that deno task results --export has written`,
    );
  }
  // Two places may have one name.
  const place = resolve(from);
  const name = `${basename(place, ".jsonl")}-${sha256(place).slice(0, 8)}.jsonl`;
  const path = `${importedCards(store)}/${name}`;
  await writeCards(path, results, store);
  return { path, found: results.length, problems };
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isDirectory;
  } catch (error) {
    throw readError(path, error);
  }
}

async function folderResults(
  folder: string,
  { methods }: RunStore,
): Promise<{ readonly results: RunResult[]; readonly problems: string[] }> {
  // Such a folder may be anybody's: nothing is written into it.
  const found = await readRuns(openRunStore(folder, { methods }), { index: "unused" });
  return {
    results: found.filter(isResult),
    problems: found.flatMap((run) => isResult(run) ? [] : run.problem ?? []),
  };
}
