/**
 * Which epoch of a run is its best.
 *
 * @module
 */

import type { EpochRecord } from "../train/events.ts";

/**
 * The epoch with the highest top-1 accuracy, the first of equals.
 *
 * @param history Finished epochs.
 * @returns Its record; `undefined` before any is done.
 * @example None
 * ```ts
 * import { bestRecord } from "glmc/experiment/best_record.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(bestRecord([]), undefined);
 * ```
 */
export function bestRecord(history: readonly EpochRecord[]): EpochRecord | undefined {
  return history.reduce<EpochRecord | undefined>(
    (best, record) =>
      best === undefined || record.evaluation.top1 > best.evaluation.top1 ? record : best,
    undefined,
  );
}
