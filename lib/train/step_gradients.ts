/**
 * The first half of a training step: views, the method's loss, and its gradients.
 *
 * @module
 */

import type { NetworkOutputs, Variables } from "../model/network.ts";
import { gatherIntegers } from "../ops/gather.ts";
import { withGradients } from "../tensor/gradients.ts";
import { type Tensor, tf } from "../tensor/tfjs.ts";
import type { StepInputs, StepSettings } from "./step.ts";
import type { SharedStep } from "./together.ts";
import { divided } from "./trained.ts";

/** What a batch, or a part of one, says about the weights. */
export type StepGradients = {
  /** Gradients of the method's first term, under the names of the trained parameters. */
  readonly gradients: Record<string, Tensor>;
  /** Running statistics after the passes. */
  readonly statistics: Record<string, Tensor>;
  /** The method's terms in their order `[terms]`. */
  readonly losses: Tensor;
};

/** Variables to differentiate at, and a plan whose views are made. */
export interface GradientInputs {
  /** All parameters, and running statistics before the passes. */
  readonly variables: Variables;
  /** Views of the plan, a tensor `[n, H, W, C]` for each group. */
  readonly views: readonly Tensor[];
  /** The plan. */
  readonly plan: StepInputs;
  /** How this process's part belongs to the whole; `undefined` if it is the whole. */
  readonly shared?: Pick<SharedStep, "share" | "whole"> | undefined;
}

/**
 * The views of a plan.
 *
 * @param plan Rows, and what the source prepared for them.
 * @param settings Stage and source.
 * @returns A tensor `[n, H, W, C]` for each group, normalised; the caller owns them.
 */
export function viewsOf(
  { rows, prepared }: Pick<StepInputs, "rows" | "prepared">,
  { stage, source }: Pick<StepSettings, "stage" | "source">,
): Tensor[] {
  return source.views({ rows, prepared, groups: stage.method.groups });
}

/**
 * Differentiates the method's loss, or a part's share of it, by the parameters that the stage trains.
 *
 * @param inputs Variables, views and plan.
 * @param settings Stage, network and data.
 * @returns Gradients, running statistics and terms; the caller owns them.
 * @throws {TypeError} If the method's loss leaves one of its terms out.
 */
export function stepGradients(
  { variables: { parameters, statistics: before }, views, plan, shared }: GradientInputs,
  settings: Omit<StepSettings, "source">,
): StepGradients {
  const { method } = settings.stage;
  const { trained, idle } = divided(parameters, settings);
  const { gradients, others } = withGradients((trained) => {
    const variables = { parameters: { ...trained, ...idle }, statistics: before };
    const { terms, statistics } = lossOf(variables, { views, plan, shared }, settings);
    const ordered = method.terms.map((name) => termOf(terms, name, method.name));
    const [total] = ordered as [Tensor, ...Tensor[]];
    const scalar = shared ? tf.mul(total, shared.share) : total;
    return { scalar, others: { statistics, losses: tf.stack(ordered) } };
  }, trained);
  return { gradients, ...others };
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
  { views, plan, shared }: Omit<GradientInputs, "variables">,
  { stage, network, labels, constants }: Omit<StepSettings, "source">,
): {
  readonly terms: Readonly<Record<string, Tensor>>;
  readonly statistics: Record<string, Tensor>;
} {
  let statistics = before;
  const mode = stage.statistics === "kept" ? "evaluate" : "train";
  const run = (images: Tensor): NetworkOutputs => {
    const pass = network.apply({ parameters, statistics }, images, mode, shared?.whole);
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
