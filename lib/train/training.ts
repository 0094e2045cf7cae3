/**
 * A training on the device: its images, the compiled steps of its stages, and their predictors.
 *
 * @module
 */

import type { ImageSource } from "../images/source.ts";
import type { StepPlan } from "../data/plan.ts";
import { randomStream } from "../data/random.ts";
import { testedHeads, testedOutputs } from "../method/tested_heads.ts";
import type { Network, Variables } from "../model/network.ts";
import type { Peers } from "../ops/collectives.ts";
import type { CompiledFunction } from "../tensor/compile.ts";
import type { Engine, ExecutionMode } from "../tensor/engine.ts";
import { disposeTensors, mapTensors } from "../tensor/named_tensors.ts";
import { tf } from "../tensor/tfjs.ts";
import { type AccumulatedStep, createAccumulatedStep } from "./accumulate.ts";
import { collectiveKeys } from "./all_reduce.ts";
import { initialCarried } from "./carried.ts";
import { planEpoch } from "./plan_epoch.ts";
import { createPredictor, type Predictor } from "./predict.ts";
import { sharedPredictor } from "./shared_predictor.ts";
import { type Stage, stageAt, totalEpochs } from "./stage.ts";
import { createTrainStep, type StepInputs, type StepResult, type TrainState } from "./step.ts";

/** Crops shift a picture by up to 4 pixels over a black frame. */
const SMALLEST_SIDE = 4;

/** What a training is made of. */
export interface TrainingParts {
  /** The engine to run on. */
  readonly engine: Engine;
  /** The network to train. */
  readonly network: Network;
  /** The training images in the order of the split; the training disposes them, even if it is refused. */
  readonly train: ImageSource;
  /** The test images; the training disposes them, even if it is refused. */
  readonly test: ImageSource;
  /** Images held out of training, if there are any; the training disposes them, even if it is refused. */
  readonly validation?: ImageSource;
  /** Class of each training, each test, and each validation image. */
  readonly labels: {
    readonly train: Int32Array;
    readonly test: Int32Array;
    readonly validation?: Int32Array;
  };
  /** Training images of each class `[classes]`. */
  readonly counts: readonly number[];
}

/** How a training runs. */
export interface TrainingOptions {
  /** Its stages in order. */
  readonly stages: readonly Stage[];
  /** Seed of everything random but the split. */
  readonly seed: number;
  /** `eager` runs steps op by op. */
  readonly mode?: ExecutionMode | undefined;
  /** Whether XLA compiles the steps; meant for GPUs. */
  readonly xla?: boolean | undefined;
  /** Seconds after which a long epoch is worth a checkpoint; 300 by default. */
  readonly checkpointSeconds?: number | undefined;
  /** The processes that train together, if there are several. */
  readonly peers?: Peers | undefined;
  /** Whether their batch norm takes the statistics of the whole batch; false by default. */
  readonly synchronised?: boolean | undefined;
}

/** A stage on the device. */
export interface TrainingStage {
  /** What it is. */
  readonly stage: Stage;
  /** One step; the caller owns the result. */
  readonly step: CompiledFunction<
    { readonly state: TrainState; readonly plan: StepInputs },
    StepResult
  >;
  /** One step of a stage whose batches come in parts; what then is run in place of `step`. */
  readonly accumulated?: AccumulatedStep;
  /** Outputs of its tested head for the test images. */
  readonly predict: Predictor;
  /** Outputs of the same head for the validation images, if there are any. */
  readonly predictValidation?: Predictor;
}

/** A training that is ready to run. */
export interface Training {
  /** What it is made of. */
  readonly parts: TrainingParts;
  /** How it runs. */
  readonly options: TrainingOptions;
  /** Its stages on the device. */
  readonly stages: readonly TrainingStage[];
  /** Epochs of all stages. */
  readonly epochs: number;
  /** Outputs of the last stage's tested head for the test images `[N, C]`. */
  readonly predict: Predictor;
  /** Every step of an epoch, counted over all stages; the same in all processes. */
  readonly plan: (epoch: number) => StepPlan[];
  /** Frees images and compiled functions. */
  readonly dispose: () => void;
}

/**
 * Compiles the steps and predictors of a training.
 *
 * @param parts Engine, network and data.
 * @param options Stages, seed, and how to run.
 * @returns The training; the caller disposes it.
 * @throws {RangeError} If there is nothing to train on, to test on, or to do, or images are too small.
 */
export function createTraining(parts: TrainingParts, options: TrainingOptions): Training {
  refuseUnsound(parts, options);
  const { engine, network, train, test, validation, labels, counts } = parts;
  const { stages, seed, mode, xla, peers, synchronised = false } = options;
  const deviceLabels = tf.tensor1d(labels.train, "int32");
  const plan = (epoch: number): StepPlan[] =>
    planEpoch({ stages, epoch, seed, counts, source: train });
  const onDevice = stages.map((stage, index) => {
    const constants = stage.method.constants?.({ options: stage.options, counts }) ?? {};
    const together = peers && {
      peers,
      stage: index,
      synchronised,
      keepsStatistics: stage.statistics === "kept",
    };
    const settings = { stage, network, source: train, labels: deviceLabels, constants, together };
    const predictorOf = (source: ImageSource): Predictor => {
      const settings = { engine, network, source, ...testedOutputs(stage), mode };
      const key = collectiveKeys.outputs + (source === test ? 0 : 1);
      return peers ? sharedPredictor(settings, { peers, key }) : createPredictor(settings);
    };
    return {
      stage,
      constants,
      predict: predictorOf(test),
      ...(validation && { predictValidation: predictorOf(validation) }),
      step: engine.compile(createTrainStep(settings), { mode, xla }),
      ...((stage.accumulate ?? 1) > 1 && {
        accumulated: createAccumulatedStep(settings, {
          compile: (f) => engine.compile(f, { mode, xla }),
        }),
      }),
    };
  });
  return {
    parts,
    options,
    stages: onDevice,
    epochs: totalEpochs(stages),
    predict: onDevice.at(-1)!.predict,
    plan,
    dispose() {
      for (const { step, accumulated, predict, predictValidation, constants } of onDevice) {
        step.dispose();
        accumulated?.dispose();
        predict.dispose();
        predictValidation?.dispose();
        disposeTensors(constants);
      }
      deviceLabels.dispose();
      disposeImages(parts);
    },
  };
}

