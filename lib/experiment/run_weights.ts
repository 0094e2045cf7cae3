/**
 * The weights of a run, to look at or to evaluate.
 *
 * @module
 */

import type { Network } from "../model/network.ts";
import { disposeTensors } from "../tensor/named_tensors.ts";
import { averagesIn } from "../train/carried.ts";
import { totalEpochs } from "../train/stage.ts";
import { configuredStages, type MethodsOption } from "./configured.ts";
import { readCheckpoint } from "./restore.ts";
import { runFiles } from "./run_folder.ts";
import { adviceFor } from "./advice.ts";
import { type DescribedRun, readBestWeights, type RunWeights } from "./run_reading.ts";

/** Which weights of a run. */
export interface RunWeightsOptions {
  /**
   * Those of the epoch with the highest top-1 accuracy, the last ones that were written down, or the moving
   * averages beside the last ones.
   */
  readonly which: "best" | "last" | "averaged";
  /** Network of the run. */
  readonly network: Network;
}

/** Weights of a run, and what they are of. */
export interface WeightsOfEpoch extends RunWeights {
  /** The epoch, from 0, which tells their stage; the last one of runs that are older than this entry. */
  readonly epoch: number;
}

/**
 * Reads weights of a run, which may be at work.
 *
 * @param run The run.
 * @param options Which weights, of which network; and the methods there are.
 * @returns Parameters and statistics, which the caller owns, and the epoch they are of.
 * @throws {Deno.errors.NotFound} If they are not there yet, or the run keeps no averages.
 * @throws {SyntaxError} If their file is damaged.
 */
export async function readRunWeights(
  run: DescribedRun,
  { which, network, methods }: RunWeightsOptions & MethodsOption,
): Promise<WeightsOfEpoch> {
  const found = which === "best"
    ? await readBestWeights(run, network)
    : await lastWeights(run, { which, network, methods });
  if (found !== undefined) {
    const { variables, epoch = totalEpochs(run.description.config.stages) - 1 } = found;
    return { variables, epoch };
  }
  const file = which === "best" ? runFiles.best : runFiles.checkpoint;
  const isBegun = await Deno.lstat(`${run.folder}/${runFiles.lastEvaluation}`)
    .then(() => true, () => false);
  throw new Deno.errors.NotFound(
    `Cannot read the ${which} weights: there is no "${run.folder}/${file}": ` +
      (isBegun
        ? adviceFor(file, run.folder)
        : "wait for the end of the first epoch, or continue the run"),
  );
}

async function lastWeights(
  run: DescribedRun,
  { which, network, methods }: RunWeightsOptions & MethodsOption,
): Promise<RunWeights | undefined> {
  const stages = configuredStages(run.description.config, { methods });
  const { progress, problem } = await readCheckpoint(run, runFiles.checkpoint, { network, stages });
  if (problem !== undefined) {
    throw new SyntaxError(`${problem}: ${adviceFor(runFiles.checkpoint, run.folder)}`);
  }
  if (progress === undefined) return undefined;
  const { momentum, carried, ...variables } = progress.state;
  const epoch = Math.max(0, progress.step === 0 ? progress.epoch - 1 : progress.epoch);
  const averages = averagesIn(carried);
  if (which === "last") {
    disposeTensors({ momentum, carried });
    return { variables, epoch };
  }
  disposeTensors({ momentum, ...variables });
  if (averages !== undefined) return { variables: averages, epoch };
  disposeTensors(carried);
  throw new Deno.errors.NotFound(
    `Cannot read the averaged weights: the run in "${run.folder}" keeps none: ` +
      "train with --ema_decay 0.999, or take the best or the last ones",
  );
}
