/**
 * Accuracy as a balanced test set would measure it.
 *
 * @module
 */

/**
 * The mean of the accuracies of the classes: on a balanced set it is the top-1 accuracy, and on a
 * long-tailed one each class counts as much as every other all the same.
 *
 * @param classAccuracy Accuracy of each class in percent; classes with null are left out.
 * @returns Percent.
 * @throws {RangeError} If no class has an accuracy.
 * @example The head does not outvote the tail
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { balancedAccuracy } from "glmc/evaluate/balanced.ts";
 *
 * assertEquals(balancedAccuracy([100, 50, null, 0]), 50);
 * ```
 */
export function balancedAccuracy(classAccuracy: readonly (number | null)[]): number {
  const known = classAccuracy.filter((accuracy) => accuracy !== null);
  if (known.length === 0) {
    throw new RangeError(
      "Cannot average over classes: none has an accuracy: evaluate at least one image",
    );
  }
  return known.reduce((sum, accuracy) => sum + accuracy, 0) / known.length;
}
