/**
 * Reads what a run has measured from its folder.
 *
 * @module
 */
import type { Evaluation } from "../evaluate/metrics.ts";
import type { EpochRecord } from "../train/events.ts";
import { readDescription, type RunDescription, runFiles } from "./run_folder.ts";

/** A full evaluation of an epoch, as it is stored. */
export interface RecordedEvaluation extends Omit<Evaluation, "confusion"> {
  /** Epoch, from 0. */
  readonly epoch: number;
  /** How often true class r was taken for class c, at `[r · C + c]`. */
  readonly confusion: readonly number[];
}

/** What the folder of a run holds, without weights. */
export interface RecordedRun {
  /** Configuration, subset and machine. */
  readonly description: RunDescription;
  /** Finished epochs. */
  readonly history: readonly EpochRecord[];
  /** Evaluation of the epoch with the highest top-1 accuracy. */
  readonly best: RecordedEvaluation;
  /** Evaluation of the last epoch. */
  readonly last: RecordedEvaluation;
}

/**
 * Reads a run.
 *
 * @param folder Folder of the run.
 * @returns The run; `undefined` if there is none, or none of its epochs is finished.
 * @throws {SyntaxError} If a file is damaged.
 * @example No run there
 * ```ts
 * import { readRun } from "glmc/experiment/read_run.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await readRun("/nowhere"), undefined);
 * ```
 */
export async function readRun(folder: string): Promise<RecordedRun | undefined> {
  const description = await readDescription(folder);
  const lines = await readText(`${folder}/${runFiles.metrics}`);
  if (description === undefined || lines === undefined) return undefined;
  const [best, last] = await Promise.all([
    readEvaluation(`${folder}/${runFiles.bestEvaluation}`),
    readEvaluation(`${folder}/${runFiles.lastEvaluation}`),
  ]);
  if (best === undefined || last === undefined) return undefined;
  const history = lines.trim().split("\n").map((line) => parse<EpochRecord>(line, folder));
  return { description, history, best, last };
}

async function readEvaluation(path: string): Promise<RecordedEvaluation | undefined> {
  const text = await readText(path);
  return text === undefined ? undefined : parse<RecordedEvaluation>(text, path);
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function parse<Content>(text: string, path: string): Content {
  try {
    return JSON.parse(text);
  } catch {
    throw new SyntaxError(`Cannot read "${path}": it is damaged: start the run anew`);
  }
}
