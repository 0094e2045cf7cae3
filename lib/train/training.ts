/**
 * A training on the device: its images, its compiled step and its predictor.
 *
 * @module
 */

import { createPixelBank } from "../images/pixel_bank.ts";
import type { ChannelStatistics } from "../images/normalise.ts";
import type { ImageSet } from "../data/image_set.ts";
import { classWeights, type Split } from "../data/long_tail.ts";
import { randomStream } from "../data/random.ts";
import type { Network, Variables } from "../model/network.ts";
import type { Engine, ExecutionMode } from "../tensor/engine.ts";
import { disposeTensors, mapTensors } from "../tensor/named_tensors.ts";
import { tf } from "../tensor/tfjs.ts";
import { createPredictor } from "./predict.ts";
import type { ScheduleOptions } from "./schedule.ts";
import { createTrainStep, type StepInputs, type StepResult, type StepSettings } from "./step.ts";
import type { TrainState } from "./step.ts";

/** Hyper-parameters of a training. */
export interface TrainingOptions
  extends
    ScheduleOptions,
    Omit<StepSettings, "network" | "bank" | "labels" | "classWeights" | "channels"> {
  /** Seed of everything random but the split. */
  readonly seed: number;
  /** Pairs of images in a step. */
  readonly batchSize: number;
  /** Exponent q of the second sampler. */
  readonly resampleExponent: number;
  /** Exponent k of the class weights. */
  readonly labelWeightExponent: number;
  /** Parameter b of the law Beta(b, b) of the mix weight; 1 as in the official code. */
  readonly mixtureBeta: number;
  /** `eager` runs steps op by op. */
  readonly mode?: ExecutionMode;
  /** Whether XLA compiles the step; meant for GPUs. */
  readonly xla?: boolean;
}

/** What a training is made of. */
export interface TrainingParts {
  /** The engine to run on. */
  readonly engine: Engine;
  /** The network to train. */
  readonly network: Network;
  /** Images to draw the split from. */
  readonly train: ImageSet;
  /** Images to evaluate on. */
  readonly test: ImageSet;
  /** Normalisation of both. */
  readonly channels: ChannelStatistics;
  /** The long-tailed subset to train on. */
  readonly split: Split;
}

/** A training that is ready to run. */
export interface Training {
  /** What it is made of. */
  readonly parts: TrainingParts;
  /** Its hyper-parameters. */
  readonly options: TrainingOptions;
  /** One step; the caller owns the result. */
  readonly step: (inputs: { readonly state: TrainState; readonly plan: StepInputs }) => StepResult;
  /** Logits of the tested classifier for the test images `[N, C]`. */
  readonly predict: (variables: Variables) => Promise<Float32Array>;
  /** Frees the images on the device. */
  readonly dispose: () => void;
}

/**
 * Puts the images on the device and compiles step and predictor.
 *
 * @param parts Engine, network and data.
 * @param options Hyper-parameters.
 */
export function createTraining(parts: TrainingParts, options: TrainingOptions): Training {
  const { engine, network, train, test, channels, split } = parts;
  const bank = createPixelBank(subset(train, split.indices), train);
  const testBank = createPixelBank(test.images, test);
  const labels = tf.tensor1d(split.indices.map((index) => train.labels[index]), "int32");
  const weights = classWeights(split.counts, { exponent: options.labelWeightExponent });
  const weightTensor = tf.tensor1d(weights);
  const step = createTrainStep({
    ...options,
    network,
    bank,
    labels,
    channels,
    classWeights: weightTensor,
  });
  return {
    parts,
    options,
    step: engine.compile(step, options),
    predict: createPredictor({
      ...options,
      batchSize: 500,
      engine,
      network,
      channels,
      bank: testBank,
    }),
    dispose: () =>
      disposeTensors({ labels, weightTensor, train: bank.pixels, test: testBank.pixels }),
  };
}

function subset({ images, height, width, channels }: ImageSet, indices: Int32Array): Uint8Array {
  const size = height * width * channels;
  const taken = new Uint8Array(indices.length * size);
  indices.forEach((index, row) =>
    taken.set(images.subarray(index * size, (index + 1) * size), row * size)
  );
  return taken;
}

/**
 * The state before the first step: freshly drawn parameters, velocities of zero.
 *
 * @param training Its network and seed are used.
 * @returns The state; the caller owns it.
 */
export function initialState({ parts, options }: Training): TrainState {
  const { parameters, statistics } = parts.network.init(randomStream(options.seed, "init"));
  const momentum = mapTensors(parameters, (tensor) => tf.zerosLike(tensor));
  return { parameters, statistics, momentum };
}
