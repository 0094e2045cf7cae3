/**
 * A training on random images, for measurements that must not depend on a download.
 *
 * @module
 */

import { randomStream } from "../data/random.ts";
import type { ImageSet } from "../data/image_set.ts";
import { memorySource } from "../images/memory_source.ts";
import type { Method } from "../method/method.ts";
import { createNetwork } from "../model/network.ts";
import { defaultsOf } from "../settings/field.ts";
import type { Peers } from "../ops/collectives.ts";
import type { ComputeType } from "../ops/precision.ts";
import type { Engine, ExecutionMode } from "../tensor/engine.ts";
import { createTraining, type Training } from "../train/training.ts";

/** What to measure. */
export interface SyntheticOptions {
  /** How to train. */
  readonly method: Method;
  /** Channels of the first stage. */
  readonly width: number;
  /** Pairs of images, or images, in a step. */
  readonly batchSize: number;
  /** Element type of the convolutions. */
  readonly trainingType: ComputeType;
  /** One native call, or op by op. */
  readonly mode: ExecutionMode;
  /** Whether XLA compiles the step. */
  readonly xla?: boolean;
  /** The processes that share out each step, if there are several. */
  readonly peers?: Peers | undefined;
}

/**
 * ResNet-32 with the default hyper-parameters on 1,000 random images of ten classes.
 *
 * @param engine The engine to run on.
 * @param options Method, width, batch, and how to run.
 * @returns The training; the caller disposes it.
 */
export function syntheticTraining(engine: Engine, options: SyntheticOptions): Training {
  const images = (count: number): ImageSet => {
    const random = randomStream(0, "pixels", count);
    return {
      images: Uint8Array.from({ length: count * 32 * 32 * 3 }, () => random.integer(256)),
      labels: Int32Array.from({ length: count }, (_, i) => i % 10),
      height: 32,
      width: 32,
      channels: 3,
      classNames: Array.from({ length: 10 }, (_, i) => `class ${i}`),
    };
  };
  const { method, width, batchSize, trainingType, mode, xla, peers } = options;
  const { heads } = method;
  const network = createNetwork("resnet32", { classes: 10, width, trainingType, heads });
  const [train, test] = [images(1000), images(500)];
  const channels = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] };
  // Grouped by class, as every split is.
  const rows = Int32Array.from(train.labels.keys()).sort((a, b) => a % 10 - b % 10 || a - b);
  const stage = {
    name: "train",
    method,
    options: defaultsOf(method.fields),
    trains: "all",
    statistics: "updated",
    epochs: 2,
    batchSize,
    learningRate: 0.01,
    weightDecay: 5e-3,
  } as const;
  return createTraining({
    engine,
    network,
    train: memorySource(train, { rows, ...channels }),
    test: memorySource(test, channels),
    labels: { train: rows.map((row) => row % 10), test: test.labels },
    counts: new Array<number>(10).fill(100),
  }, { stages: [stage], seed: 0, mode, xla, peers });
}
