/**
 * The folder of a run: what it was, what it measured, and what is needed to go on.
 *
 * ```
 * data/runs/<name>/
 *   config.json              resolved configuration, split hash, versions
 *   split.json               rows of the training set that form the long-tailed subset
 *   metrics.jsonl            one line an epoch
 *   checkpoint.safetensors   weights, optimiser, position, history: all that resuming needs
 *   best.safetensors         weights of the best epoch, in the official names and layouts
 *   evaluation-best.json     per class, confusion matrix, calibration of the best epoch
 *   evaluation-last.json     the same of the last epoch
 * ```
 *
 * @module
 */

import { writeWholeFile } from "../disk/whole_file.ts";
import type { Split } from "../data/long_tail.ts";
import type { Evaluation } from "../evaluate/metrics.ts";
import type { EpochRecord } from "../train/events.ts";
import type { RunConfig } from "./config.ts";

/** What `config.json` holds. */
export interface RunDescription {
  /** The configuration. */
  readonly config: RunConfig;
  /** SHA-256 of the split's rows. */
  readonly splitHash: string;
  /** Training images of each class. */
  readonly classCounts: readonly number[];
  /** Trained numbers of the network. */
  readonly parameters: number;
  /** Versions and device of the machine that started the run. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Names of the files of a run. */
export const runFiles = {
  description: "config.json",
  split: "split.json",
  metrics: "metrics.jsonl",
  checkpoint: "checkpoint.safetensors",
  best: "best.safetensors",
  bestEvaluation: "evaluation-best.json",
  lastEvaluation: "evaluation-last.json",
} as const;

const encoder = new TextEncoder();

/** Writes a value as JSON, whole or not at all. */
async function writeJson(path: string, value: unknown): Promise<void> {
  await writeWholeFile(path, encoder.encode(JSON.stringify(value, plainArrays, 2) + "\n"));
}

function plainArrays(_: string, value: unknown): unknown {
  return ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : value;
}

/**
 * Creates the folder of a new run.
 *
 * @param folder Where; must not hold a run already.
 * @param contents Description and split.
 * @throws {Deno.errors.AlreadyExists} If there is a run already.
 */
export async function createRunFolder(
  folder: string,
  { description, split }: { readonly description: RunDescription; readonly split: Split },
): Promise<void> {
  if (await readDescription(folder) !== undefined) {
    throw new Deno.errors.AlreadyExists(
      `Cannot start a run in "${folder}": it holds one already: continue it with --resume ${folder}, ` +
        "or choose another --name",
    );
  }
  await Deno.mkdir(folder, { recursive: true });
  const { indices, counts, hash, seed, replace } = split;
  await writeJson(`${folder}/${runFiles.split}`, { hash, seed, replace, counts, indices });
  await writeJson(`${folder}/${runFiles.description}`, description);
}

/** Reads `config.json` of a run; `undefined` if there is none. */
export async function readDescription(folder: string): Promise<RunDescription | undefined> {
  const path = `${folder}/${runFiles.description}`;
  try {
    return JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return undefined;
    }
    throw new SyntaxError(`Cannot read "${path}": it is damaged: start the run anew`);
  }
}

/** Writes the history as `metrics.jsonl`; always as a whole, so that a resumed run leaves no double lines. */
export async function writeMetrics(folder: string, history: readonly EpochRecord[]): Promise<void> {
  const lines = history.map((record) => JSON.stringify(record, plainArrays) + "\n");
  await writeWholeFile(`${folder}/${runFiles.metrics}`, encoder.encode(lines.join("")));
}

/** Writes the full evaluation of an epoch. */
export async function writeEvaluation(
  folder: string,
  { which, epoch, evaluation }: {
    readonly which: "best" | "last";
    readonly epoch: number;
    readonly evaluation: Evaluation;
  },
): Promise<void> {
  const file = which === "best" ? runFiles.bestEvaluation : runFiles.lastEvaluation;
  await writeJson(`${folder}/${file}`, { epoch, ...evaluation });
}

/** The first name of `base`, `base-2`, `base-3`, ... that no run in `runs` has. */
export async function freeRunName(runs: string, base: string): Promise<string> {
  for (let count = 1;; count++) {
    const name = count === 1 ? base : `${base}-${count}`;
    if (await readDescription(`${runs}/${name}`) === undefined) return name;
  }
}
