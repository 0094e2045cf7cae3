/**
 * A run in the hands of the process that works on it.
 *
 * @module
 */

import { basename } from "node:path";
import type { LabelledImages } from "../images/dataset_images.ts";
import type { Split } from "../data/long_tail.ts";
import { splitOfRows } from "../data/split_file.ts";
import type { FileLock } from "../disk/lock.ts";
import { setAside } from "../disk/whole_file.ts";
import type { Evaluation } from "../evaluate/metrics.ts";
import type { Network, Variables } from "../model/network.ts";
import { disposeTensors } from "../tensor/named_tensors.ts";
import type { EpochRecord, Progress, TrainEvent } from "../train/events.ts";
import type { Stage } from "../train/stage.ts";
import { bestRecord } from "./best_record.ts";
import { configuredParts, configuredSplit } from "./configured.ts";
import { type Restored, type RestorePlan, restoreRun } from "./restore.ts";
import { environmentChanges } from "./run_card.ts";
import { type Environment, type RunDescription, runFiles } from "./run_folder.ts";
import { type DescribedRun, readBestWeights, readSplit } from "./run_reading.ts";
import { look } from "./survey.ts";
import {
  writeBestWeights,
  writeCheckpoint,
  writeDescription,
  writeEvaluation,
  writeMetrics,
  writeSplit,
} from "./run_writing.ts";

export type { Restored, RestorePlan };

/** Images and machine on which a run is continued. */
export interface ContinueOptions {
  /** The subset as it is now. */
  readonly split: Split;
  /** SHA-256 of the decoded images and labels. */
  readonly dataHash: string;
  /** The machine and the kit. */
  readonly environment: Environment;
  /** Where the run stands. */
  readonly at: Pick<Progress, "epoch" | "step">;
}

/** Settings of {@linkcode OpenRun.mendBest}. */
export interface MendOptions {
  /** Record of the best epoch. */
  readonly record: EpochRecord;
  /** Network of the run. */
  readonly network: Network;
  /** Evaluates weights. */
  readonly evaluate: (variables: Variables) => Promise<Evaluation>;
}

/** A run that is locked for this process. */
export interface OpenRun {
  /** Name of its folder. */
  readonly name: string;
  /** Its folder, as an absolute path. */
  readonly folder: string;
  /** What it is. */
  readonly description: RunDescription;
  /**
   * Reads where it stands; a damaged checkpoint falls back to the one before it.
   *
   * @throws {SyntaxError} If both are damaged, or one is with nothing before it.
   */
  restore(plan: RestorePlan): Promise<Restored>;
  /**
   * The subset of the run: drawn again, or, where its rows were given, those that its folder holds; the
   * file that gave them is read only if that is damaged.
   *
   * @throws {Error} If neither is to be had, or the rows do not fit the images.
   */
  split(images: LabelledImages): Promise<Split>;
  /**
   * Makes sure that images are those of the run, and only then mends its files; what is other about the
   * machine goes into its description.
   *
   * @returns What was damaged and was written again, a line each.
   * @throws {Error} If subset or images differ; says which.
   */
  confirm(now: ContinueOptions): Promise<readonly string[]>;
  /**
   * Evaluates the best weights again, where their evaluation was damaged.
   *
   * @returns What could not be mended, a line each.
   */
  mendBest(options: MendOptions): Promise<readonly string[]>;
  /**
   * Writes down what an event brings; after it the process can be killed and the run continued.
   *
   * @throws {LockedError} If another process has taken the lock meanwhile.
   */
  keep(event: TrainEvent, plan: Pick<RestorePlan, "stages">): Promise<void>;
  /** Gives the lock back. */
  release(): void;
}

/**
 * Takes a run into one's hands.
 *
 * @param run The run.
 * @param lock Its lock, held.
 * @returns The run; the caller releases it.
 */
export function holdRun(run: DescribedRun, lock: FileLock): OpenRun {
  const { folder } = run;
  let { description } = run;
  let keepsPrevious = true;
  let restored: Restored | undefined;
  const damaged = new Set<string>();
  // Whatever a damaged file still holds may be worth more than it seems.
  const clear = async (...files: readonly string[]): Promise<void> => {
    for (const file of files) if (damaged.delete(file)) await setAside(`${folder}/${file}`);
  };
  return {
    name: basename(folder),
    folder,
    get description() {
      return description;
    },
    async restore(plan) {
      restored = await restoreRun({ folder, description }, plan);
      restored.damaged.forEach((file) => damaged.add(file));
      // A damaged checkpoint must not take the place of the sound one before it.
      keepsPrevious = restored.hasSoundCheckpoint;
      return restored;
    },
    split: (images) => splitOfRun({ folder, description }, images),
    async confirm(now) {
      await lock.confirm();
      checkImages({ folder, description }, now);
      const notices = await mendSplit({ folder, description }, now.split);
      if (restored?.hasHistoryToWrite) {
        await clear(runFiles.metrics);
        await writeMetrics({ folder, description }, restored.progress?.history ?? []);
      }
      const changes = environmentChanges(description, now.environment);
      if (Object.keys(changes).length === 0) return notices;
      const { epoch, step } = now.at;
      const record = { when: new Date().toISOString(), epoch, step, changes };
      description = { ...description, resumed: [...description.resumed, record] };
      await writeDescription(folder, description);
      return notices;
    },
    async mendBest(options) {
      await lock.confirm();
      return await mendBest({ folder, description }, { ...options, clear });
    },
    async keep(event, { stages }) {
      if (event.type === "step") return;
      await lock.confirm();
      await keepEvent({ folder, description }, event, { stages, keepsPrevious, clear });
      keepsPrevious = true;
    },
    release: () => lock.release(),
  };
}

