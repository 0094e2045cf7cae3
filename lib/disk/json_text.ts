/**
 * The text of JSON files as people and disks leave it.
 *
 * @module
 */

/**
 * Text from the bytes of a file, without a byte order mark.
 *
 * @param bytes The bytes.
 * @returns The text.
 * @throws {TypeError} If they are not UTF-8; says what they are where that can be told.
 * @example A mark that Windows puts before a text
 * ```ts
 * import { decodeText } from "glmc/disk/json_text.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(decodeText(Uint8Array.of(0xef, 0xbb, 0xbf, 0x7b, 0x7d)), "{}");
 * ```
 */
export function decodeText(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe || first === 0xfe && second === 0xff) {
    throw new TypeError("its text is UTF-16: save it as UTF-8");
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new TypeError("it is damaged, its text is not UTF-8");
  }
}

/** What is wrong with a text, and what mends it where that is known. */
export interface JsonProblem {
  /** What is wrong, as it stands in messages after the file. */
  readonly what: string;
  /** What to do. */
  readonly next?: string;
}

/**
 * Why a text is no JSON: hands and disks leave different marks.
 *
 * @param text The text.
 * @param error What `JSON.parse` has thrown.
 * @returns What is wrong, and what mends it.
 * @example A comma too many
 * ```ts
 * import { whyNotJson } from "glmc/disk/json_text.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(whyNotJson('{"a": 1,}', new SyntaxError()), {
 *   what: "there is a comma too many at the end of line 1",
 *   next: "take it out",
 * });
 * ```
 */
export function whyNotJson(text: string, error: unknown): JsonProblem {
  if (text.trim() === "") return { what: "it is empty" };
  const comma = commaTooMany(text);
  if (comma !== undefined) {
    const line = lineAt(text, comma);
    return { what: `there is a comma too many at the end of line ${line}`, next: "take it out" };
  }
  const message = error instanceof Error ? error.message : "";
  const [, position] = /at position (\d+)/.exec(message) ?? [];
  const isShort = /^Unterminated|end of JSON/.test(message) ||
    Number(position) >= text.trimEnd().length;
  if (isShort) return { what: "it is damaged, its text ends too early" };
  // The place is not told of short texts.
  const where = position === undefined ? "" : ` in line ${lineAt(text, Number(position))}`;
  return { what: `it is damaged, its text is not JSON${where}` };
}

/** Where a comma stands before a closing bracket, if that is all that is wrong with a text. */
function commaTooMany(text: string): number | undefined {
  let place: number | undefined;
  const without = text.replace(/"(?:[^"\\]|\\.)*"|,(?=\s*[}\]])/g, (part, at: number) => {
    if (part !== ",") return part;
    place ??= at;
    return "";
  });
  try {
    JSON.parse(without);
    return place;
  } catch {
    return undefined;
  }
}

function lineAt(text: string, position: number): number {
  return text.slice(0, position).split("\n").length;
}
