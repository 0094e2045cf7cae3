/**
 * A run: a configuration trained into a folder, from the start or from where it stopped.
 *
 * @module
 */

import type { Dataset } from "../data/image_set.ts";
import { classCounts, drawSplit, type Split } from "../data/long_tail.ts";
import { writeWholeFile } from "../disk/whole_file.ts";
import { writeSafetensors } from "../disk/safetensors.ts";
import { createNetwork, type Network } from "../model/network.ts";
import { exportWeights } from "../model/weights.ts";
import type { Engine, ExecutionMode } from "../tensor/engine.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../train/checkpoint.ts";
import type { EpochRecord, Progress, TrainEvent } from "../train/events.ts";
import { trainEpochs } from "../train/loop.ts";
import { createTraining, type Training } from "../train/training.ts";
import type { RunConfig } from "./config.ts";
import { runFiles, writeEvaluation, writeMetrics } from "./run_folder.ts";

/** Draws the long-tailed subset a configuration asks for. */
export function drawConfiguredSplit(config: RunConfig, dataset: Dataset): Split {
  const sizes = new Array<number>(config.classes).fill(0);
  for (const label of dataset.train.labels) sizes[label]++;
  const counts = classCounts({ ...config, largest: Math.max(...sizes) });
  return drawSplit(dataset.train.labels, {
    counts,
    seed: config.splitSeed,
    replace: config.replace,
  });
}

/** The network a configuration asks for. */
export function createConfiguredNetwork(config: RunConfig): Network {
  const { architecture, classes, width, precision } = config;
  const trainingType = precision === "bfloat16" ? "bfloat16" : "float32";
  return createNetwork(architecture, { classes, width, trainingType });
}

/** What a run needs from the machine. */
export interface RunMachine {
  /** The engine to run on. */
  readonly engine: Engine;
  /** The images. */
  readonly dataset: Dataset;
  /** `eager` runs steps op by op. */
  readonly mode?: ExecutionMode;
  /** Whether XLA compiles the step; meant for GPUs. */
  readonly xla?: boolean;
}

/** A run that is ready to start. */
export interface PreparedRun {
  /** The training on the device. */
  readonly training: Training;
  /** The subset it trains on. */
  readonly split: Split;
  /** Its network. */
  readonly network: Network;
}

/**
 * Draws the subset and puts a run on the device; nothing is written yet.
 *
 * @param config What to run; checked by the caller.
 * @param machine Engine and images.
 */
export function prepareRun(config: RunConfig, machine: RunMachine): PreparedRun {
  const { engine, dataset, mode, xla } = machine;
  const split = drawConfiguredSplit(config, dataset);
  const network = createConfiguredNetwork(config);
  const { train, test, mean, std } = dataset;
  const training = createTraining(
    { engine, network, train, test, split, channels: { mean, std } },
    {
      ...config,
      mode,
      xla,
    },
  );
  return { training, split, network };
}

/** Where a run goes and how it is told to stop. */
export interface ExecuteOptions {
  /** Folder of the run. */
  readonly folder: string;
  /** Where to start; its state is taken over and disposed. */
  readonly from: Progress;
  /** Stops the run between two steps, with a checkpoint. */
  readonly signal?: AbortSignal;
}

/**
 * Trains and keeps the run's folder up to date: after each event it could be killed and continued.
 *
 * @param run From {@linkcode prepareRun}.
 * @param options Folder, start and stop.
 * @returns The training's events, each after its files are written.
 * @throws {DivergedError} If the loss diverges; the last checkpoint stays.
 */
export async function* executeRun(
  { training }: PreparedRun,
  options: ExecuteOptions,
): AsyncGenerator<TrainEvent> {
  const { folder } = options;
  for await (const event of trainEpochs(training, options)) {
    if (event.type === "epoch") {
      const { record: { epoch }, evaluation, progress } = event;
      await writeEvaluation(folder, { which: "last", epoch, evaluation });
      if (bestRecord(progress.history)?.epoch === epoch) {
        await writeEvaluation(folder, { which: "best", epoch, evaluation });
        const weights = await exportWeights(progress.state, progress);
        await writeWholeFile(`${folder}/${runFiles.best}`, writeSafetensors(weights));
      }
      await writeMetrics(folder, progress.history);
    }
    if (event.type !== "step") await writeCheckpoint(folder, event.progress);
    yield event;
  }
}

async function writeCheckpoint(folder: string, progress: Progress): Promise<void> {
  await writeWholeFile(`${folder}/${runFiles.checkpoint}`, await encodeCheckpoint(progress));
}

/**
 * Reads where a run stands.
 *
 * @param folder Folder of the run.
 * @param network Its network.
 * @returns The progress, or `undefined` if the run stopped before its first checkpoint.
 * @throws {SyntaxError} If the checkpoint is damaged.
 */
export async function readProgress(
  folder: string,
  network: Network,
): Promise<Progress | undefined> {
  const path = `${folder}/${runFiles.checkpoint}`;
  try {
    return decodeCheckpoint(await Deno.readFile(path), network);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SyntaxError(`Cannot continue from "${path}": ${reason}`, { cause });
  }
}

/** The epoch with the highest top-1 accuracy, the first of equals; `undefined` before any is done. */
export function bestRecord(history: readonly EpochRecord[]): EpochRecord | undefined {
  return history.reduce<EpochRecord | undefined>(
    (best, record) =>
      best === undefined || record.evaluation.top1 > best.evaluation.top1 ? record : best,
    undefined,
  );
}
