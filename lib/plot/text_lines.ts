/**
 * Long names in several lines, as plotly breaks them.
 *
 * @module
 */

/**
 * Breaks a text between words.
 *
 * @param text The text.
 * @param letters Letters of a line at most; a longer word stays whole.
 * @returns The text, with `<br>` between its lines.
 * @example Two lines
 * ```ts
 * import { inLines } from "glmc/plot/text_lines.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(inLines("consistencyWeight 1, epochs 48", 20), "consistencyWeight 1,<br>epochs 48");
 * ```
 */
export function inLines(text: string, letters: number): string {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= letters) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines.join("<br>");
}

/**
 * Lines of a text that {@linkcode inLines} has broken.
 *
 * @param text The text.
 * @returns How many.
 * @example One
 * ```ts
 * import { lineCount } from "glmc/plot/text_lines.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(lineCount("GLMC"), 1);
 * ```
 */
export function lineCount(text: string): number {
  return text.split("<br>").length;
}
