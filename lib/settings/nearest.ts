/**
 * Suggestions for mistyped words.
 *
 * @module
 */

/**
 * The candidate that is most like a mistyped word.
 *
 * @param word What was typed.
 * @param candidates The words there are.
 * @returns The candidate; `undefined` when none is close.
 * @example Typing errors and beginnings of words
 * ```ts
 * import { nearest } from "glmc/settings/nearest.ts";
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
  // Rows of the table of distances: the one before the last, the last, and the one being filled.
  let [earlier, last]: [number[], number[]] = [
    [],
    Array.from({ length: to.length + 1 }, (_, j) => j),
  ];
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const isSame = from[i - 1] === to[j - 1];
      const isSwapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      row.push(Math.min(
        last[j]! + 1,
        row[j - 1]! + 1,
        last[j - 1]! + (isSame ? 0 : 1),
        isSwapped ? earlier[j - 2]! + 1 : Infinity,
      ));
    }
    [earlier, last] = [last, row];
  }
  return last.at(-1)!;
}
