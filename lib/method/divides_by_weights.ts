/**
 * Losses that are no means over the images of a batch.
 *
 * @module
 */

import type { Settings } from "../settings/field.ts";
import type { Method } from "./method.ts";

/** Has class weights of its own. */
const always = "class_balanced_by_weights";

/** Has those that are added inside, and is divided by the number of images. */
const never = "focal";

/**
 * Whether a method divides its loss by the class weights of a batch, so that the losses of parts of a batch have
 * another mean than that of the whole.
 *
 * @param method The method.
 * @param options Its settings.
 * @returns Whether it does.
 * @example With and without class weights
 * ```ts
 * import { crossEntropyMethod } from "glmc";
 * import { dividesByWeights } from "glmc/method/divides_by_weights.ts";
 * import { assert } from "@std/assert";
 *
 * assert(dividesByWeights(crossEntropyMethod, { classWeights: "always" }));
 * assert(!dividesByWeights(crossEntropyMethod, { classWeights: "none" }));
 * ```
 */
export function dividesByWeights({ parts }: Pick<Method, "parts">, options: Settings): boolean {
  if (parts?.loss === always) return true;
  return parts?.loss !== never && (options.classWeights ?? "none") !== "none";
}
