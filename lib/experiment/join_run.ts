/**
 * The part that a process other than the first one has in a run: it trains, and writes nothing.
 *
 * @module
 */

import { type AnyDataset, datasetImages } from "../images/dataset_images.ts";
import type { Method } from "../method/method.ts";
import type { Engine, ExecutionMode } from "../tensor/engine.ts";
import { disposeTensors } from "../tensor/named_tensors.ts";
import type { Progress, TrainEvent } from "../train/events.ts";
import { trainEpochs } from "../train/loop.ts";
import type { Training } from "../train/training.ts";
import { type Company, hearBeginning, inCompany } from "./company.ts";
import type { RunConfig } from "./config.ts";
import { configuredSplit, configuredStages, createConfiguredNetwork } from "./configured.ts";
import { checkImages } from "./configured_files.ts";
import { configuredTraining } from "./configured_training.ts";
import { skipReport } from "./skip_report.ts";

/** Settings of {@linkcode joinRun}. */
export interface JoinRunOptions {
  /** What is run, as rank 0 has told. */
  readonly config: RunConfig;
  /** The engine, which has joined the others. */
  readonly engine: Engine;
  /** The images. */
  readonly dataset: AnyDataset;
  /** The methods there are. */
  readonly methods: readonly Method[];
  /** The other processes. */
  readonly company: Company;
  /** `eager` runs steps op by op. */
  readonly mode?: ExecutionMode | undefined;
}

/** A run of which this process does a part. */
export interface JoinedRun extends Disposable {
  /** The training on the device. */
  readonly training: Training;
  /** Where it stands; its tensors live until `events` is called. */
  readonly from: Progress;
  /** Trains. Can be called once. */
  events(signal?: AbortSignal): AsyncGenerator<TrainEvent>;
}

/**
 * Joins a run that rank 0 begins or continues.
 *
 * @param options The configuration, the images, and the other processes.
 * @returns This process's part; the caller disposes it.
 * @throws {PeerEndedError} If another process ends.
 * @throws {Error} If this process has other images than rank 0.
 */
export async function joinRun(options: JoinRunOptions): Promise<JoinedRun> {
  const { config, engine, dataset, methods, company, mode } = options;
  using resources = new DisposableStack();
  checkImages(config, dataset);
  const skips = skipReport((line) => company.link.note(line));
  const images = datasetImages(dataset, skips);
  const subset = await configuredSplit(config, images);
  const stages = configuredStages(config, { methods });
  const network = createConfiguredNetwork(config, { methods, channels: images.channels });
  const { peers } = company;
  const { training } = configuredTraining(config, {
    ...{ engine, network, stages, images, subset, mode, peers },
  });
  resources.defer(() => training.dispose());
  const from = await hearBeginning(company, { dataHash: images.hash(), subset });
  let standing: Progress | undefined = from;
  resources.defer(() => standing && disposeTensors(standing.state));
  const held = resources.move();
  async function* events(signal?: AbortSignal): AsyncGenerator<TrainEvent> {
    // The training takes the state over.
    standing = undefined;
    for await (const event of inCompany(company, trainEpochs(training, { from, signal }))) {
      if (event.type !== "step") skips.tellCount();
      yield event;
    }
  }
  return {
    training,
    from,
    events,
    [Symbol.dispose]: () => held.dispose(),
  };
}
