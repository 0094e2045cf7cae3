/**
 * What a step is told: a plan of the host, brought to the device.
 *
 * @module
 */

import type { StepPlan } from "../data/plan.ts";
import { deviceTensors } from "../ops/host_arrays.ts";
import { tf } from "../tensor/tfjs.ts";
import { learningRateAt } from "./schedule.ts";
import type { Stage } from "./stage.ts";
import type { StepInputs } from "./step.ts";
import type { Training } from "./training.ts";

/** What a process tells the others of a step. */
export interface PeerNumbers {
  /** Its share of the step's examples. */
  readonly share: number;
  /** Whether it was asked to stop. */
  readonly stops: boolean;
}

/** What changes from epoch to epoch. */
export interface EpochNumbers {
  /** The method's numbers, by name. */
  readonly schedule: Readonly<Record<string, number>>;
  /** Learning rate. */
  readonly learningRate: number;
}

/**
 * The numbers of an epoch.
 *
 * @param training The training; its class counts are used.
 * @param epoch Epoch within the stage, from 0.
 * @param stage The stage.
 * @returns The method's schedule and the learning rate.
 */
export function epochNumbers(training: Training, epoch: number, stage: Stage): EpochNumbers {
  const { options, epochs, method } = stage;
  const { counts } = training.parts;
  return {
    schedule: method.schedule?.({ options, counts, epoch, epochs }) ?? {},
    learningRate: learningRateAt(epoch, stage),
  };
}

/**
 * A planned step on the device: a few kilobytes of whole numbers and a handful of scalars.
 *
 * @param plan Random choices of the step.
 * @param options What the image source has prepared, which goes over into the result; the method's
 * numbers and the learning rate of the epoch; and what the other processes are told, where there are any.
 * @returns The inputs of a training step; the caller owns them.
 */
export function stepInputs(
  plan: StepPlan,
  { prepared, schedule, learningRate, peers }:
    & EpochNumbers
    & Pick<StepInputs, "prepared">
    & { readonly peers?: PeerNumbers | undefined },
): StepInputs {
  const { rows, draws } = plan;
  const scalars = Object.entries(schedule).map(([name, value]) => [name, tf.scalar(value)]);
  return {
    rows: tf.tensor1d(rows, "int32"),
    prepared,
    draws: deviceTensors(draws),
    schedule: Object.fromEntries(scalars),
    learningRate: tf.scalar(learningRate),
    peers: peers === undefined
      ? {}
      : { share: tf.scalar(peers.share), stop: tf.scalar(peers.stops ? 1 : 0) },
  };
}