/**
 * Writes the files of an event. Each is whole or as it was, and the checkpoint comes last: a process
 * killed between two of them is continued from the checkpoint before the evaluation, evaluates the same
 * weights again, and writes the same files again. Of what can be read in between, the evaluation is at
 * most one epoch ahead of the history.
 */
async function keepEvent(
  run: DescribedRun,
  event: Exclude<TrainEvent, { type: "step" }>,
  { clear, ...options }: ClearOption & {
    readonly stages: readonly Stage[];
    readonly keepsPrevious: boolean;
  },
): Promise<void> {
  const { progress } = event;
  if (event.type === "epoch") {
    const { record: { epoch }, evaluation } = event;
    await clear(runFiles.lastEvaluation, runFiles.metrics);
    await writeEvaluation(run, { which: "last", epoch, evaluation });
    if (bestRecord(progress.history)?.epoch === epoch) {
      await clear(runFiles.bestEvaluation, runFiles.best);
      await writeEvaluation(run, { which: "best", epoch, evaluation });
      await writeBestWeights(run, { progress, epoch });
    }
    await writeMetrics(run, progress.history);
  }
  await clear(runFiles.checkpoint, runFiles.previousCheckpoint);
  await writeCheckpoint(run, progress, options);
}

/** How room is made for files that are written. */
interface ClearOption {
  /** Sets those aside that are damaged. */
  readonly clear: (...files: readonly string[]) => Promise<void>;
}

function checkImages(run: DescribedRun, { split, dataHash }: ContinueOptions): void {
  const { folder, description } = run;
  const { training } = configuredParts(description.config, split);
  const isSameSplit = description.splitHash === split.hash &&
    `${description.classCounts}` === `${training.counts}`;
  if (!isSameSplit) {
    throw new Error(
      `Cannot continue the run in "${folder}": its subset has hash ${description.splitHash}, ` +
        `this data set gives ${split.hash}: ${otherImagesAdvice}`,
    );
  }
  checkDataHash(run, { dataHash, what: "continue" });
}

const otherImagesAdvice = "use the data set the run was started with; if it has moved, name its " +
  "folder with --data";

/**
 * Makes sure that images are those a run was started with.
 *
 * @param run The run; one that is older than hashes of images takes any.
 * @param options SHA-256 of the images and labels, and what shall be done with the run.
 * @throws {Error} If they are others.
 * @example Others
 * ```ts
 * import { checkDataHash } from "glmc/experiment/open_run.ts";
 * import { assertThrows } from "@std/assert";
 *
 * const run = { folder: "/runs/a", description: { dataHash: "12" } };
 *
 * assertThrows(() => checkDataHash(run, { dataHash: "34", what: "continue" }), Error, "--data");
 * ```
 */
export function checkDataHash(
  { folder, description }: {
    readonly folder: string;
    readonly description: Pick<RunDescription, "dataHash">;
  },
  { dataHash, what }: { readonly dataHash: string; readonly what: "continue" | "evaluate" },
): void {
  if (description.dataHash === null || description.dataHash === dataHash) return;
  throw new Error(
    `Cannot ${what} the run in "${folder}": its images and labels have hash ` +
      `${description.dataHash}, those of this data set ${dataHash}: ${otherImagesAdvice}`,
  );
}

async function mendBest(
  run: DescribedRun,
  { record, network, evaluate, clear }: MendOptions & ClearOption,
): Promise<string[]> {
  const weights = await readBestWeights(run, network);
  if (weights === undefined) return [];
  try {
    const evaluation = await evaluate(weights.variables);
    if (evaluation.top1 === record.evaluation.top1) {
      await clear(runFiles.bestEvaluation);
      await writeEvaluation(run, { which: "best", epoch: record.epoch, evaluation });
      return [];
    }
    return [
      `The best weights of the run reach ${evaluation.top1} % here and reached ` +
      `${record.evaluation.top1} % when they were trained: ${runFiles.bestEvaluation} is left as it ` +
      "is: continue the run on the machine it was trained on",
    ];
  } finally {
    disposeTensors(weights.variables);
  }
}

/**
 * The rows of a run, also where the file that gave them is gone: the run keeps them.
 *
 * @param run What it is, and its folder.
 * @param images Its images.
 * @returns Its subset, what is held out of it included.
 * @throws {SyntaxError} If its file of rows is damaged or missing, and nothing can take its place.
 */
export async function splitOfRun(run: DescribedRun, images: LabelledImages): Promise<Split> {
  const { folder, description: { config } } = run;
  const { classes, splitFile, replace } = config.data;
  if (splitFile === null) return await configuredSplit(config, images);
  const path = `${folder}/${runFiles.split}`;
  let problem = `there is no "${path}"`;
  try {
    const stored = await readSplit(run);
    if (stored !== undefined) {
      return splitOfRows(stored.indices, images.train.labels, { classes, replace, path });
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    problem = error.message.replace(/: continue the run.*$/, "");
  }
  try {
    return await configuredSplit(config, images);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SyntaxError(
      `Cannot find the rows of the run in "${folder}": ${problem}; the file that gave them cannot ` +
        `take its place: ${reason}: bring one of the two back from a copy`,
      { cause },
    );
  }
}

async function mendSplit(run: DescribedRun, split: Split): Promise<string[]> {
  const { value, problem } = await look(run, runFiles.split, () => readSplit(run));
  if (value !== undefined) return [];
  const path = `${run.folder}/${runFiles.split}`;
  await setAside(path);
  await writeSplit(run, split);
  const again = split.generator === "file" ? "written again" : "drawn and written again";
  return [`${problem ?? `"${path}" is gone`}: it is ${again}`];
}
