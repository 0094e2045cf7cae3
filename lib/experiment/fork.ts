/**
 * A run that goes on from another one: with its weights, its history, and a stage more.
 *
 * @module
 */

import { randomStream } from "../data/random.ts";
import type { Evaluation } from "../evaluate/metrics.ts";
import type { Network, Variables } from "../model/network.ts";
import { disposeTensors, mapTensors } from "../tensor/named_tensors.ts";
import { type Tensor, tf } from "../tensor/tfjs.ts";
import { averagesIn, averageTensors } from "../train/carried.ts";
import type { Progress } from "../train/events.ts";
import { totalEpochs } from "../train/stage.ts";
import { zeroMomentum } from "../train/training.ts";
import type { RunConfig } from "./config.ts";
import { canonicalJson } from "./config_name.ts";
import { configuredStages, createConfiguredNetwork } from "./configured.ts";
import { runArgument } from "./place.ts";
import { readCheckpoint } from "./restore.ts";
import { runFiles } from "./run_folder.ts";
import { type DescribedRun, readBestWeights, readEvaluation } from "./run_reading.ts";
import type { RunStore } from "./run_store.ts";
import { writeBestWeights, writeEvaluation, writeMetrics } from "./run_writing.ts";

/** A finished run, read to go on from. */
export interface Fork {
  /** Where the new run stands: after the last epoch of the old one. The caller owns its tensors. */
  readonly progress: Progress;
  /** One line for the description of the new run. */
  readonly origin: string;
  /** Writes what the old run has measured into the folder of the new one. */
  keep(run: DescribedRun): Promise<void>;
  /** Frees what it holds besides the progress. */
  dispose(): void;
}

/** Settings of {@linkcode readFork}. */
export interface ForkOptions {
  /** Where runs are. */
  readonly store: RunStore;
  /** Configuration of the new run: that of the old one with stages more. */
  readonly config: RunConfig;
  /** Network of the new run; it has every parameter of the old one. */
  readonly network: Network;
}

/**
 * Reads a finished run to go on from it.
 *
 * Parameters that the old network does not have, such as scales or another classifier, are drawn as those of
 * a new run. The old run is left as it is.
 *
 * @param nameOrPath Which run, or none; the next stage of the new one says which of its weights.
 * @param options The new run.
 * @returns Its state and records, which the caller disposes; `undefined` of none.
 * @throws {RangeError} If the old run is not finished, or the new one is not that with stages more, or goes
 * on from the best weights of no run.
 * @throws {Deno.errors.NotFound} If a file of the old run is not there.
 * @throws {SyntaxError} If one is damaged.
 */
export async function readFork(
  nameOrPath: string | undefined,
  { store, config, network }: ForkOptions,
): Promise<Fork | undefined> {
  if (nameOrPath === undefined) return checkBeginsAlone(config);
  const { name, ...run } = await store.find(nameOrPath);
  const { config: old } = run.description;
  const stages = configuredStages(old, store);
  const oldNetwork = createConfiguredNetwork(old, {
    methods: store.methods,
    channels: network.channels,
  });
  const { progress, problem } = await readCheckpoint(run, runFiles.checkpoint, {
    network: oldNetwork,
    stages,
  });
  if (progress === undefined) {
    throw new Deno.errors.NotFound(
      `Cannot go on from the run "${name}": ${problem ?? "it has no checkpoint"}: name another run`,
    );
  }
  using resources = new DisposableStack();
  resources.defer(() => disposeTensors(progress.state));
  checkIsFinished(name, progress, { folder: run.folder, epochs: totalEpochs(stages) });
  checkGoesOn(name, { old, config });
  const best = await readBestWeights(run, oldNetwork);
  if (best === undefined) {
    throw new Deno.errors.NotFound(
      `Cannot go on from the run "${name}": "${run.folder}/${runFiles.best}" is gone: bring it back ` +
        "from a copy, or name another run",
    );
  }
  resources.defer(() => disposeTensors(best.variables));
  const evaluations = {
    best: await evaluationOf(run, "best"),
    last: await evaluationOf(run, "last"),
  };

  const drawn = network.init(randomStream(config.seed, "init"));
  resources.defer(() => disposeTensors(drawn));
  const { state: { parameters, statistics, carried } } = progress;
  const last = completed({ parameters, statistics }, drawn);
  const ofBest = completed(best.variables, drawn);
  const { averages, others } = splitCarried(carried);
  const next = configuredStages(config, store)[old.stages.length]!;
  const { startsFrom } = config.stages[old.stages.length]!;
  const chosen = startsFrom === "best" ? ofBest : last;
  const weights = mapTensors(chosen, (tensor) => tf.clone(tensor)) as Variables;
  const forked: Progress = {
    ...progress,
    lossSums: Object.fromEntries(next.method.terms.map((name) => [name, 0])),
    state: {
      ...weights,
      // The next stage begins at rest.
      momentum: zeroMomentum(weights.parameters),
      carried: {
        ...mapTensors(others, (tensor) => tf.clone(tensor)),
        ...(averages &&
          averageTensors(
            mapTensors(completed(averages, drawn), (tensor) => tf.clone(tensor)) as Variables,
          )),
      },
    },
  };
  const bestState = mapTensors(ofBest, (tensor) => tf.clone(tensor)) as Variables;
  const epochText = startsFrom === "last"
    ? `its last epoch (${progress.epoch})`
    : `its best epoch (${best.epoch === undefined ? "not known" : best.epoch + 1})`;
  return {
    progress: forked,
    origin: `"${name}" (${run.description.id ?? "without an id"}), ${epochText}`,
    async keep(target) {
      await writeMetrics(target, progress.history);
      for (const [which, { epoch, evaluation }] of Object.entries(evaluations)) {
        await writeEvaluation(target, { which: which as "best" | "last", epoch, evaluation });
      }
      const state = { ...forked.state, ...bestState };
      const epoch = best.epoch ?? evaluations.best.epoch;
      await writeBestWeights(target, { progress: { ...forked, state }, epoch });
    },
    dispose: () => disposeTensors(bestState),
  };
}

