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
import { sharedStep, type Together } from "./together.ts";
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
  /**
   * Where several processes train together: this one's `share` of the examples, and `stop`, 1 if it was
   * asked to stop, each `[]`; empty on one device.
   */
  readonly peers: Record<string, Tensor>;
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
  /** The processes that do each step together; none by default. */
  readonly together?: Together | undefined;
}

/** What a step returns; the caller owns it. */
export type StepResult = {
  /** State after the step. */
  readonly state: TrainState;
  /** The method's terms in their order `[terms]`. */
  readonly losses: Tensor;
  /** Where several processes train together: `stop` `[]`, how many were asked to; empty on one device. */
  readonly peers: Record<string, Tensor>;
};

/** A training step. */
export type TrainStep = (
  inputs: { readonly state: TrainState; readonly plan: StepInputs },
) => StepResult;

/**
 * Makes the training step of a stage: gradients of the method's loss, then the update by SGD.
 *
 * The step is pure and reads nothing back, so `engine.compile` turns it into one native call. Tensors
 * of the settings are captured: they must stay alive as long as the step is used.
 *
 * @param settings Stage, network and data.
 * @returns The step.
 */
export function createTrainStep(settings: StepSettings): TrainStep {
  const { stage: { samRadius = 0 }, together } = settings;
  return function trainStep({ state, plan }) {
    const { parameters, statistics } = state;
    const views = viewsOf(plan, settings);
    const shared = together && sharedStep(together, plan);
    const gradientsAt = (parameters: Record<string, Tensor>): StepGradients =>
      stepGradients({ variables: { parameters, statistics }, views, plan, shared }, settings);
    // Losses and running statistics are those of the weights, not of the point above them.
    const own = gradientsAt(parameters);
    const summed = shared?.sum(own);
    const here = summed ?? own;
    const gradients = samRadius === 0 ? here.gradients : gradientsAbove();
    const { learningRate } = plan;
    const update = { state, gradients, statistics: here.statistics, learningRate };
    const peers: StepResult["peers"] = summed === undefined ? {} : { stop: summed.stop };
    return { state: updated(update, settings), losses: here.losses, peers };

    function gradientsAbove(): Record<string, Tensor> {
      const above = { ...parameters, ...ascend(parameters, here.gradients, samRadius) };
      const { gradients } = gradientsAt(above);
      return shared?.sumGradients(gradients) ?? gradients;
    }
  };
}
