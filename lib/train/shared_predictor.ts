/**
 * Outputs of a network for a whole image set, of which each of several processes does a part.
 *
 * @module
 */

import {
  type CollectiveOptions,
  gatherFromPeers,
  type Peers,
  sumOverPeersBeside,
} from "../ops/collectives.ts";
import type { Variables } from "../model/network.ts";
import { tf } from "../tensor/tfjs.ts";
import { collectiveKeys } from "./all_reduce.ts";
import { createPredictor, type Predictor, type PredictSettings } from "./predict.ts";

/**
 * One of the processes was asked to stop, and all have agreed to.
 *
 * @example Told apart by its class
 * ```ts
 * import { StoppedTogether } from "glmc/train/shared_predictor.ts";
 * import { assert } from "@std/assert";
 *
 * assert(new StoppedTogether() instanceof Error);
 * ```
 */
export class StoppedTogether extends Error {
  /** Name of the class, for messages. */
  override readonly name = "StoppedTogether";
}

/**
 * Makes a function that shares images out to the processes and gives the outputs for all to each.
 *
 * A process that is asked to stop does no more, but waits for the others: all stop, or none does.
 *
 * @param settings Network, heads and images; the same in all processes.
 * @param options The processes, and the number of the operation that gathers outputs.
 * @returns The function, which throws {@linkcode StoppedTogether}; the caller disposes it.
 */
export function sharedPredictor(
  settings: Omit<PredictSettings, "range">,
  options: CollectiveOptions,
): Predictor {
  const { source: { count }, network: { classes } } = settings;
  const { peers } = options;
  const each = Math.ceil(count / peers.count);
  const [begin, end] = [peers.rank, peers.rank + 1].map((edge) => Math.min(count, edge * each)) as [
    number,
    number,
  ];
  const predictPart = createPredictor({ ...settings, range: [begin, end] });
  const predict = async (variables: Variables, signal?: AbortSignal): Promise<Float32Array> => {
    const outputs = await unlessAborted(() => predictPart(variables, signal), signal);
    await agreeToGoOn(peers, outputs === undefined);
    // Equal sizes, as the operation wants them; the last processes may have nothing to do.
    const padded = new Float32Array(each * classes);
    padded.set(outputs!);
    const own = tf.tensor2d(padded, [each, classes]);
    try {
      const all = await gatherFromPeers(own, options);
      const values = await all.data() as Float32Array;
      all.dispose();
      return values.slice(0, count * classes);
    } finally {
      own.dispose();
    }
  };
  return Object.assign(predict, { dispose: () => predictPart.dispose() });
}

async function unlessAborted<T>(
  work: () => Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T | undefined> {
  try {
    return signal?.aborted ? undefined : await work();
  } catch (error) {
    if (signal?.aborted && error === signal.reason) return undefined;
    throw error;
  }
}

async function agreeToGoOn(peers: Peers, stops: boolean): Promise<void> {
  const own = tf.scalar(stops ? 1 : 0);
  try {
    const sum = await sumOverPeersBeside(own, { peers, key: collectiveKeys.stop });
    const [stopping] = await sum.data();
    sum.dispose();
    if (stopping! > 0) throw new StoppedTogether("Cannot go on: a process of this training was asked to stop: continue the run");
  } finally {
    own.dispose();
  }
}
