/**
 * A run: a configuration trained into a folder, from the start or from where it stopped.
 *
 * @module
 */

import { type DatasetName, datasets } from "../data/datasets.ts";
import type { Split } from "../data/long_tail.ts";
import { type AnyDataset, datasetImages, isFileDataset } from "../images/dataset_images.ts";
import { testedOutputs } from "../method/tested_heads.ts";
import { parameterCount } from "../model/layer_table.ts";
import type { Evaluation } from "../evaluate/metrics.ts";
import type { Network, Variables } from "../model/network.ts";
import type { Engine, ExecutionMode } from "../tensor/engine.ts";
import { disposeTensors } from "../tensor/named_tensors.ts";
import type { Progress, TrainEvent } from "../train/events.ts";
import { trainEpochs } from "../train/loop.ts";
import { createPredictor } from "../train/predict.ts";
import { evaluated } from "../train/tested.ts";
import { type Training, trainingStageAt } from "../train/training.ts";
import { type Company, inCompany, shareBeginning } from "./company.ts";
import { defaultRunName, type RunConfig } from "./config.ts";
import { configuredSplit, configuredStages, createConfiguredNetwork } from "./configured.ts";
import { checkImages, withFileHashes } from "./configured_files.ts";
import { configuredTraining } from "./configured_training.ts";
import { readFork } from "./fork.ts";
import { tellUser } from "./notice.ts";
import type { OpenRun } from "./open_run.ts";
import { namesUnknownImages } from "./own_images.ts";
import { firstProgress } from "./pretrained.ts";
import { asksForTheSame, differences } from "./differences.ts";
import { describeEnvironment } from "./run_card.ts";
import type { RunDescription } from "./run_folder.ts";
import { openRunStore, type RunStore } from "./run_store.ts";
import { skipReport } from "./skip_report.ts";
import { trackRun } from "./tracking.ts";

/** A value, or how it is made once the configuration of the run is known. */
export type ForConfig<Value> = Value | ((config: RunConfig) => Value | Promise<Value>);

/** Settings of {@linkcode beginRun}. */
export interface BeginRunOptions {
  /** What to run; may be left out of a run that is resumed. */
  readonly config?: RunConfig | undefined;
  /** The engine to run on. */
  readonly engine: ForConfig<Engine>;
  /** The images; a function is called once the run is known to be sound, or where they tell which it is. */
  readonly dataset: ForConfig<AnyDataset>;
  /** Name of the run, or its folder; by default it says what differs from the default configuration. */
  readonly name?: string | undefined;
  /** Where runs are; the default store by default. */
  readonly store?: RunStore | undefined;
  /**
   * `if-there` (the default) continues the run of this name if there is one, `must` never begins one,
   * `never` never continues one.
   */
  readonly resume?: "if-there" | "must" | "never" | undefined;
  /** Name or folder of a finished run that a new one goes on from: the same `config` with fewer stages. */
  readonly from?: string | undefined;
  /** Name of the preset that its settings start from; it is noted in the folder, and no more. */
  readonly preset?: string | undefined;
  /** `eager` runs steps op by op. */
  readonly mode?: ExecutionMode | undefined;
  /** Whether XLA compiles the steps; meant for GPUs. */
  readonly xla?: boolean | undefined;
  /** Seconds after which a long epoch is worth a checkpoint; 300 by default. */
  readonly checkpointSeconds?: number | undefined;
  /** The other processes that train the run, which have joined it; this one is rank 0. */
  readonly company?: Company | undefined;
  /** Whether TensorBoard's event files are written into the folder; true by default. */
  readonly tensorboard?: boolean | undefined;
  /** Told what was damaged and what was used instead, a line each; by default it goes to standard error. */
  readonly onNotice?: ((line: string) => void) | undefined;
}

