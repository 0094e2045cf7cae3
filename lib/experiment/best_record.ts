/**
 * Which epoch of a run is its best.
 *
 * @module
 */

import type { EpochRecord } from "../train/events.ts";

/**
 * The epoch with the highest accuracy, the first of equals: the mean over the classes of the validation
 * images where some are held out of training, else top-1 on the test set.
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
    (best, record) => best === undefined || deciding(record) > deciding(best) ? record : best,
    undefined,
  );
}

function deciding({ validation, evaluation }: EpochRecord): number {
  return validation?.balanced ?? evaluation.top1;
}
