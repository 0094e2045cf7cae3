/**
 * The training that a configuration asks for, on the images that there are.
 *
 * @module
 */

import type { Split } from "../data/long_tail.ts";
import type { DatasetImages } from "../images/dataset_images.ts";
import type { Network } from "../model/network.ts";
import type { Peers } from "../ops/collectives.ts";
import type { Engine, ExecutionMode } from "../tensor/engine.ts";
import type { Stage } from "../train/stage.ts";
import { createTraining, type Training } from "../train/training.ts";
import type { RunConfig } from "./config.ts";
import { configuredParts } from "./configured.ts";

/** What a training is put on the device from. */
export interface ConfiguredTrainingOptions {
  /** The engine. */
  readonly engine: Engine;
  /** The network that the configuration asks for. */
  readonly network: Network;
  /** Its stages. */
  readonly stages: readonly Stage[];
  /** The images. */
  readonly images: DatasetImages;
  /** The subset, with what is held out of it. */
  readonly subset: Split;
  /** `eager` runs steps op by op. */
  readonly mode?: ExecutionMode | undefined;
  /** Whether XLA compiles the steps. */
  readonly xla?: boolean | undefined;
  /** Seconds after which a long epoch is worth a checkpoint. */
  readonly checkpointSeconds?: number | undefined;
  /** The processes that train together, if there are several. */
  readonly peers?: Peers | undefined;
}

/** A training, and the parts of its subset. */
export interface ConfiguredTraining {
  /** The training; the caller disposes it. */
  readonly training: Training;
  /** What is trained on. */
  readonly split: Split;
  /** What is held out, if anything is. */
  readonly validation?: Split | undefined;
}

/**
 * Puts the training of a configuration on the device.
 *
 * @param config The configuration.
 * @param options Engine, network, images and subset.
 * @returns The training and its parts.
 * @throws {RangeError} If the images do not fit the network, or a class is left without any.
 */
export function configuredTraining(
  config: RunConfig,
  options: ConfiguredTrainingOptions,
): ConfiguredTraining {
  const { engine, network, stages, images, subset, ...how } = options;
  const { training: split, validation } = configuredParts(config, subset);
  const { train, test } = images;
  const imagesOf = ({ indices }: Split) => images.source("train", indices);
  const labelsOf = ({ indices }: Split) => Int32Array.from(indices, (row) => train.labels[row]!);
  const training = createTraining({
    engine,
    network,
    train: imagesOf(split),
    test: images.source("test"),
    ...(validation && { validation: imagesOf(validation) }),
    labels: {
      train: labelsOf(split),
      test: test.labels,
      ...(validation && { validation: labelsOf(validation) }),
    },
    counts: split.counts,
  }, { stages, seed: config.seed, synchronised: config.network.syncBatchNorm, ...how });
  return { training, split, validation };
}
