/**
 * All results there are: of the runs of a store, and of result cards.
 *
 * @module
 */

import { resolve } from "node:path";
import { readError } from "../disk/errors.ts";
import type { RunStore } from "../experiment/run_store.ts";
import { projectRoot } from "../setup/project.ts";
import { readCards } from "./card_file.ts";
import type { RunResult } from "./result.ts";
import { readRuns, type ReadRunsOptions } from "./read_runs.ts";
import { isResult, type UnreadableRun } from "./run_result.ts";

/** Settings of {@linkcode knownResults}. */
export interface KnownResultsOptions extends ReadRunsOptions {
  /**
   * Folders whose `.jsonl` files are result cards: those of {@linkcode projectCards} and
   * {@linkcode importedCards} by default.
   */
  readonly cards?: readonly string[];
}

/** All that is known, and what cannot be. */
export interface SurveyedResults {
  /** Results of all runs of a store, then those of result cards. */
  readonly results: readonly RunResult[];
  /** Folders among the runs that have no result. */
  readonly unreadable: readonly UnreadableRun[];
}

/**
 * Folder of the result cards that are kept with the code: `$GLMC_RESULTS`, else `data/results` of the
 * project.
 *
 * @param root The project folder.
 * @returns Absolute path.
 * @example Its own folder
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { projectCards } from "glmc/study/read_results.ts";
 *
 * if (!Deno.env.get("GLMC_RESULTS")) assertEquals(projectCards("/kit"), "/kit/data/results");
 * ```
 */
export function projectCards(root: string = projectRoot): string {
  return resolve(Deno.env.get("GLMC_RESULTS") || `${root}/data/results`);
}

/**
 * Folder of the result cards that were imported into a store.
 *
 * @param store The store.
 * @returns Absolute path.
 * @example Beside its runs
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { importedCards } from "glmc/study/read_results.ts";
 *
 * assertEquals(importedCards({ folder: "/runs" }), "/runs/.results/imported");
 * ```
 */
export function importedCards({ folder }: Pick<RunStore, "folder">): string {
  return `${folder}/.results/imported`;
}

/**
 * Results of all runs of a store, then those of result cards, each by name.
 *
 * A card says nothing new of a run that is finished here, and is left out then.
 *
 * @param store The store.
 * @param options Where the cards are.
 * @returns The results; folders that are reserved or damaged have none.
 * @throws {Error} If the folder of the runs or of cards cannot be read.
 * @example No run yet
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { openRunStore } from "glmc";
 * import { knownResults } from "glmc/study/read_results.ts";
 *
 * assertEquals(await knownResults(openRunStore(Deno.makeTempDirSync()), { cards: [] }), []);
 * ```
 */
export async function knownResults(
  store: RunStore,
  options: KnownResultsOptions = {},
): Promise<RunResult[]> {
  return [...(await surveyResults(store, options)).results];
}

/**
 * As {@linkcode knownResults}, with the folders that have no result.
 *
 * @param store The store.
 * @param options Where the cards are.
 * @returns Results, and folders that are reserved or damaged.
 * @throws {Error} If the folder of the runs or of cards cannot be read.
 */
export async function surveyResults(
  store: RunStore,
  options: KnownResultsOptions = {},
): Promise<SurveyedResults> {
  const found = await readRuns(store, options);
  const runs = found.filter(isResult);
  const unreadable = found.filter((run): run is UnreadableRun => !isResult(run));
  const done = new Set(runs.filter(isFinished).map(({ hash }) => hash));
  const { cards: folders = [projectCards(), importedCards(store)], onNotice } = options;
  const cards = await cardResults(folders, {
    methods: store.methods,
    ...(onNotice && { onNotice }),
  });
  return { results: [...runs, ...cards.filter(({ hash }) => !done.has(hash))], unreadable };
}

/**
 * Whether all epochs of a run are done and evaluated.
 *
 * @param result The run.
 * @returns `true` if they are.
 * @example The last one is missing
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { isFinished } from "glmc/study/read_results.ts";
 *
 * assertEquals(isFinished({ epochs: 9, totalEpochs: 10 }), false);
 * ```
 */
export function isFinished(
  { epochs, totalEpochs }: Pick<RunResult, "epochs" | "totalEpochs">,
): boolean {
  return epochs === totalEpochs;
}

/**
 * One result for each hash: a finished one before any other, then the one with more epochs, then the one
 * that was begun first.
 *
 * @param results Results, several of which may be of the same configuration.
 * @returns Results by hash.
 * @example None
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { resultsByHash } from "glmc/study/read_results.ts";
 *
 * assertEquals(resultsByHash([]).size, 0);
 * ```
 */
export function resultsByHash(results: readonly RunResult[]): Map<string, RunResult> {
  const ordered = results.toSorted((a, b) =>
    Number(isFinished(b)) - Number(isFinished(a)) || b.epochs - a.epochs ||
    (a.started < b.started ? -1 : a.started > b.started ? 1 : 0)
  );
  const known = new Map<string, RunResult>();
  for (const result of ordered) {
    if (!known.has(result.hash)) known.set(result.hash, result);
  }
  return known;
}

/**
 * Results of result cards alone.
 *
 * @param folders Folders whose `.jsonl` files are cards.
 * @param options The methods there are, and who is told of lines that cannot be read.
 * @returns The results, each once, by name.
 * @throws {Error} If a folder or a file cannot be read.
 * @example An empty folder
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { methods } from "glmc";
 * import { cardResults } from "glmc/study/read_results.ts";
 *
 * assertEquals(await cardResults([Deno.makeTempDirSync()], { methods }), []);
 * ```
 */
export async function cardResults(
  folders: readonly string[],
  { methods, onNotice }: Pick<RunStore, "methods"> & Pick<KnownResultsOptions, "onNotice">,
): Promise<RunResult[]> {
  const results: RunResult[] = [];
  for (const folder of folders) {
    for (const name of await namesIn(folder, ({ name }) => name.endsWith(".jsonl"))) {
      const file = await readCards(`${folder}/${name}`, { methods });
      file.problems.forEach((problem) => onNotice?.(problem));
      results.push(...file.results);
    }
  }
  return [...resultsByHash(results).values()].sort((a, b) => a.name < b.name ? -1 : 1);
}

/** Names in a folder in their order; none if it is not there. */
async function namesIn(
  folder: string,
  accepts: (entry: Deno.DirEntry) => boolean,
): Promise<string[]> {
  try {
    const entries = await Array.fromAsync(Deno.readDir(folder));
    return entries.filter(accepts).map(({ name }) => name).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw readError(folder, error);
  }
}