/** A run that is open: its folder is locked until it is disposed. */
export interface Run {
  /** Name of its folder. */
  readonly name: string;
  /** Its folder, as an absolute path. */
  readonly folder: string;
  /** What it is. */
  readonly description: RunDescription;
  /** Its configuration. */
  readonly config: RunConfig;
  /** The training on the device. */
  readonly training: Training;
  /** The subset it trains on, without what is held out. */
  readonly split: Split;
  /** The part of its subset that is held out for validation, if any is. */
  readonly validation?: Split | undefined;
  /** Its network. */
  readonly network: Network;
  /** Whether it goes on where an earlier process stopped. */
  readonly isResumed: boolean;
  /** Whether no epoch is left. */
  readonly isFinished: boolean;
  /** Where it stands; its tensors live until `events` is called. */
  readonly from: Progress;
  /**
   * Trains and keeps the folder up to date: after each event the process can be killed and the run
   * continued. Can be called once.
   */
  events(signal?: AbortSignal): AsyncGenerator<TrainEvent>;
  /** Frees the training and gives the lock of the folder back. */
  dispose(): void;
  /** As {@linkcode Run.dispose}, for `using`. */
  [Symbol.dispose](): void;
}

/**
 * Begins a run, or continues it: draws the subset, puts images and network on the device, reserves the
 * folder.
 *
 * A run without a name is named after what differs from the default configuration, so that beginning the
 * same configuration again continues it.
 *
 * @param options What to run, where, and on what.
 * @returns The run, locked; the caller disposes it.
 * @throws {Deno.errors.AlreadyExists} If the name is taken and the run must not be continued.
 * @throws {Deno.errors.NotFound} If the run must be continued and is not there.
 * @throws {LockedError} If another process is at work on it.
 * @throws {RangeError} If the run that is there has another configuration.
 * @throws {SyntaxError} If it is damaged beyond mending, or the file of the subset's rows is.
 */
export async function beginRun(options: BeginRunOptions): Promise<Run> {
  const { store = openRunStore(), onNotice = tellUser, company } = options;
  const { checkpointSeconds, mode, preset, xla } = options;
  const { methods } = store;
  using resources = new DisposableStack();
  const brought = options.config && namesUnknownImages(options.config.data)
    ? await given(options.dataset, options.config)
    : options.dataset;
  const known = typeof brought === "function" ? undefined : brought;
  const wanted = options.config && await withFileHashes(options.config, { dataset: known });
  const existing = await openExisting({ ...options, config: wanted }, store);
  if (existing !== undefined) resources.defer(() => existing.release());
  const config = existing?.description.config ?? wanted!;
  const stages = configuredStages(config, { methods });
  const engine = await given(options.engine, config);
  const network = createConfiguredNetwork(config, {
    methods,
    channels: channelsOf(options, config),
  });

  const standing: { progress?: Progress | undefined } = {};
  resources.defer(() => standing.progress && disposeTensors(standing.progress.state));
  // Before the images are loaded: a damaged checkpoint is said at once.
  const restored = await existing?.restore({ network, stages });
  standing.progress = restored?.progress;
  restored?.notices.forEach((line) => onNotice(line));
  const fork = existing === undefined
    ? await readFork(options.from, { store, config, network })
    : undefined;
  if (fork !== undefined) resources.defer(() => fork.dispose());
  standing.progress ??= fork?.progress;

  const dataset = await given(brought, config);
  checkImages(config, dataset);
  const skips = skipReport(onNotice);
  const images = datasetImages(dataset, skips);
  const subset = await (existing?.split(images) ?? configuredSplit(config, images));
  const { classNames, statistics } = images;
  const { training, split, validation } = configuredTraining(config, {
    ...{ engine, network, stages, images, subset, mode, xla, checkpointSeconds },
    peers: company?.peers,
  });
  resources.defer(() => training.dispose());
  standing.progress ??= await firstProgress(training, { config, onNotice });
  const dataHash = images.hash();
  if (company !== undefined) {
    const beginning = { from: standing.progress, dataHash, subset };
    standing.progress = await shareBeginning(company, beginning);
  }
  const from = standing.progress;

  const environment = await describeEnvironment({ engine, mode, xla, config, company, dataset });
  const begun = { ...(preset && { preset }), ...(fork && { "goes on from": fork.origin }) };
  const parameters = parameterCount(network);
  const open = existing ??
    await store.start({
      config,
      name: options.name,
      split: subset,
      classCounts: split.counts,
      dataHash,
      classNames,
      parameters,
      environment: { ...environment, ...begun },
    });
  if (existing === undefined) resources.defer(() => open.release());
  if (fork !== undefined) {
    await fork.keep({ folder: open.folder, description: open.description });
    await open.keep({ type: "checkpoint", progress: from }, { stages });
  }
  const notices = await existing?.confirm({ split: subset, dataHash, environment, at: from }) ?? [];
  notices.forEach((line) => onNotice(line));
  const record = restored?.bestToEvaluate;
  if (record !== undefined) {
    const evaluate = evaluatorOf(training, record.epoch);
    const left = await open.mendBest({ record, network, evaluate });
    left.forEach((line) => onNotice(line));
  }

  const held = resources.move();
  async function* events(signal?: AbortSignal): AsyncGenerator<TrainEvent> {
    if (standing.progress === undefined) {
      throw new TypeError("Cannot train the run again: its events were asked for: begin it anew");
    }
    const track = options.tensorboard === false || from.epoch >= training.epochs
      ? undefined
      : await trackRun({
        folder: open.folder,
        description: open.description,
        training,
        from,
        statistics,
        onNotice,
      });
    // The training takes the state over.
    standing.progress = undefined;
    const trained = trainEpochs(training, { from, signal });
    for await (const event of company ? inCompany(company, trained) : trained) {
      await open.keep(event, { stages });
      await track?.(event);
      if (event.type !== "step") skips.tellCount();
      yield event;
    }
  }
  return {
    name: open.name,
    folder: open.folder,
    get description() {
      return open.description;
    },
    config,
    training,
    split,
    validation,
    network,
    isResumed: existing !== undefined,
    isFinished: from.epoch >= training.epochs,
    from,
    events,
    dispose: () => held.dispose(),
    [Symbol.dispose]: () => held.dispose(),
  };
}

