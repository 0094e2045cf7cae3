/**
 * What a training says of images that it skips: each of the first, then how many.
 *
 * @module
 */

/** So many are named. */
const mostNamed = 10;

/** Takes skipped images and says how many there were. */
export interface SkipReport {
  /** An image is skipped; the line says which and why. */
  readonly onSkip: (line: string) => void;
  /** Says how many there were since the last time, if any. */
  readonly tellCount: () => void;
}

/**
 * Begins to report.
 *
 * @param tell Takes a line.
 * @returns The report.
 * @example Twelve images
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { skipReport } from "glmc/experiment/skip_report.ts";
 *
 * const lines: string[] = [];
 * const { onSkip, tellCount } = skipReport((line) => lines.push(line));
 * for (let image = 0; image < 12; image++) onSkip(`image ${image} is damaged`);
 * tellCount();
 *
 * assertEquals(lines.length, 12);
 * assertEquals(lines.at(-2), "Further images that are skipped are counted only");
 * assertEquals(lines.at(-1), "12 images are skipped until now, others of their class take their place");
 * ```
 */
export function skipReport(tell: (line: string) => void): SkipReport {
  let [count, told] = [0, 0];
  return {
    onSkip(line) {
      count++;
      if (count <= mostNamed) tell(line);
      else if (count === mostNamed + 1) tell("Further images that are skipped are counted only");
    },
    tellCount() {
      if (count === told) return;
      told = count;
      tell(
        `${
          count === 1 ? "1 image is" : `${count} images are`
        } skipped until now, others of their class ` +
          "take their place",
      );
    },
  };
}
