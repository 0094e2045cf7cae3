/**
 * Outputs of a network for a whole image set, of which each of several processes does a part.
 *
 * @module
 */

import { type CollectiveOptions, gatherFromPeers } from "../ops/collectives.ts";
import type { Variables } from "../model/network.ts";
import { tf } from "../tensor/tfjs.ts";
import {
  createPredictor,
  type PredictedBatch,
  type Predictor,
  type PredictSettings,
} from "./predict.ts";

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

/** Images that a process does before the outputs of all are gathered. */
const imagesAtATime = 256;

/**
 * Makes a function that shares images out to the processes and gives the outputs for all to each.
 *
 * Batch after batch each process does a part, and tells with its outputs whether it was asked to stop: all
 * stop after the same batch.
 *
 * @param settings Network, heads and images; the same in all processes.
 * @param options The processes, and the number of the operation that gathers outputs.
 * @returns The function, which throws {@linkcode StoppedTogether}; the caller disposes it.
 */
export function sharedPredictor(settings: PredictSettings, options: CollectiveOptions): Predictor {
  const { source: { count: total }, network: { classes } } = settings;
  const { rank, count: processes } = options.peers;
  const each = Math.min(imagesAtATime, Math.ceil(total / processes));
  const own = createPredictor(settings);

  async function* batches(
    variables: Variables,
    signal?: AbortSignal,
    [begin, end]: readonly [begin: number, end: number] = [0, total],
  ): AsyncGenerator<PredictedBatch> {
    for (let first = begin; first < end; first += processes * each) {
      const edges = [rank, rank + 1].map((part) => Math.min(end, first + part * each));
      // All bring as many numbers, though the last ones may have less to do, or nothing.
      const brought = new Float32Array(each * classes + 1);
      brought[each * classes] = signal?.aborted ? 1 : 0;
      if (!signal?.aborted) {
        const range = edges as [number, number];
        for await (const part of own.batches(variables, undefined, range)) {
          brought.set(part.outputs, (part.first - range[0]) * classes);
        }
      }
      const all = await gathered(brought, options);
      const parts = Array.from(
        { length: processes },
        (_, part) => all.subarray(part * brought.length, (part + 1) * brought.length),
      );
      if (parts.some((part) => part[each * classes] !== 0)) {
        throw new StoppedTogether(
          "Cannot predict: a process of this training was asked to stop: continue the run",
        );
      }
      const count = Math.min(processes * each, end - first);
      const outputs = new Float32Array(processes * each * classes);
      parts.forEach((part, i) => outputs.set(part.subarray(0, each * classes), i * each * classes));
      yield { first, count, outputs: outputs.subarray(0, count * classes) };
    }
  }

  async function predict(variables: Variables, signal?: AbortSignal): Promise<Float32Array> {
    const all = new Float32Array(total * classes);
    for await (const { first, outputs } of batches(variables, signal)) {
      all.set(outputs, first * classes);
    }
    return all;
  }
  return Object.assign(predict, { batches, dispose: () => own.dispose() });
}

async function gathered(values: Float32Array, options: CollectiveOptions): Promise<Float32Array> {
  const own = tf.tensor1d(values);
  try {
    const all = await gatherFromPeers(own, options);
    const gathered = await all.data() as Float32Array;
    all.dispose();
    return gathered;
  } finally {
    own.dispose();
  }
}