/** While a run is at work, the best of its epochs is not known to be that. */
function checkBeginsAlone({ stages }: RunConfig): undefined {
  const stage = stages.find(({ startsFrom }) => startsFrom === "best");
  if (stage === undefined) return;
  throw new RangeError(
    `Cannot begin a run whose stage ${stage.name} goes on from the best weights before it: these are ` +
      "weights of a run that is finished: name that one with deno task stage2",
  );
}

function checkIsFinished(
  name: string,
  { epoch, step }: Progress,
  { folder, epochs }: { readonly folder: string; readonly epochs: number },
): void {
  if (epoch === epochs && step === 0) return;
  throw new RangeError(
    `Cannot go on from the run "${name}": it has done ${epoch} of ${epochs} epochs: finish it first: ` +
      `deno task train --resume ${runArgument(folder)}`,
  );
}

/** Everything but the further stages must be as it was. */
function checkGoesOn(
  name: string,
  { old, config }: { readonly old: RunConfig; readonly config: RunConfig },
): void {
  const begin = { ...config, stages: config.stages.slice(0, old.stages.length) };
  const isSame = canonicalJson(begin) === canonicalJson(old);
  if (isSame && config.stages.length > old.stages.length) return;
  throw new RangeError(
    `Cannot go on from the run "${name}": the new configuration is not that of the run with stages ` +
      "more: change what comes after the run, not the run",
  );
}

async function evaluationOf(
  run: DescribedRun,
  which: "best" | "last",
): Promise<{ readonly epoch: number; readonly evaluation: Evaluation }> {
  const stored = await readEvaluation(run, which);
  if (stored === undefined) {
    throw new Deno.errors.NotFound(
      `Cannot go on from the run in "${run.folder}": the evaluation of its ${which} epoch is gone: ` +
        "bring it back from a copy, or name another run",
    );
  }
  const { epoch, ...evaluation } = stored;
  return { epoch, evaluation: { ...evaluation, confusion: Int32Array.from(stored.confusion) } };
}

/** Variables of the old network, and drawn ones for what only the new one has, in the order of the new. */
function completed(old: Variables, drawn: Variables): Variables {
  const merged = (group: keyof Variables): Record<string, Tensor> =>
    Object.fromEntries(
      Object.entries(drawn[group]).map(([name, tensor]) => [name, old[group][name] ?? tensor]),
    );
  return { parameters: merged("parameters"), statistics: merged("statistics") };
}

function splitCarried(carried: Readonly<Record<string, Tensor>>): {
  readonly averages: Variables | undefined;
  readonly others: Record<string, Tensor>;
} {
  const averages = averagesIn(carried);
  const own = new Set(
    averages && Object.values({ ...averages.parameters, ...averages.statistics }),
  );
  const others = Object.entries(carried).filter(([, tensor]) => !own.has(tensor));
  return { averages, others: Object.fromEntries(others) };
}
