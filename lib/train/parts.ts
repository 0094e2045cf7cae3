/**
 * The parts of a step that this process does: its share of the batch, cut further where a device holds no more.
 *
 * @module
 */

import type { StepPlan } from "../data/plan.ts";
import { exampleRanges, planPart } from "../data/plan_part.ts";
import type { Peers } from "../ops/collectives.ts";
import type { Stage } from "./stage.ts";

/** The plan of a part of a batch. */
export interface StepPart extends StepPlan {
  /** Its share of the examples of the batch; 0 where none was left for it. */
  readonly share: number;
  /** Number of parts that this process does of the batch. */
  readonly parts: number;
}

/**
 * Cuts a planned step into the parts that this process trains on.
 *
 * Every part has the examples of one range, with the views, cuts and draws that they have in the whole batch. The
 * parts are as many as keep each within an N-th of a full batch, and of nearly equal size: the smaller last batch of
 * an epoch has fewer of them. A process for which no example is left does the first one, with a share of 0.
 *
 * @param plan The step.
 * @param stage Its method, the size of a batch, and the parts N of it.
 * @param peers This process and how many there are; it alone by default.
 * @returns The parts in order; the plan itself where there is nothing to cut.
 * @throws {RangeError} If the method does not say which of its draws belong to which example.
 * @example Seven images in batches of eight, of four parts
 * ```ts
 * import { crossEntropyMethod as method } from "glmc";
 * import { partsOf } from "glmc/train/parts.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const rows = Int32Array.of(10, 11, 12, 13, 14, 15, 16);
 * const plan = { count: 7, rows, cuts: {}, draws: {} };
 * const parts = partsOf(plan, { method, batchSize: 8, accumulate: 4 });
 *
 * assertEquals(parts.map(({ rows }) => [...rows]), [[10, 11], [12, 13], [14, 15], [16]]);
 * assertEquals(parts.map(({ share }) => share), [2 / 7, 2 / 7, 2 / 7, 1 / 7]);
 * ```
 */
export function partsOf(
  plan: StepPlan,
  { method, batchSize, accumulate = 1 }: Pick<Stage, "method" | "batchSize" | "accumulate">,
  { rank, count: processes }: Pick<Peers, "rank" | "count"> = { rank: 0, count: 1 },
): StepPart[] {
  if (accumulate === 1 && processes === 1) return [{ ...plan, share: 1, parts: 1 }];
  const { begin, end } = exampleRanges(plan.count, processes)[rank]!;
  if (begin === end) {
    return [{ ...planPart(plan, { begin: 0, end: 1 }, method), share: 0, parts: 1 }];
  }
  const parts = accumulate === 1 ? 1 : Math.ceil((end - begin) / Math.ceil(batchSize / accumulate));
  return exampleRanges(end - begin, parts).map((range) => ({
    ...planPart(plan, { begin: begin + range.begin, end: begin + range.end }, method),
    share: (range.end - range.begin) / plan.count,
    parts,
  }));
}
