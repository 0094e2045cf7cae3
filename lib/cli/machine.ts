/**
 * The data set, the engine and the place of runs, as flags and environment ask for them.
 *
 * @module
 */

import { dirname, resolve } from "node:path";
import { loadDataset } from "../data/dataset.ts";
import type { Dataset } from "../data/image_set.ts";
import type { RunConfig } from "../experiment/config.ts";
import { readDescription, type RunDescription } from "../experiment/run_folder.ts";
import { projectRoot } from "../setup/project.ts";
import type { Engine } from "../tensor/engine.ts";
import { startEngine } from "../tensor/start.ts";
import { intraOpThreadsFor } from "../tensor/threads.ts";
import type { FlagValues } from "./flags.ts";
import { withProgressLine } from "./shell.ts";

/** Where runs are kept: `$GLMC_RUNS`, else `data/runs` of the project. */
export const runsFolder: string = Deno.env.get("GLMC_RUNS") ?? `${projectRoot}/data/runs`;

/** A run on the disk. */
export interface FoundRun {
  /** Its folder. */
  readonly folder: string;
  /** What it is. */
  readonly description: RunDescription;
}

/** Finds a run by its name, its folder or its checkpoint; `undefined` if there is none. */
export async function findRun(name: string): Promise<FoundRun | undefined> {
  const ofFile = name.endsWith(".safetensors") ? [dirname(name)] : [];
  for (const folder of [`${runsFolder}/${name}`, name, ...ofFile].map((path) => resolve(path))) {
    const description = await readDescription(folder);
    if (description !== undefined) return { folder, description };
  }
  return undefined;
}

/** Loads the data set of a configuration, with progress on standard error. */
export async function loadConfiguredDataset(
  { dataset, source, dataFolder }: Pick<RunConfig, "dataset" | "source" | "dataFolder">,
): Promise<Dataset> {
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

/** Starts the engine with the device and threads that the flags name, in the run's precision. */
export function startConfiguredEngine(
  values: FlagValues,
  { precision }: Pick<RunConfig, "precision">,
): Promise<Engine> {
  const { device, inter_op_threads } = values;
  const mode = values.eager === true ? "eager" : "compiled";
  const intra_op_threads = values.intra_op_threads ?? intraOpThreadsFor(mode);
  return startEngine({
    device: (device ?? "auto") as "auto" | "cpu" | "gpu",
    tensorFloat32: precision === "tf32",
    ...(intra_op_threads !== undefined && { intraOpThreads: Number(intra_op_threads) }),
    ...(inter_op_threads !== undefined && { interOpThreads: Number(inter_op_threads) }),
  });
}
