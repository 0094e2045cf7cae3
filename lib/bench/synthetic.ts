/**
 * A training on random images, for measurements that must not depend on a download.
 *
 * @module
 */

import { randomStream } from "../data/random.ts";
import type { ImageSet } from "../data/image_set.ts";
import { drawSplit } from "../data/long_tail.ts";
import { createNetwork } from "../model/network.ts";
import type { ComputeType } from "../ops/precision.ts";
import type { Engine, ExecutionMode } from "../tensor/engine.ts";
import { createTraining, type Training } from "../train/training.ts";

/** What to measure. */
export interface SyntheticOptions {
  /** Channels of the first stage. */
  readonly width: number;
  /** Pairs of images in a step. */
  readonly batchSize: number;
  /** Element type of the convolutions. */
  readonly trainingType: ComputeType;
  /** One native call, or op by op. */
  readonly mode: ExecutionMode;
  /** Whether XLA compiles the step. */
  readonly xla?: boolean;
}

/** ResNet-32 with the default hyper-parameters on random images of ten classes. */
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
  const train = images(1000);
  const split = drawSplit(train.labels, { counts: new Array(10).fill(100), seed: 0 });
  const { width, batchSize, trainingType, mode, xla } = options;
  const network = createNetwork("resnet32", { classes: 10, width, trainingType });
  const channels = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] };
  return createTraining({ engine, network, train, test: images(500), channels, split }, {
    seed: 0,
    epochs: 2,
    batchSize,
    learningRate: 0.01,
    weightDecay: 5e-3,
    resampleExponent: 0,
    labelWeightExponent: 1.2,
    consistencyWeight: 4,
    mixtureBeta: 1,
    mode,
    ...(xla !== undefined && { xla }),
  });
}
