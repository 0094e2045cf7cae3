/**
 * Suggestions for mistyped words.
 *
 * @module
 */

/**
 * The candidate that is most like a mistyped word.
 *
 * @param word What was typed.
 * @param candidates What may have been meant.
 * @returns The nearest one; `undefined` when none is close.
 * @example Typing errors and beginnings of words
 * ```ts
 * import { nearest } from "glmc/cli/nearest.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(nearest("trian", ["setup", "train", "evaluate"]), "train");
 * assertEquals(nearest("eval", ["setup", "train", "evaluate"]), "evaluate");
 * assertEquals(nearest("dance", ["setup", "train", "evaluate"]), undefined);
 * ```
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const typed = word.toLowerCase();
  let best: { candidate: string; distance: number } | undefined;
  for (const candidate of candidates) {
    const full = candidate.toLowerCase();
    const isBeginning = typed.length > 2 && full.startsWith(typed);
    const distance = isBeginning ? 1 : editDistance(typed, full);
    if (!best || distance < best.distance) best = { candidate, distance };
  }
  return best && best.distance <= Math.max(1, word.length / 3) ? best.candidate : undefined;
}

/** Letters to add, drop, replace or swap with a neighbour to turn one word into the other. */
function editDistance(from: string, to: string): number {
  const rows: number[][] = [];
  // No way leads through a place outside of the table.
  const at = (row: number, column: number): number => rows[row]?.[column] ?? Infinity;
  for (let i = 0; i <= from.length; i++) {
    const row = i === 0 ? [0] : [];
    rows.push(row);
    for (let j = row.length; j <= to.length; j++) {
      const cost = from[i - 1] === to[j - 1] ? 0 : 1;
      const swapped = from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      row.push(Math.min(
        at(i - 1, j) + 1,
        at(i, j - 1) + 1,
        at(i - 1, j - 1) + cost,
        swapped ? at(i - 2, j - 2) + 1 : Infinity,
      ));
    }
  }
  return at(from.length, to.length);
}
