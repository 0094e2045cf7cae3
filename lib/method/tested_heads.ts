/**
 * The heads of a network that tests of a method look at.
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
