/**
 * Words that begin a line.
 *
 * @module
 */

/**
 * A text with a capital at its beginning.
 *
 * @param text Such as a word of the code.
 * @returns The text.
 * @example A unit as a title
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { capitalized } from "glmc/settings/capitalized.ts";
 *
 * assertEquals(capitalized("pairs"), "Pairs");
 * ```
 */
export function capitalized(text: string): string {
  return text.replace(/^./, (first) => first.toUpperCase());
}
