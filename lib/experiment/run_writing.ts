/**
 * Writes the files of a run, each whole, with a digest and the id of the run.
 *
 * @module
 */

import { basename, dirname } from "node:path";
import { removeIfPresent, writeWholeFile } from "../disk/whole_file.ts";
import { sealJson, writeSealedJson } from "../disk/json_file.ts";
import { writeSafetensors } from "../disk/safetensors.ts";
import type { Split } from "../data/long_tail.ts";
import type { Evaluation } from "../evaluate/metrics.ts";
import { exportWeights } from "../model/weights.ts";
import { encodeCheckpoint } from "../train/checkpoint.ts";
import type { EpochRecord, Progress } from "../train/events.ts";
import type { Stage } from "../train/stage.ts";
import { type RunDescription, runFiles } from "./run_folder.ts";
import { type DescribedRun, metadataKeys } from "./run_reading.ts";

/**
 * Writes `config.json`, which makes a folder a run.
 *
 * @param folder Folder of the run.
 * @param description What it is.
 */
export async function writeDescription(folder: string, description: RunDescription): Promise<void> {
  await writeSealedJson(`${folder}/${runFiles.description}`, description);
}

/**
 * Writes the rows of the subset.
 *
 * @param run The run.
 * @param split Its subset.
 */
export async function writeSplit(run: DescribedRun, split: Split): Promise<void> {
  const { hash, generator, seed, replace, counts, indices } = split;
  await writeRunJson(run, runFiles.split, { hash, generator, seed, replace, counts, indices });
}

/**
 * Writes the history as `metrics.jsonl`; always as a whole, so that a resumed run leaves no double lines.
 *
 * @param run The run.
 * @param history Its finished epochs.
 */
export async function writeMetrics(
  { folder, description }: DescribedRun,
  history: readonly EpochRecord[],
): Promise<void> {
  const lines = history.map((record) => sealJson({ ...idOf(description), ...record }) + "\n");
  await writeWholeFile(`${folder}/${runFiles.metrics}`, lines.join(""));
}

/**
 * Writes the full evaluation of an epoch.
 *
 * @param run The run.
 * @param options The evaluation, its epoch, and whether it is that of the best epoch or of the last one.
 */
export async function writeEvaluation(
  run: DescribedRun,
  { which, epoch, evaluation }: {
    readonly which: "best" | "last";
    readonly epoch: number;
    readonly evaluation: Evaluation;
  },
): Promise<void> {
  const file = which === "best" ? runFiles.bestEvaluation : runFiles.lastEvaluation;
  await writeRunJson(run, file, { epoch, ...evaluation });
}

/**
 * Writes the weights of the best epoch.
 *
 * @param run The run.
 * @param options The weights as the training holds them, and their epoch.
 */
export async function writeBestWeights(
  { folder, description }: DescribedRun,
  { progress, epoch }: { readonly progress: Progress; readonly epoch: number },
): Promise<void> {
  const weights = await exportWeights(progress.state, progress);
  const metadata = { ...metadataOf(description), [metadataKeys.epoch]: `${epoch}` };
  await writeWholeFile(`${folder}/${runFiles.best}`, writeSafetensors(weights, metadata));
}

/**
 * Writes a checkpoint and keeps the one before it.
 *
 * @param run The run.
 * @param progress What to write.
 * @param options Stages of the training; whether the checkpoint that is there is worth keeping.
 */
export async function writeCheckpoint(
  { folder, description }: DescribedRun,
  progress: Progress,
  { stages, keepsPrevious }: { readonly stages: readonly Stage[]; readonly keepsPrevious: boolean },
): Promise<void> {
  const [path, previous] = [
    `${folder}/${runFiles.checkpoint}`,
    `${folder}/${runFiles.previousCheckpoint}`,
  ];
  const metadata = metadataOf(description);
  const bytes = await encodeCheckpoint(progress, { stages, metadata });
  if (keepsPrevious) await keepAs(previous, path);
  await writeWholeFile(path, bytes);
}

/** Gives a file a second name without a moment in which one of the two is missing. */
async function keepAs(second: string, path: string): Promise<void> {
  // A temporary name like those of half-written files, so that it is swept away like them; one writer
  // has the folder, so the digits need not be random.
  const link = `${dirname(second)}/.${basename(second)}.${"0".repeat(12)}.tmp`;
  try {
    await removeIfPresent(link);
    await Deno.link(path, link);
    await Deno.rename(link, second);
    // A rename between two names of one file does nothing at all, and leaves the first.
    await removeIfPresent(link);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    // Some file systems have no links: for a moment the file has its second name only, where it is
    // looked for as well.
    await Deno.rename(path, second);
  }
}

async function writeRunJson(
  { folder, description }: DescribedRun,
  file: string,
  value: object,
): Promise<void> {
  await writeSealedJson(`${folder}/${file}`, { ...idOf(description), ...value });
}

/** Runs that are older than ids stay without, so that their files fit together. */
function idOf({ id }: RunDescription): { readonly run?: string } {
  return id === null ? {} : { run: id };
}

function metadataOf({ id }: RunDescription): Readonly<Record<string, string>> {
  return id === null ? {} : { [metadataKeys.run]: id };
}
