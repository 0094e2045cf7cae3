/**
 * JSON of values that hold typed arrays.
 *
 * @module
 */

/**
 * Writes a value as JSON with typed arrays as lists, where `JSON.stringify` makes objects of them.
 *
 * @param value What `JSON.stringify` takes, and typed arrays.
 * @param indent Spaces a level; one line if not given.
 * @example A typed array within an object
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { jsonText } from "glmc/data/json_text.ts";
 *
 * assertEquals(jsonText({ counts: Int32Array.of(5, 3) }), '{"counts":[5,3]}');
 * ```
 */
export function jsonText(value: unknown, indent?: number): string {
  const listed = (_: string, part: unknown): unknown =>
    ArrayBuffer.isView(part) ? Array.from(part as Float64Array) : part;
  return JSON.stringify(value, listed, indent);
}
