/**
 * Numbers of things in words, with one in the singular.
 *
 * @module
 */

/**
 * A number and what it counts: `1 epoch`, `2 epochs`.
 *
 * @param count How many; numbers from a thousand on are grouped.
 * @param thing What is counted, in the singular.
 * @param things The same in the plural; with an s by default.
 * @returns Both, with a blank between.
 * @example One and more
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { counted } from "glmc/settings/count.ts";
 *
 * assertEquals(counted(1, "epoch"), "1 epoch");
 * assertEquals(counted(1200, "class", "classes"), "1,200 classes");
 * ```
 */
export function counted(count: number, thing: string, things: string = `${thing}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? thing : things}`;
}
