/**
 * Which parameters a stage trains.
 *
 * @module
 */

import type { HeadName, Network } from "../model/network.ts";
import type { Tensor } from "../tensor/tfjs.ts";
import type { Stage } from "./stage.ts";

const classifiers: readonly HeadName[] = ["logits", "rebalancedLogits", "cosine"];

/** A stage and its network. */
export interface TrainedOptions {
  /** The stage. */
  readonly stage: Pick<Stage, "method" | "options" | "trains">;
  /** Its network. */
  readonly network: Pick<Network, "heads" | "headParameters">;
}

/**
 * Whether a stage trains a parameter: all that its method uses, its classifiers, or their scales. Heads of
 * other stages wait.
 *
 * @param name Official name, such as `fc_cb.weight`.
 * @param training Stage and network.
 * @returns Whether steps change it.
 * @example The classifier alone
 * ```ts
 * import { createNetwork, crossEntropyMethod } from "glmc";
 * import { isTrained } from "glmc/train/trained.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const network = createNetwork("resnet32", { classes: 10 });
 * const stage = { method: crossEntropyMethod, options: {}, trains: "classifier" } as const;
 *
 * assertEquals(isTrained("fc.weight", { stage, network }), true);
 * assertEquals(isTrained("conv1.weight", { stage, network }), false);
 * ```
 */
export function isTrained(
  name: string,
  { stage, network }: TrainedOptions,
): boolean {
  const { method, options, trains } = stage;
  const others = network.heads.filter((head) => !method.heads.includes(head));
  const idle = [...others, ...method.idleHeads?.(options) ?? []];
  const belongsTo = (heads: readonly HeadName[]): boolean =>
    heads.some((head) => network.headParameters(head).includes(name));
  if (belongsTo(idle)) return false;
  // Scales belong to a stage of their own: until then they are 1.
  if (name.endsWith(".scale") !== (trains === "scales")) return false;
  return trains === "all" ||
    belongsTo(method.heads.filter((head) => classifiers.includes(head)));
}

/**
 * Divides tensors into those of trained parameters and the others.
 *
 * @param tensors Tensors under the names of parameters.
 * @param options Stage and network.
 * @returns The same tensors, in the same order.
 */
export function divided(
  tensors: Readonly<Record<string, Tensor>>,
  options: TrainedOptions,
): { readonly trained: Record<string, Tensor>; readonly idle: Record<string, Tensor> } {
  const trained: Record<string, Tensor> = {};
  const idle: Record<string, Tensor> = {};
  for (const [name, tensor] of Object.entries(tensors)) {
    (isTrained(name, options) ? trained : idle)[name] = tensor;
  }
  return { trained, idle };
}
