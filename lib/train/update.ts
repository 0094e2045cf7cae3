/**
 * The second half of a training step: the optimiser, and what the stage does after it.
 *
 * @module
 */

import type { Tensor } from "../tensor/tfjs.ts";
import { nextCarried, projected } from "./carried.ts";
import { sgdStep } from "./sgd.ts";
import type { StepSettings, TrainState } from "./step.ts";
import type { StepGradients } from "./step_gradients.ts";
import { divided } from "./trained.ts";

/** A state, and what moves it on. */
export interface UpdateInputs extends Pick<StepGradients, "gradients" | "statistics"> {
  /** State before the step; not changed. */
  readonly state: TrainState;
  /** Learning rate `[]`. */
  readonly learningRate: Tensor;
}

/**
 * Moves the weights along their gradients: SGD, then MaxNorm and the moving averages, as far as the
 * stage has them.
 *
 * @param inputs State, gradients, new running statistics, and learning rate.
 * @param settings Stage and network.
 * @returns State after the step; the caller owns it.
 */
export function updated(
  { state, gradients, statistics, learningRate }: UpdateInputs,
  settings: Pick<StepSettings, "stage" | "network">,
): TrainState {
  const { stage } = settings;
  const { momentum = 0.9, weightDecay = 0, nesterov, averageDecay = 0 } = stage;
  const { trained, idle } = divided(state.parameters, settings);
  const stepped = sgdStep({ parameters: trained, momentum: state.momentum }, gradients, {
    learningRate,
    momentum,
    weightDecay,
    ...(nesterov !== undefined && { nesterov }),
  });
  const parameters = stage.maxNorm?.every === "step"
    ? projected(stepped.parameters, state.carried)
    : stepped.parameters;
  const after = { parameters: { ...parameters, ...idle }, statistics };
  const { idle: momentumOfIdle } = divided(state.momentum, settings);
  return {
    ...after,
    momentum: { ...stepped.momentum, ...momentumOfIdle },
    carried: nextCarried(state.carried, after, averageDecay),
  };
}
