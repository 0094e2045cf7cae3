/**
 * Steps that several processes do together: each has a part of the batch, the update is that of all.
 *
 * @module
 */

import { type Peers, sumOverPeers } from "../ops/collectives.ts";
import type { WholeBatch } from "../ops/synchronised_batch_norm.ts";
import { type Tensor, tf } from "../tensor/tfjs.ts";
import { stepOperations, sumTogether } from "./all_reduce.ts";
import type { StepInputs } from "./step.ts";
import type { StepGradients } from "./step_gradients.ts";

/** How a stage is trained by several processes. */
export interface Together {
  /** The processes. */
  readonly peers: Peers;
  /** Which stage, from 0. */
  readonly stage: number;
  /** Whether batch norm takes the statistics of the whole batch, and not of each process's part. */
  readonly synchronised: boolean;
  /** Whether steps leave the running statistics as they are. */
  readonly keepsStatistics: boolean;
}

/** A step that is done together, while it is recorded. */
export interface SharedStep {
  /** This process's share of the examples `[]`, by which its loss is multiplied. */
  readonly share: Tensor;
  /** How batch norm sees the whole batch; `undefined` where each process normalises by its part. */
  readonly whole: WholeBatch | undefined;
  /**
   * Sums what the processes have found, in one operation: gradients, losses and running statistics by their
   * shares, and whether one was asked to stop.
   */
  readonly sum: (own: StepGradients) => StepGradients & { readonly stop: Tensor };
  /** Sums gradients alone. */
  readonly sumGradients: (own: StepGradients["gradients"]) => StepGradients["gradients"];
}

/**
 * Begins a step of this process.
 *
 * Running statistics are means over the processes by their shares. They follow the batches linearly, so that
 * means taken at every step are those of statistics that each process keeps for itself; this way all have
 * the same state, and a run that is continued has the bits it would have had.
 *
 * @param together The processes.
 * @param plan What the step is told.
 * @returns How its parts are joined.
 */
export function sharedStep(
  { peers, stage, synchronised, keepsStatistics }: Together,
  { peers: told }: Pick<StepInputs, "peers">,
): SharedStep {
  const next = stepOperations(peers, stage);
  const sum = (flat: Tensor): Tensor => sumOverPeers(flat, next());
  const { share, stop } = told as { share: Tensor; stop: Tensor };
  return {
    share,
    whole: synchronised ? { share, sum } : undefined,
    sum({ gradients, statistics, losses }) {
      const hasOwn = !synchronised && !keepsStatistics;
      const byShare = (tensor: Tensor): Tensor => tf.mul(tensor, share);
      const moved = Object.entries(hasOwn ? statistics : {});
      const all = sumTogether({
        gradients,
        statistics: Object.fromEntries(moved.map(([name, tensor]) => [name, byShare(tensor)])),
        losses: byShare(losses),
        stop,
      }, sum);
      return { ...all, statistics: hasOwn ? all.statistics : statistics };
    },
    sumGradients: (own) => sumTogether(own, sum),
  };
}
