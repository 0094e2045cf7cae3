/**
 * Suggestions for mistyped words.
 *
 * @module
 */

/**
 * The candidate that is most like a mistyped word; `undefined` when none is close.
 *
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
  const rows = [Array.from({ length: to.length + 1 }, (_, column) => column)];
  for (let i = 1; i <= from.length; i++) {
    rows.push([i]);
    for (let j = 1; j <= to.length; j++) {
      const cost = from[i - 1] === to[j - 1] ? 0 : 1;
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      rows[i][j] = Math.min(
        rows[i - 1][j] + 1,
        rows[i][j - 1] + 1,
        rows[i - 1][j - 1] + cost,
        swapped ? rows[i - 2][j - 2] + 1 : Infinity,
      );
    }
  }
  return rows[from.length][to.length];
}
