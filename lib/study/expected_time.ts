/**
 * How long runs will take, by runs that were alike.
 *
 * @module
 */

import { canonicalJson } from "../experiment/config_name.ts";
import type { RunConfig } from "../experiment/config.ts";
import type { RunResult } from "./result.ts";

/**
 * What decides how long an epoch of a run takes: two runs of one shape differ in seeds, rates and weights only.
 *
 * @param config The configuration.
 * @returns A text that is the same for all runs of a shape.
 * @example Another rate
 * ```ts
 * import { assertEquals, assertNotEquals } from "@std/assert";
 * import { configure } from "glmc/experiment/config.ts";
 * import { shapeOf } from "glmc/study/expected_time.ts";
 *
 * assertEquals(shapeOf(configure({ learningRate: 1, epochs: 9 })), shapeOf(configure()));
 * assertNotEquals(shapeOf(configure({ width: 4 })), shapeOf(configure()));
 * ```
 */
export function shapeOf({ data, network, stages }: RunConfig): string {
  const { dataset, imbalanceRate, profile, largestClass, splitFile, validation } = data;
  const { imageSize, trainListHash } = data;
  return canonicalJson({
    data: {
      ...{ dataset, imbalanceRate, profile, largestClass, splitFile, validation },
      ...(imageSize !== null && { imageSize, trainListHash }),
    },
    network,
    stages: stages.map((
      { method, batchSize, accumulate, trains, samRadius, averageDecay, evaluateEvery, epochs },
    ) => ({
      method,
      batchSize,
      accumulate,
      trains,
      evaluateEvery,
      isSharp: samRadius > 0,
      hasAverages: averageDecay > 0,
      // Where there is one stage, all its epochs are alike.
      ...(stages.length > 1 && { epochs }),
    })),
  });
}

/**
 * Seconds of an epoch, evaluation included, by the runs of this machine, for each shape.
 *
 * @param results Results; those that were made elsewhere say nothing of this machine.
 * @returns The median of each shape.
 * @example Nothing is known
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { epochSecondsByShape } from "glmc/study/expected_time.ts";
 *
 * assertEquals(epochSecondsByShape([]).size, 0);
 * ```
 */
export function epochSecondsByShape(results: readonly RunResult[]): Map<string, number> {
  const measured = results.filter(({ folder, epochs }) => folder !== null && epochs > 0);
  const byShape = Map.groupBy(measured, ({ config }) => shapeOf(config));
  return new Map(
    [...byShape].map(([shape, runs]) => {
      const sorted = runs.map(({ seconds, epochs }) => seconds / epochs).sort((a, b) => a - b);
      return [shape, sorted[Math.floor((sorted.length - 1) / 2)]!];
    }),
  );
}
