/**
 * One training step of GLMC: a pure function from state and plan to new state and losses.
 *
 * @module
 */

import { glmcMixture, type MixedView, type MixtureOptions } from "../method/glmc/mixture.ts";
import { type ChannelStatistics, normalise } from "../images/normalise.ts";
import { cropViews, type PixelBank } from "../images/pixel_bank.ts";
import {
  glmcLoss,
  type LossOptions,
  type LossTerms,
  type ViewOutputs,
} from "../method/glmc/loss.ts";
import type { Network } from "../model/network.ts";
import { gatherIntegers } from "../ops/gather.ts";
import { withGradients } from "../tensor/gradients.ts";
import { type Tensor, tf } from "../tensor/tfjs.ts";
import { sgdStep } from "./sgd.ts";

/** Everything a training changes. */
export type TrainState = {
  /** Trained tensors under their official names. */
  readonly parameters: Record<string, Tensor>;
  /** Velocities of the optimiser, under the parameters' names. */
  readonly momentum: Record<string, Tensor>;
  /** Running means and variances of batch norm. */
  readonly statistics: Record<string, Tensor>;
};

/** What a step is told, for a batch of B pairs; the order of views is i₁, j₁, i₂, j₂. */
export type StepInputs = {
  /** Rows of the training images int32 `[4B]`. */
  readonly rows: Tensor;
  /** Top and left of the crops int32 `[4B, 2]`. */
  readonly crops: Tensor;
  /** Which views are mirrored int32 `[4B]`. */
  readonly flips: Tensor;
  /** Share of image i λ `[]`. */
  readonly mixWeight: Tensor;
  /** CutMix box int32 `[4]`. */
  readonly box: Tensor;
  /** Weight of the plain loss α `[]`. */
  readonly plainWeight: Tensor;
  /** Learning rate `[]`. */
  readonly learningRate: Tensor;
};

/** What stays the same from step to step. */
export interface StepSettings extends MixtureOptions, Omit<LossOptions, "plainWeight"> {
  /** The network to train. */
  readonly network: Network;
  /** Training images on the device. */
  readonly bank: PixelBank;
  /** Class of each image int32 `[N]`. */
  readonly labels: Tensor;
  /** Weight of each class in the rebalanced loss `[C]`. */
  readonly classWeights: Tensor;
  /** Normalisation of the images. */
  readonly channels: ChannelStatistics;
  /** `two` (official code) has a classifier for each loss; `one` trains the tested one on both. */
  readonly classifiers?: "two" | "one";
  /** Momentum of the optimiser; 0.9 by default. */
  readonly momentum?: number;
  /** Weight decay; 0 by default. */
  readonly weightDecay?: number;
  /** Pixels added around an image before cropping; 4 by default. */
  readonly padding?: number;
}

/** Names of the loss terms in the order of a step's `losses`. */
export const lossNames = ["total", "balanced", "rebalanced", "consistency"] as const;

/** What a step returns; the caller owns it. */
export type StepResult = {
  /** State after the step. */
  readonly state: TrainState;
  /** The terms of {@linkcode lossNames} `[4]`. */
  readonly losses: Tensor;
};

/**
 * Makes the training step: gather, augment, mix, network twice, losses, gradients, SGD.
 *
 * The step is pure and reads nothing back, so `engine.compile` turns it into one native call. Tensors
 * of the settings are captured: they must stay alive as long as the step is used.
 *
 * @param settings Network, data and hyper-parameters.
 */
export function createTrainStep(
  settings: StepSettings,
): (inputs: { readonly state: TrainState; readonly plan: StepInputs }) => StepResult {
  const unused = settings.classifiers === "one" ? "fc." : undefined;
  return function trainStep({ state, plan }) {
    const { global, local } = mixedViews(plan, settings);
    const entries = Object.entries(state.parameters);
    const idle = entries.filter(([name]) => unused !== undefined && name.startsWith(unused));
    const trained = Object.fromEntries(entries.filter((entry) => !idle.includes(entry)));
    const { gradients, others } = withGradients((parameters) => {
      const all = { ...parameters, ...Object.fromEntries(idle) };
      const { terms, statistics } = lossOf(
        { parameters: all, statistics: state.statistics },
        { global, local, plainWeight: plan.plainWeight },
        settings,
      );
      const losses = tf.stack(lossNames.map((name) => terms[name]));
      return { scalar: terms.total, others: { statistics, losses } };
    }, trained);
    const { parameters, momentum } = sgdStep(
      { parameters: trained, momentum: state.momentum },
      gradients,
      { ...settings, learningRate: plan.learningRate },
    );
    const ofIdle = Object.fromEntries(idle.map(([name]) => [name, state.momentum[name]]));
    return {
      state: {
        parameters: { ...parameters, ...Object.fromEntries(idle) },
        momentum: { ...momentum, ...ofIdle },
        statistics: others.statistics,
      },
      losses: others.losses,
    };
  };
}

function mixedViews(
  plan: StepInputs,
  settings: StepSettings,
): { readonly global: MixedView; readonly local: MixedView } {
  const { network, bank, labels, classWeights, channels } = settings;
  const [rows, crops, flips] = [plan.rows, plan.crops, plan.flips].map((t) => tf.split(t, 2));
  // Apart, so that each view's images are prepared on a core of their own.
  const [view1, view2] = [0, 1].map((view) => {
    const choice = { rows: rows[view], crops: crops[view], flips: flips[view] };
    return tf.split(normalise(cropViews(bank, choice, settings), channels), 2);
  });
  const classes = gatherIntegers(labels, rows[0]);
  const [firstLabels, secondLabels] = tf.split(
    tf.oneHot(classes as tf.Tensor1D, network.classes, 1, 0, "float32"),
    2,
  );
  return glmcMixture({
    firstView1: view1[0],
    secondView1: view1[1],
    firstView2: view2[0],
    secondView2: view2[1],
    firstLabels,
    secondLabels,
    mixWeight: plan.mixWeight,
    box: plan.box,
    classWeights,
  }, settings);
}

function lossOf(
  { parameters, statistics }: Pick<TrainState, "parameters" | "statistics">,
  { global, local, plainWeight }: {
    readonly global: MixedView;
    readonly local: MixedView;
    readonly plainWeight: Tensor;
  },
  settings: StepSettings,
): { readonly terms: LossTerms; readonly statistics: Record<string, Tensor> } {
  const { network, classifiers } = settings;
  const ofGlobal = network.apply({ parameters, statistics }, global.images, "train");
  // The second pass continues the running statistics of the first, as two calls of the official model.
  const ofLocal = network.apply(
    { parameters, statistics: ofGlobal.statistics },
    local.images,
    "train",
  );
  const outputs = (pass: typeof ofGlobal, view: MixedView): ViewOutputs => ({
    ...pass.outputs,
    ...view,
    logits: classifiers === "one" ? pass.outputs.rebalancedLogits : pass.outputs.logits,
  });
  const terms = glmcLoss(outputs(ofGlobal, global), outputs(ofLocal, local), {
    ...settings,
    plainWeight,
  });
  return { terms, statistics: ofLocal.statistics };
}
