/**
 * The decision of a classifier: the class of its largest output.
 *
 * @module
 */

/**
 * Position of the highest number, the first one of equals.
 *
 * @param row Numbers, at least one; `Math.max` of very many would overflow the stack.
 * @returns Its position, or 0 if none is above minus infinity.
 * @example The second
 * ```ts
 * import { argmax } from "glmc/evaluate/argmax.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(argmax(Float32Array.of(1, 3, 3)), 1);
 * ```
 */
export function argmax(row: Float32Array): number {
  let [highest, position] = [-Infinity, 0];
  row.forEach((value, i) => {
    if (value > highest) [highest, position] = [value, i];
  });
  return position;
}
