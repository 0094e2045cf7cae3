/**
 * The data set and the engine, as configuration and flags ask for them.
 *
 * @module
 */

import { loadDataset } from "../data/dataset.ts";
import type { Dataset } from "../data/image_set.ts";
import type { DataConfig, Precision } from "../experiment/config.ts";
import type { Engine, ExecutionMode } from "../tensor/engine.ts";
import { startEngine } from "../tensor/start.ts";
import { intraOpThreadsFor } from "../tensor/threads.ts";
import type { FlagValues } from "./flags.ts";
import { UsageError, withProgressLine } from "./shell.ts";

/**
 * Loads the data set of a configuration, with progress on standard error.
 *
 * @param data The configuration's part about data.
 * @returns The images.
 * @throws {Error} If they cannot be fetched or read.
 */
export async function loadConfiguredDataset(
  { dataset, source, dataFolder }: Pick<DataConfig, "dataset" | "source" | "dataFolder">,
): Promise<Dataset> {
  if (dataset === "own" || source === "given") {
    throw new UsageError(
      "Cannot load the images: those of the data set own are brought by a notebook or a program: " +
        "work on the run there, or name another --dataset",
    );
  }
  return await withProgressLine((line) =>
    loadDataset(dataset, {
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
 * @throws {Error} If TensorFlow cannot be started, or not in that way.
 */
export function startConfiguredEngine(
  values: FlagValues,
  { precision, passes }: { readonly precision: Precision; readonly passes: number },
): Promise<Engine> {
  const { device, inter_op_threads } = values;
  const mode = executionMode(values);
  const intra_op_threads = values.intra_op_threads ?? intraOpThreadsFor({ mode, passes });
  return startEngine({
    device: (device ?? "auto") as "auto" | "cpu" | "gpu",
    tensorFloat32: precision === "tf32",
    ...(intra_op_threads !== undefined && { intraOpThreads: Number(intra_op_threads) }),
    ...(inter_op_threads !== undefined && { interOpThreads: Number(inter_op_threads) }),
  });
}
