/**
 * The data set and the engine, as configuration and flags ask for them.
 *
 * @module
 */

import { loadDataset } from "../data/dataset.ts";
import { type DatasetName, datasets } from "../data/datasets.ts";
import type { DataConfig, Precision } from "../experiment/config.ts";
import { openConfiguredFiles } from "../experiment/configured_files.ts";
import type { RunDescription } from "../experiment/run_folder.ts";
import type { AnyDataset } from "../images/dataset_images.ts";
import type { FileDataset } from "../data/file_dataset.ts";
import type { Engine, ExecutionMode } from "../tensor/engine.ts";
import { startEngine } from "../tensor/start.ts";
import { intraOpThreadsFor } from "../tensor/threads.ts";
import { tell } from "../process/streams.ts";
import type { FlagValues } from "./flags.ts";
import { UsageError, withProgressLine } from "./shell.ts";

/**
 * Loads the data set of a configuration, with progress on standard error; one in files is opened.
 *
 * @param data The configuration's part about data.
 * @returns The images.
 * @throws {Error} If they cannot be fetched or read.
 */
export async function loadConfiguredDataset(data: DataConfig): Promise<AnyDataset> {
  const { dataset, source, dataFolder } = data;
  const files = await openFiles(data, { classes: data.classes });
  if (files !== undefined) return files;
  if (!Object.hasOwn(datasets, dataset) || (source !== "npm" && source !== "archive")) {
    throw new UsageError(
      "Cannot load the images: those of the data set own are brought by a notebook or a program: " +
        "work on the run there, or name another --dataset",
    );
  }
  return await withProgressLine((line) =>
    loadDataset(dataset as DatasetName, {
      source,
      ...(dataFolder !== null && { folder: dataFolder }),
      onProgress: ({ label, done, total }) =>
        line.update(
          total ? `${label} ${(100 * done / total).toFixed(0)} %` : label,
          total ? done / total : undefined,
        ),
      onNotice: line.note,
    })
  );
}

/**
 * Opens the data set in files that a configuration names, and says what a person should know of it.
 *
 * @param data The configuration's part about data.
 * @param options Classes that labels must lie within, where they are known.
 * @returns The data set; `undefined` if it is held in memory.
 * @throws {UsageError} If a list or the folder is not named, or does not fit.
 */
export async function openFiles(
  data: DataConfig,
  options: { readonly classes?: number | undefined },
): Promise<FileDataset | undefined> {
  try {
    const files = await openConfiguredFiles(data, options);
    files?.notes.forEach((note) => tell(note));
    return files;
  } catch (error) {
    throw error instanceof RangeError ? new UsageError(error.message) : error;
  }
}

/**
 * How flags ask steps to be run.
 *
 * @param values Parsed flags.
 * @returns Op by op with `--eager`, else as one compiled function.
 */
export function executionMode(values: FlagValues): ExecutionMode {
  return values.eager === true ? "eager" : "compiled";
}

/**
 * Starts the engine with the device and threads that the flags name, or those that suit the steps.
 *
 * @param values Parsed flags.
 * @param options Precision of the run, and how often its steps run the network.
 * @returns The engine.
 * @throws {UsageError} If the flags contradict each other.
 * @throws {Error} If TensorFlow cannot be started, or not in that way.
 */
export async function startConfiguredEngine(
  values: FlagValues,
  { precision, passes }: { readonly precision: Precision; readonly passes: number },
): Promise<Engine> {
  const { device, gpu, inter_op_threads } = values;
  if (gpu !== undefined) {
    if (device === "cpu") {
      throw new UsageError(`Cannot use --gpu ${gpu} with --device cpu: leave one of them out`);
    }
    // Before TensorFlow looks at it: other GPUs are to be left alone, memory and all.
    const visible = Deno.env.get("CUDA_VISIBLE_DEVICES");
    Deno.env.set("CUDA_VISIBLE_DEVICES", visibleGpu(Number(gpu), visible));
  }
  const mode = executionMode(values);
  const intra_op_threads = values.intra_op_threads ?? intraOpThreadsFor({ mode, passes });
  const engine = await startEngine({
    device: (device ?? "auto") as "auto" | "cpu" | "gpu",
    tensorFloat32: precision === "tf32",
    ...(intra_op_threads !== undefined && { intraOpThreads: Number(intra_op_threads) }),
    ...(inter_op_threads !== undefined && { interOpThreads: Number(inter_op_threads) }),
  });
  if (gpu !== undefined && engine.device === "cpu") {
    tell(`TensorFlow finds no GPU ${gpu} on this machine: the CPU does the work`);
  }
  return engine;
}

/**
 * The GPU that is meant by a number, as CUDA is told.
 *
 * @param gpu Its number among those that the process may use, from 0.
 * @param visible What `CUDA_VISIBLE_DEVICES` is; `undefined` where it is not set.
 * @returns What it has to be.
 * @throws {UsageError} If fewer are listed.
 * @example The second of two that a cluster has given
 * ```ts
 * import { visibleGpu } from "glmc/cli/machine.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([visibleGpu(1, undefined), visibleGpu(1, "4,6")], ["1", "6"]);
 * ```
 */
export function visibleGpu(gpu: number, visible: string | undefined): string {
  if (visible === undefined) return `${gpu}`;
  const listed = visible.split(",").map((word) => word.trim()).filter((word) => word !== "");
  // None at all, as "" and -1 say, is a machine without GPUs.
  if (listed.length === 0 || listed[0] === "-1") return visible;
  const found = listed[gpu];
  if (found !== undefined) return found;
  throw new UsageError(
    `Cannot use --gpu ${gpu}: CUDA_VISIBLE_DEVICES is ${visible}: choose one in ` +
      `[0, ${listed.length - 1}]`,
  );
}

/**
 * Loads the images of a run, from where they are now: with `--data` or `--source`, else where they were.
 *
 * @param run The run.
 * @param values Parsed flags.
 * @returns The images; whether they are those of the run is not known yet.
 * @throws {Error} If they cannot be fetched or read.
 */
export async function loadImagesOf(
  { config: { data }, dataHash }: Pick<RunDescription, "config" | "dataHash">,
  { root, source, dir_train_txt, dir_test_txt }: FlagValues,
): Promise<AnyDataset> {
  const isElsewhere = root !== undefined || source !== undefined;
  if (isElsewhere && dataHash === null) {
    tell(
      "The run is older than hashes of images: make sure that these are those it was started with",
    );
  }
  const place = root !== undefined
    ? { dataFolder: String(root) }
    : source !== undefined
    ? { dataFolder: null, source: source as DataConfig["source"] }
    : {};
  try {
    const lists = {
      ...(dir_train_txt !== undefined && { trainList: String(dir_train_txt) }),
      ...(dir_test_txt !== undefined && { testList: String(dir_test_txt) }),
    };
    return await loadConfiguredDataset({ ...data, ...place, ...lists });
  } catch (error) {
    if (error instanceof Error && data.dataFolder !== null && !isElsewhere) {
      error.message += ": if the images of the run have moved, name their folder with --data";
    }
    throw error;
  }
}
