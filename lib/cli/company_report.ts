/**
 * What a training on several devices says of itself, and of what is other than on one.
 *
 * @module
 */

import type { RunConfig } from "../experiment/config.ts";
import { dividesByWeights } from "../method/divides_by_weights.ts";
import type { Peers } from "../ops/collectives.ts";
import type { Stage } from "../train/stage.ts";

/** What decides how several devices differ from one. */
export interface CompanyFacts {
  /** The processes. */
  readonly peers: Pick<Peers, "count" | "transport">;
  /** The stages of the training. */
  readonly stages: readonly Pick<Stage, "batchSize" | "method" | "options">[];
  /** The network's settings. */
  readonly network: Pick<RunConfig["network"], "syncBatchNorm">;
}

/**
 * How a training is shared out.
 *
 * @param facts Processes, stages and network.
 * @returns A line.
 * @example Two processes
 * ```ts
 * import { companyText } from "glmc/cli/company_report.ts";
 * import { crossEntropyMethod } from "glmc";
 * import { assertEquals } from "@std/assert";
 *
 * const stages = [{ batchSize: 64, method: crossEntropyMethod, options: {} }];
 * const text = companyText({
 *   peers: { count: 2, transport: "ring" },
 *   stages,
 *   network: { syncBatchNorm: true },
 * });
 *
 * assertEquals(text, "2 processes, each with 32 of the 64 images of a step; rates are as given");
 * ```
 */
export function companyText({ peers: { count }, stages: [stage] }: CompanyFacts): string {
  const { batchSize, method: { unit } } = stage!;
  const least = Math.floor(batchSize / count);
  const part = batchSize % count === 0 ? `${least}` : `${least} or ${least + 1}`;
  return `${count} processes, each with ${part} of the ${batchSize} ${unit} of a step; rates are as given`;
}

/**
 * What is other than on one device.
 *
 * @param facts Processes, stages and network.
 * @returns A line each; none where only rounding is.
 * @example Batch norm by parts
 * ```ts
 * import { companyDifferences } from "glmc/cli/company_report.ts";
 * import { crossEntropyMethod } from "glmc";
 * import { assertEquals } from "@std/assert";
 *
 * const stages = [{ batchSize: 64, method: crossEntropyMethod, options: {} }];
 * const peers = { count: 2, transport: "ring" } as const;
 * const differences = (syncBatchNorm: boolean) =>
 *   companyDifferences({ peers, stages, network: { syncBatchNorm } });
 *
 * assertEquals([differences(true).length, differences(false).length], [0, 1]);
 * ```
 */
export function companyDifferences({ stages, network }: CompanyFacts): string[] {
  const weighs = stages.some(({ method, options }) => dividesByWeights(method, options));
  return [
    ...(network.syncBatchNorm
      ? []
      : ["batch norm takes the statistics of each process's part; --sync_batch_norm: of all"]),
    ...(weighs ? ["losses are divided by the class weights of each process's part"] : []),
  ];
}
