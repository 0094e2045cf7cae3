/**
 * One training step of any method: a pure function from state and plan to new state and losses.
 *
 * @module
 */

import type { ImageSource } from "../images/source.ts";
import type { Network, NetworkOutputs, Variables } from "../model/network.ts";
import { gatherIntegers } from "../ops/gather.ts";
import { withGradients } from "../tensor/gradients.ts";
import type { NamedTensors } from "../tensor/named_tensors.ts";
import { type Tensor, tf } from "../tensor/tfjs.ts";
import { nextCarried, projected } from "./carried.ts";
import { ascend } from "./sam.ts";
import { sgdStep } from "./sgd.ts";
import type { Stage } from "./stage.ts";
import { isTrained } from "./trained.ts";

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

/**
 * Makes the training step of a stage: views, the method's loss, gradients, SGD, MaxNorm.
 *
 * The step is pure and reads nothing back, so `engine.compile` turns it into one native call. Tensors
 * of the settings are captured: they must stay alive as long as the step is used.
 *
 * @param settings Stage, network and data.
 * @returns The step.
 */
export function createTrainStep(settings: StepSettings): TrainStep {
  const { stage, network } = settings;
  const { method, momentum: friction = 0.9, weightDecay = 0, nesterov } = stage;
  const { samRadius = 0, averageDecay = 0 } = stage;
  return function trainStep({ state, plan }) {
    const { rows, prepared } = plan;
    const views = settings.source.views({ rows, prepared, groups: method.groups });
    const [trained, idle] = divide(state.parameters, (name) => isTrained(name, { stage, network }));
    const gradientsAt = (point: Record<string, Tensor>) =>
      withGradients((parameters) => {
        const variables = { parameters: { ...parameters, ...idle }, statistics: state.statistics };
        const { terms, statistics } = lossOf(variables, { views, plan }, settings);
        const ordered = method.terms.map((name) => termOf(terms, name, method.name));
        return { scalar: ordered[0]!, others: { statistics, losses: tf.stack(ordered) } };
      }, point);
    // Losses and running statistics are those of the weights, not of the point above them.
    const { gradients: here, others } = gradientsAt(trained);
    const gradients = samRadius === 0
      ? here
      : gradientsAt(ascend(trained, here, samRadius)).gradients;
    const stepped = sgdStep({ parameters: trained, momentum: state.momentum }, gradients, {
      learningRate: plan.learningRate,
      momentum: friction,
      weightDecay,
      ...(nesterov !== undefined && { nesterov }),
    });
    const parameters = stage.maxNorm?.every === "step"
      ? projected(stepped.parameters, state.carried)
      : stepped.parameters;
    const after = { parameters: { ...parameters, ...idle }, statistics: others.statistics };
    const [, momentumOfIdle] = divide(state.momentum, (name) => name in trained);
    return {
      state: {
        parameters: after.parameters,
        momentum: { ...stepped.momentum, ...momentumOfIdle },
        statistics: after.statistics,
        carried: nextCarried(state.carried, after, averageDecay),
      },
      losses: others.losses,
    };
  };
}

/**
 * Runs the method's loss.
 *
 * @param variables Parameters, and running statistics before the step.
 * @param options Views and plan of the step.
 * @param settings Stage, network and data.
 * @returns Its terms, and the running statistics after its last pass.
 */
export function lossOf(
  { parameters, statistics: before }: Variables,
  { views, plan }: { readonly views: readonly Tensor[]; readonly plan: StepInputs },
  { stage, network, labels, constants }: Omit<StepSettings, "source">,
): {
  readonly terms: Readonly<Record<string, Tensor>>;
  readonly statistics: Record<string, Tensor>;
} {
  let statistics = before;
  const mode = stage.statistics === "kept" ? "evaluate" : "train";
  const run = (images: Tensor): NetworkOutputs => {
    const pass = network.apply({ parameters, statistics }, images, mode);
    statistics = pass.statistics;
    // The network has the heads that the method asks for, whichever those are.
    return pass.outputs as NetworkOutputs;
  };
  const { groups } = stage.method;
  const rowsOf = (group: number): Tensor =>
    groups === 1 ? plan.rows : tf.split(plan.rows, groups)[group]!;
  const terms = stage.method.loss({
    options: stage.options,
    images: views,
    labels: (group) => {
      const classes = gatherIntegers(labels, rowsOf(group)) as tf.Tensor1D;
      // TensorFlow.js refuses to tell one class from no other.
      return network.classes === 1
        ? tf.ones([classes.size, 1])
        : tf.oneHot(classes, network.classes, 1, 0, "float32");
    },
    draws: plan.draws,
    schedule: plan.schedule,
    constants,
    network: run,
  });
  return { terms, statistics };
}

function termOf(terms: Readonly<Record<string, Tensor>>, name: string, method: string): Tensor {
  const term = terms[name];
  if (term !== undefined) return term;
  throw new TypeError(
    `Cannot train with method ${method}: its loss returned ${
      Object.keys(terms).join(", ") || "no terms"
    } but not "${name}": return every one of its terms`,
  );
}

/** Those entries that are chosen, and the others. */
function divide(
  tensors: Record<string, Tensor>,
  isChosen: (name: string) => boolean,
): [chosen: Record<string, Tensor>, others: Record<string, Tensor>] {
  const entries = Object.entries(tensors);
  const chosen = entries.filter(([name]) => isChosen(name));
  const others = entries.filter(([name]) => !isChosen(name));
  return [Object.fromEntries(chosen), Object.fromEntries(others)];
}
