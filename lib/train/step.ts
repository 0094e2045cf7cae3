/**
 * One training step of any method: a pure function from state and plan to new state and losses.
 *
 * @module
 */

import type { ImageSource } from "../images/source.ts";
import type { Network } from "../model/network.ts";
import type { NamedTensors } from "../tensor/named_tensors.ts";
import type { Tensor } from "../tensor/tfjs.ts";
import { ascend } from "./sam.ts";
import type { Stage } from "./stage.ts";
import { type StepGradients, stepGradients, viewsOf } from "./step_gradients.ts";
import { updated } from "./update.ts";

/** Everything a training changes. */
export type TrainState = {
  /** Trained tensors under their official names. */
  readonly parameters: Record<string, Tensor>;
  /** Velocities of the optimiser, under the parameters' names. */
  readonly momentum: Record<string, Tensor>;
  /** Running means and variances of batch norm. */
  readonly statistics: Record<string, Tensor>;
  /** What the stage takes along from its beginning; see `carried.ts`. */
  readonly carried: Record<string, Tensor>;
};

/** What a step is told. */
export type StepInputs = {
  /** Row of the split that each view shows int32 `[groups · n]`. */
  readonly rows: Tensor;
  /** What the image source prepared for these rows. */
  readonly prepared: NamedTensors;
  /** The method's draws. */
  readonly draws: Record<string, Tensor>;
  /** The method's numbers of the epoch `[]`. */
  readonly schedule: Record<string, Tensor>;
  /** Learning rate `[]`. */
  readonly learningRate: Tensor;
};

/** What stays the same from step to step. */
export interface StepSettings {
  /** The stage whose steps these are. */
  readonly stage: Stage;
  /** The network to train. */
  readonly network: Network;
  /** Where the views come from. */
  readonly source: Pick<ImageSource, "views">;
  /** Class of each row of the split int32 `[N]`. */
  readonly labels: Tensor;
  /** What the method's `constants` made. */
  readonly constants: Readonly<Record<string, Tensor>>;
}

/** What a step returns; the caller owns it. */
export type StepResult = {
  /** State after the step. */
  readonly state: TrainState;
  /** The method's terms in their order `[terms]`. */
  readonly losses: Tensor;
};

/** A training step. */
export type TrainStep = (
  inputs: { readonly state: TrainState; readonly plan: StepInputs },
) => StepResult;

/** Makes gradients of one batch from those of several devices; the batch's own by default. */
export type ReduceGradients = (gradients: StepGradients) => StepGradients;

/**
 * Makes the training step of a stage: gradients of the method's loss, then the update by SGD.
 *
 * The step is pure and reads nothing back, so `engine.compile` turns it into one native call. Tensors
 * of the settings are captured: they must stay alive as long as the step is used.
 *
 * @param settings Stage, network and data.
 * @param options `reduce` stands between the gradients and whatever uses them.
 * @returns The step.
 */
export function createTrainStep(
  settings: StepSettings,
  { reduce = (own) => own }: { readonly reduce?: ReduceGradients } = {},
): TrainStep {
  const { samRadius = 0 } = settings.stage;
  return function trainStep({ state, plan }) {
    const { parameters, statistics } = state;
    const views = viewsOf(plan, settings);
    const gradientsAt = (parameters: Record<string, Tensor>): StepGradients =>
      reduce(stepGradients({ variables: { parameters, statistics }, views, plan }, settings));
    // Losses and running statistics are those of the weights, not of the point above them.
    const here = gradientsAt(parameters);
    const { gradients } = samRadius === 0
      ? here
      : gradientsAt({ ...parameters, ...ascend(parameters, here.gradients, samRadius) });
    const { learningRate } = plan;
    const update = { state, gradients, statistics: here.statistics, learningRate };
    return { state: updated(update, settings), losses: here.losses };
  };
}
