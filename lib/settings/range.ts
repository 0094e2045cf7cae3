/**
 * Ranges of numbers in few words.
 *
 * @module
 */

/** Bounds of a range. */
export interface Bounds {
  /** Smallest number; 0 by default. */
  readonly least?: number;
  /** Largest number; none by default. */
  readonly most?: number;
  /** The numbers are greater than this, instead of at least `least`. */
  readonly above?: number;
  /** The numbers are less than this, instead of at most `most`. */
  readonly below?: number;
}

/**
 * A range as help texts show it; numbers from a thousand on are grouped.
 *
 * @param bounds Its bounds.
 * @returns A few words.
 * @example Closed, half open, and open
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { rangeText } from "glmc/settings/range.ts";
 *
 * assertEquals(rangeText({ least: 1, most: 1000000 }), "1 to 1,000,000");
 * assertEquals(rangeText({ above: 0, most: 1 }), "above 0, up to 1");
 * assertEquals(rangeText({ above: 0, below: 1 }), "above 0, below 1");
 * assertEquals(rangeText({ below: 1 }), "0 to below 1");
 * assertEquals(rangeText({}), "at least 0");
 * ```
 */
export function rangeText({ least = 0, most = Infinity, above, below }: Bounds): string {
  const text = (bound: number): string => bound.toLocaleString("en", { maximumFractionDigits: 20 });
  const end = below === undefined ? text(most) : `below ${text(below)}`;
  const isOpen = below === undefined && most === Infinity;
  if (above !== undefined) {
    const upTo = below === undefined ? `up to ${end}` : end;
    return `above ${text(above)}${isOpen ? "" : `, ${upTo}`}`;
  }
  return isOpen ? `at least ${text(least)}` : `${text(least)} to ${end}`;
}
