/**
 * What a stage takes along from its beginning besides weights, velocities and statistics.
 *
 * @module
 */

import { limitNorms, normLimit } from "../model/classifier_norm.ts";
import { testedHeads } from "../method/tested_heads.ts";
import type { Network, Variables } from "../model/network.ts";
import type { Shapes } from "../model/shapes.ts";
import { mapTensors } from "../tensor/named_tensors.ts";
import { type Tensor, tf } from "../tensor/tfjs.ts";
import type { Stage } from "./stage.ts";

/** A stage and its network. */
export interface CarryOptions {
  /** The stage. */
  readonly stage: Pick<Stage, "method" | "options" | "maxNorm" | "averageDecay">;
  /** Its network. */
  readonly network: Pick<Network, "headParameters" | "parameterShapes" | "statisticShapes">;
}

const limitPrefix = "max_norm.";
const averagePrefix = "average.";

/** Official name of the weight of the classifier that is tested. */
function testedWeight({ stage, network }: CarryOptions): string {
  return network.headParameters(testedHeads(stage)[0])[0]!;
}

/**
 * Names and shapes of what a stage carries.
 *
 * @param options Stage and network.
 * @returns Shapes by name: the limit of MaxNorm `[]` and moving averages of all variables, as far as the
 * stage has them.
 * @example A stage without a limit carries nothing
 * ```ts
 * import { createNetwork, crossEntropyMethod } from "glmc";
 * import { carriedShapes } from "glmc/train/carried.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const network = createNetwork("resnet32", { classes: 10 });
 * const maxNorm = { share: 0.1, every: "step" } as const;
 *
 * assertEquals(carriedShapes({ stage: { method: crossEntropyMethod, options: {} }, network }), {});
 * assertEquals(carriedShapes({ stage: { method: crossEntropyMethod, options: {}, maxNorm }, network }), {
 *   "max_norm.fc.weight": [],
 * });
 * ```
 */
export function carriedShapes(options: CarryOptions): Shapes {
  const { stage: { maxNorm, averageDecay = 0 }, network } = options;
  const averaged = { ...network.parameterShapes, ...network.statisticShapes };
  return {
    ...(maxNorm && { [limitPrefix + testedWeight(options)]: [] }),
    ...(averageDecay > 0 && prefixed(averaged)),
  };
}

/**
 * What a stage carries from its beginning on.
 *
 * @param variables Weights and statistics at the beginning; not changed.
 * @param options Stage and network.
 * @returns Tensors of {@linkcode carriedShapes}; the caller owns them.
 */
export function initialCarried(
  { parameters, statistics }: Variables,
  options: CarryOptions,
): Record<string, Tensor> {
  const { maxNorm, averageDecay = 0 } = options.stage;
  const name = testedWeight(options);
  const copied = (): Variables =>
    mapTensors({ parameters, statistics }, (tensor) => tf.clone(tensor));
  return {
    ...(maxNorm && { [limitPrefix + name]: normLimit(parameters[name]!, maxNorm.share) }),
    ...(averageDecay > 0 && averageTensors(copied())),
  };
}

/**
 * What a stage carries after a step: averages move on, a ← d a + (1 − d) w, limits stay.
 *
 * @param carried Before the step; not changed.
 * @param variables Weights and statistics after the step.
 * @param decay Share of the former average d.
 * @returns New tensors; the caller owns them.
 */
export function nextCarried(
  carried: Readonly<Record<string, Tensor>>,
  { parameters, statistics }: Variables,
  decay: number,
): Record<string, Tensor> {
  const now: Record<string, Tensor> = { ...parameters, ...statistics };
  const moved = Object.entries(carried).map(([key, before]) => {
    if (!key.startsWith(averagePrefix)) return [key, tf.clone(before)];
    const share = tf.mul(now[key.slice(averagePrefix.length)]!, tf.scalar(1 - decay));
    return [key, tf.add(tf.mul(before, tf.scalar(decay)), share)];
  });
  return Object.fromEntries(moved);
}

/**
 * The moving averages that a stage carries, as variables of its network.
 *
 * @param carried What the stage carries.
 * @returns The same tensors under their official names; `undefined` if it carries none.
 * @example None
 * ```ts
 * import { averagesIn } from "glmc/train/carried.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(averagesIn({}), undefined);
 * ```
 */
export function averagesIn(carried: Readonly<Record<string, Tensor>>): Variables | undefined {
  const variables: Variables = { parameters: {}, statistics: {} };
  for (const [key, tensor] of Object.entries(carried)) {
    if (!key.startsWith(averagePrefix)) continue;
    const name = key.slice(averagePrefix.length);
    const group = /\.running_(mean|var)$/.test(name) ? "statistics" : "parameters";
    variables[group][name] = tensor;
  }
  return Object.keys(variables.parameters).length === 0 ? undefined : variables;
}

/**
 * Variables as the moving averages that a stage carries; the inverse of {@linkcode averagesIn}.
 *
 * @param variables Weights and statistics.
 * @returns The same tensors under the names of averages.
 * @example There and back
 * ```ts
 * import { averagesIn, averageTensors } from "glmc/train/carried.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(averagesIn(averageTensors({ parameters: {}, statistics: {} })), undefined);
 * ```
 */
export function averageTensors({ parameters, statistics }: Variables): Record<string, Tensor> {
  return prefixed({ ...parameters, ...statistics });
}

function prefixed<Value>(values: Readonly<Record<string, Value>>): Record<string, Value> {
  const entries = Object.entries(values);
  return Object.fromEntries(entries.map(([name, value]) => [averagePrefix + name, value]));
}

/**
 * Shortens the rows of the tested classifier to the limit that the stage carries.
 *
 * @param parameters Weights; not changed.
 * @param carried What the stage carries.
 * @returns The weights, with a new tensor for each that has a limit.
 */
export function projected(
  parameters: Readonly<Record<string, Tensor>>,
  carried: Readonly<Record<string, Tensor>>,
): Record<string, Tensor> {
  const limits = Object.entries(carried).filter(([key]) => key.startsWith(limitPrefix));
  const shortened = limits.map(([key, limit]) => {
    const name = key.slice(limitPrefix.length);
    return [name, limitNorms(parameters[name]!, limit)];
  });
  return { ...parameters, ...Object.fromEntries(shortened) };
}
