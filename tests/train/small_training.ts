/**
 * A small training for tests: a ResNet-32 of width 4 on 68 real images.
 *
 * @module
 */
import { drawSplit } from "../../lib/data/long_tail.ts";
import { memorySource } from "../../lib/images/memory_source.ts";
import type { ImageSource } from "../../lib/images/source.ts";
import { glmc } from "../../lib/method/glmc/glmc.ts";
import type { Method } from "../../lib/method/method.ts";
import { createNetwork } from "../../lib/model/network.ts";
import { defaultsOf } from "../../lib/settings/field.ts";
import type { Engine } from "../../lib/tensor/engine.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../../lib/train/checkpoint.ts";
import type { Progress } from "../../lib/train/events.ts";
import type { Stage } from "../../lib/train/stage.ts";
import { createTraining, type Training, type TrainingOptions } from "../../lib/train/training.ts";
import { smallDataset } from "../fixtures.ts";

const { train, test, mean, std } = smallDataset();
const counts = [15, 12, 10, 8, 6, 5, 4, 3, 3, 2];
const split = drawSplit(train.labels, { counts, seed: 0 });

/** The training images of {@linkcode smallTraining} in the order of its split. */
export const smallSet = { set: train, rows: split.indices, mean, std };

/** A stage of a method with its defaults, two epochs long. */
export function smallStage(changes: Partial<Stage> & { readonly method?: Method } = {}): Stage {
  const { method = glmc as Method, options, ...rest } = changes;
  return {
    name: "train",
    method,
    options: { ...defaultsOf(method.fields), ...options },
    trains: "all",
    statistics: "updated",
    epochs: 2,
    batchSize: 24,
    learningRate: 0.01,
    weightDecay: 5e-3,
    ...rest,
  };
}

/** What may differ between small trainings. */
export interface SmallTrainingOptions extends Partial<TrainingOptions> {
  /** Where the training images come from; memory by default. */
  readonly source?: ImageSource;
}

/** Puts a training on the device; three steps an epoch. */
export function smallTraining(engine: Engine, options: SmallTrainingOptions = {}): Training {
  const { source, stages = [smallStage()], seed = 42, ...others } = options;
  const heads = [...new Set(stages.flatMap(({ method }) => method.heads))];
  const scaled = stages.some(({ trains }) => trains === "scales")
    ? [stages.at(-1)!.method.testedHead]
    : [];
  const predictors = stages.map(({ method, options }) => method.predictor?.(options));
  const predictor = predictors.includes("mlp") ? "mlp" : "linear";
  const network = createNetwork("resnet32", { classes: 10, width: 4, heads, scaled, predictor });
  const labels = Int32Array.from(split.indices, (index) => train.labels[index]!);
  return createTraining({
    engine,
    network,
    train: source ?? memorySource(train, { rows: split.indices, mean, std }),
    test: memorySource(test, { mean, std }),
    labels: { train: labels, test: test.labels },
    counts,
  }, { stages, seed, ...others });
}

/** A checkpoint of a training as a file. */
export function writeCheckpoint(training: Training, progress: Progress): Promise<Uint8Array> {
  return encodeCheckpoint(progress, training.options);
}

/** The progress in a checkpoint of a training; the caller owns its tensors. */
export function readCheckpoint({ parts, options }: Training, file: Uint8Array): Progress {
  return decodeCheckpoint(file, { ...parts, ...options }).progress;
}