/**
 * The state before the first step: freshly drawn parameters, or given ones; velocities of zero.
 *
 * @param training Its network and seed are used.
 * @param variables What it begins from, and takes over; freshly drawn by default.
 * @returns The state; the caller owns it.
 */
export function initialState(
  { parts: { network }, options }: Training,
  variables: Variables = network.init(randomStream(options.seed, "init")),
): TrainState {
  const { parameters, statistics } = variables;
  const stage = options.stages[0]!;
  const carried = initialCarried({ parameters, statistics }, { stage, network });
  return { parameters, statistics, momentum: zeroMomentum(parameters), carried };
}

/**
 * The state before the first step of a later stage: the weights that there are, or a classifier drawn
 * anew, and an optimiser at rest.
 *
 * @param before State after the stage before it; what goes over is taken, the rest is disposed.
 * @param training Its network and seed are used.
 * @param index Which stage, from 1.
 * @returns The state; the caller owns it.
 */
export function nextState(
  before: TrainState,
  { parts: { network }, options }: Training,
  index: number,
): TrainState {
  const stage = options.stages[index]!;
  const { statistics, momentum, carried } = before;
  const parameters = { ...before.parameters };
  if (stage.freshClassifier === true) {
    const drawn = network.init(randomStream(options.seed, "init", index));
    for (const name of testedHeads(stage).flatMap(network.headParameters)) {
      disposeTensors({ old: parameters[name]! });
      parameters[name] = drawn.parameters[name]!;
      delete drawn.parameters[name];
    }
    disposeTensors(drawn);
  }
  disposeTensors({ momentum, carried });
  return {
    parameters,
    statistics,
    momentum: zeroMomentum(parameters),
    carried: initialCarried({ parameters, statistics }, { stage, network }),
  };
}

/**
 * Velocities before the first step of a stage.
 *
 * @param parameters The trained tensors.
 * @returns Zeros under the same names; the caller owns them.
 */
export function zeroMomentum(parameters: TrainState["parameters"]): TrainState["momentum"] {
  return mapTensors(parameters, (tensor) => tf.zerosLike(tensor));
}

/**
 * The stage on the device that an epoch belongs to.
 *
 * @param training The training.
 * @param epoch Epoch, from 0, counted over all stages.
 * @returns The stage, and its first epoch.
 * @throws {RangeError} If no stage has the epoch.
 */
export function trainingStageAt(
  training: Training,
  epoch: number,
): TrainingStage & { readonly first: number; readonly index: number } {
  const { index, first } = stageAt(training.options.stages, epoch);
  return { ...training.stages[index]!, first, index };
}

function refuseUnsound(parts: TrainingParts, options: TrainingOptions): void {
  try {
    check(parts, options);
  } catch (error) {
    // They were handed over, so nobody else will.
    disposeImages(parts);
    throw error;
  }
}

function disposeImages({ train, test, validation }: TrainingParts): void {
  train.dispose();
  test.dispose();
  validation?.dispose();
}

function check(
  { train, test, validation, labels, network }: TrainingParts,
  options: TrainingOptions,
): void {
  if (options.stages.length === 0) {
    throw new RangeError("Cannot train: there are no stages: name at least one");
  }
  if (Math.min(train.height, train.width) < SMALLEST_SIDE) {
    throw new RangeError(
      `Cannot train on images of ${train.height} x ${train.width} pixels: nearly every crop of so small ` +
        "a picture shows its black frame alone, and batches of equal images make gradients explode: " +
        `use images of at least ${SMALLEST_SIDE} x ${SMALLEST_SIDE} pixels`,
    );
  }
  const sizes = {
    training: [train.count, labels.train],
    test: [test.count, labels.test],
    ...(validation && {
      validation: [validation.count, labels.validation ?? Int32Array.of()] as const,
    }),
  } as const;
  for (const [which, [count, labels]] of Object.entries(sizes)) {
    if (count === 0) {
      throw new RangeError(`Cannot train: there are no ${which} images: add some to the data set`);
    }
    if (count !== labels.length) {
      throw new RangeError(
        `Cannot train: ${count} ${which} images have ${labels.length} labels: give one to each`,
      );
    }
    const wrong = labels.findIndex((label) => !(label >= 0 && label < network.classes));
    if (wrong >= 0) {
      throw new RangeError(
        `Cannot train: ${which} image ${wrong} has label ${
          labels[wrong]
        }: labels must be from 0 to ` +
          `${network.classes - 1}: check the data set or the number of classes`,
      );
    }
  }
}