/** Values of a pixel, known before images are loaded that have to be. */
function channelsOf({ dataset }: BeginRunOptions, { data }: RunConfig): number {
  if (typeof dataset === "object" && !isFileDataset(dataset)) return dataset.train.channels;
  return Object.hasOwn(datasets, data.dataset)
    ? datasets[data.dataset as DatasetName].mean.length
    : 3;
}

/** Evaluates weights by the head that is tested in the stage of an epoch. */
function evaluatorOf(
  training: Training,
  epoch: number,
): (variables: Variables) => Promise<Evaluation> {
  const { parts: { engine, network, test: source, labels, counts }, options: { mode } } = training;
  const { stage } = trainingStageAt(training, epoch);
  const options = { labels: labels.test, classes: network.classes, trainingCounts: counts };
  return async (variables) => {
    // By itself, whether or not others train the run too.
    const predict = createPredictor({ engine, network, source, ...testedOutputs(stage), mode });
    try {
      return await evaluated(predict, variables, options);
    } finally {
      predict.dispose();
    }
  };
}

async function given<Value>(value: ForConfig<Value>, config: RunConfig): Promise<Value> {
  return typeof value === "function"
    ? await (value as (config: RunConfig) => Value | Promise<Value>)(config)
    : value;
}

/** The run that is there, locked; `undefined` if a new one is to begin. */
async function openExisting(
  { config, name, resume = "if-there" }: BeginRunOptions,
  store: RunStore,
): Promise<OpenRun | undefined> {
  if (config === undefined && (name === undefined || resume === "never")) {
    throw new TypeError("Cannot begin a run: there is no configuration: pass one as config");
  }
  if (resume === "never") return undefined;
  const wanted = name ?? defaultRunName(config!, store);
  let open: OpenRun;
  try {
    open = await store.resume(wanted);
  } catch (error) {
    const isNew = error instanceof Deno.errors.NotFound && resume === "if-there" &&
      config !== undefined;
    if (isNew) return undefined;
    throw error;
  }
  const there = open.description.config;
  if (config === undefined || asksForTheSame(config, there)) return open;
  open.release();
  // Names by default tell configurations apart: one of this name was given by hand.
  if (name === undefined) return undefined;
  throw new RangeError(
    `Cannot continue the run "${open.name}" with other settings: ${differences(config, there)}: ` +
      "take these, or choose another name",
  );
}
