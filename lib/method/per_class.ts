/**
 * Numbers of each class on the device, such as weights and margins, which stay from step to step.
 *
 * @module
 */

import { type Tensor, tf } from "../tensor/tfjs.ts";

/**
 * Puts numbers of each class on the device, as the constants of a method.
 *
 * @param numbers Numbers `[C]` by name.
 * @returns Tensors `[C]` under the same names; the caller owns them.
 * @example Weights of two classes
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { startEngine } from "glmc";
 * import { perClass } from "glmc/method/per_class.ts";
 *
 * await startEngine({ device: "cpu" });
 * assertEquals([...perClass({ weights: [1, 3] }).weights!.dataSync()], [1, 3]);
 * ```
 */
export function perClass(
  numbers: Readonly<Record<string, readonly number[]>>,
): Record<string, Tensor> {
  const entries = Object.entries(numbers);
  return Object.fromEntries(entries.map(([name, values]) => [name, tf.tensor1d([...values])]));
}
