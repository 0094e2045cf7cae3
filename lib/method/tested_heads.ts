/**
 * What tests of a method look at: heads of the network, and the scale of their outputs.
 *
 * @module
 */

import type { Settings } from "../settings/field.ts";
import type { Method, TestedHeads } from "./method.ts";

/**
 * The heads that are tested, by the settings of a method.
 *
 * @param stage A method and its settings.
 * @returns The heads; of several the mean of their probabilities is tested.
 * @example Both classifiers of GLMC
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { defaultConfig, methods } from "glmc";
 * import { testedHeads } from "glmc/method/tested_heads.ts";
 *
 * const [method] = methods;
 * const { options } = defaultConfig.stages[0];
 *
 * assertEquals(testedHeads({ method: method!, options }), ["rebalancedLogits"]);
 * assertEquals(testedHeads({ method: method!, options: { ...options, testedClassifier: "mean" } }), [
 *   "logits",
 *   "rebalancedLogits",
 * ]);
 * ```
 */
export function testedHeads({ method, options }: {
  readonly method: Pick<Method, "testedHead" | "testedHeads">;
  readonly options: Settings;
}): TestedHeads {
  return method.testedHeads?.(options) ?? [method.testedHead];
}

/** What a predictor shows of a network. */
export interface TestedOutputs {
  /** The heads; of several the mean of their probabilities. */
  readonly head: TestedHeads;
  /** What their outputs are multiplied by to be logits. */
  readonly scale: number;
}

/**
 * The outputs that are tested, by the settings of a method, as `createPredictor` takes them.
 *
 * @param stage A method and its settings.
 * @returns Heads, and the scale that makes logits of what they give.
 * @example LDAM is trained on 30 times its cosines, which alone would be too alike to be probabilities
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { configuredStages } from "glmc/experiment/configured.ts";
 * import { configure } from "glmc";
 * import { testedOutputs } from "glmc/method/tested_heads.ts";
 *
 * const [stage] = configuredStages(configure({ method: "ldam" }));
 *
 * assertEquals(testedOutputs(stage!), { head: ["cosine"], scale: 30 });
 * ```
 */
export function testedOutputs({ method, options }: {
  readonly method: Pick<Method, "testedHead" | "testedHeads" | "testedScale">;
  readonly options: Settings;
}): TestedOutputs {
  return { head: testedHeads({ method, options }), scale: method.testedScale?.(options) ?? 1 };
}
