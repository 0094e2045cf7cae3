/**
 * The plan of an epoch: every random choice of every training step, drawn on the host.
 *
 * @module
 */

import type { StepPlan } from "../data/plan.ts";
import { randomStream } from "../data/random.ts";
import type { ImageSource } from "../images/source.ts";
import type { Method } from "../method/method.ts";
import { type Stage, stageAt } from "./stage.ts";

/** Settings of {@linkcode planEpoch}. */
export interface PlanEpochOptions {
  /** Stages of the training. */
  readonly stages: readonly Stage[];
  /** Epoch, from 0, counted over all stages. */
  readonly epoch: number;
  /** Seed of the training. */
  readonly seed: number;
  /** Images of each class of the split N `[classes]`; its rows are grouped by class. */
  readonly counts: readonly number[];
  /** Where the images come from: it draws how they are cut. */
  readonly source: Pick<ImageSource, "draw" | "height" | "width">;
}

/**
 * Plans every step of an epoch: which images, how they are cut, what else the method draws.
 *
 * The plan depends on the arguments alone, so a continued training sees the same steps.
 *
 * @param options Stages, epoch, seed, split and source.
 * @returns The steps of the epoch.
 * @throws {RangeError} If no stage has the epoch, or a setting is out of range.
 * @example Five images in batches of two
 * ```ts
 * import { crossEntropyMethod, drawCrops, planEpoch } from "glmc";
 * import { assertEquals } from "@std/assert";
 *
 * const stage = {
 *   name: "train",
 *   method: crossEntropyMethod,
 *   options: {},
 *   trains: "all",
 *   statistics: "updated",
 *   epochs: 1,
 *   batchSize: 2,
 *   learningRate: 0.1,
 * } as const;
 * const source = { height: 32, width: 32, draw: drawCrops };
 * const steps = planEpoch({ stages: [stage], epoch: 0, seed: 42, counts: [3, 2], source });
 *
 * assertEquals(steps.map(({ count }) => count), [2, 2, 1]);
 * ```
 */
export function planEpoch(options: PlanEpochOptions): StepPlan[] {
  const { stages, epoch, seed, counts, source } = options;
  const { stage, first } = stageAt(stages, epoch);
  const stream = (name: string) => randomStream(seed, name, epoch);
  const augment = stream("augment");
  const planned = stage.method.plan({
    options: stage.options,
    counts,
    batchSize: stage.batchSize,
    height: source.height,
    width: source.width,
    epoch: epoch - first,
    epochs: stage.epochs,
    stream,
  });
  return planned.map(({ count, rows: groups, draws }) => {
    const rows = joined(groups, stage.method);
    return { count, rows, cuts: source.draw(augment, rows.length), draws };
  });
}

/** Group after group. */
function joined(groups: readonly Int32Array[], { name, groups: wanted }: Method): Int32Array {
  const lengths = new Set(groups.map(({ length }) => length));
  if (groups.length !== wanted || lengths.size > 1) {
    throw new RangeError(
      `Cannot plan a step of method ${name}: it drew groups of ${
        groups.map(({ length }) => length).join(", ")
      } rows: draw ${wanted} of equal length`,
    );
  }
  const rows = new Int32Array(groups.reduce((sum, { length }) => sum + length, 0));
  groups.forEach((group, i) => rows.set(group, i * group.length));
  return rows;
}
