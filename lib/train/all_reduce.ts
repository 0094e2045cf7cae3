/**
 * What the processes of a training sum in a step: one flat tensor of all there is.
 *
 * @module
 */

import type { CollectiveOptions, Peers } from "../ops/collectives.ts";
import { flatten, mapTensors, type NamedTensors } from "../tensor/named_tensors.ts";
import { type Tensor, tf } from "../tensor/tfjs.ts";

/** Numbers of the collective operations of a process, apart from those of the other kinds. */
export const collectiveKeys = {
  /** The state that all begin with. */
  broadcast: 10,
  /** Whether all are alive. */
  heartbeat: 11,
  /** Outputs for test images, and for images that are held out: 20 and 21. */
  outputs: 20,
  /** Operations of the steps of a stage: so many for each stage. */
  steps: 10_000,
} as const;

/**
 * Numbers for the operations of a step, one after the other; they are the same in all processes, since all
 * record the same step.
 *
 * @param peers The processes.
 * @param stage Which stage, from 0.
 * @param from The first number among those of the stage; functions that are recorded apart need their own.
 * @returns Gives the options of the next operation.
 * @example Two operations
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { stepOperations } from "glmc/train/all_reduce.ts";
 *
 * const peers = { rank: 0, count: 2, transport: "ring" } as const;
 * const next = stepOperations(peers, 0);
 *
 * assertEquals([next().key, next().key], [10000, 10001]);
 * ```
 */
export function stepOperations(
  peers: Peers,
  stage: number,
  from = 0,
): () => CollectiveOptions {
  let used = from;
  return () => ({ peers, key: collectiveKeys.steps * (stage + 1) + used++ });
}

/**
 * Sums all tensors of a record over the processes, as one flat tensor.
 *
 * @param tensors What this process adds, float32.
 * @param sum Sums one tensor over the processes.
 * @returns The sums under the same names; the caller owns them.
 * @example A single process
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { startEngine, tf } from "glmc";
 * import { sumTogether } from "glmc/train/all_reduce.ts";
 *
 * await startEngine({ device: "cpu" });
 * const sums = sumTogether({ a: { w: tf.ones([2, 2]) }, b: tf.scalar(3) }, (flat) => flat);
 *
 * assertEquals([sums.a.w.shape, [...sums.b.dataSync()]], [[2, 2], [3]]);
 * ```
 */
export function sumTogether<T extends NamedTensors>(tensors: T, sum: (flat: Tensor) => Tensor): T {
  return unflattened(sum(flattened(tensors)), tensors);
}

/**
 * All tensors of a record as one.
 *
 * @param tensors The record, float32.
 * @returns `[numbers]`; the caller owns it.
 * @example Two
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { startEngine, tf } from "glmc";
 * import { flattened } from "glmc/train/all_reduce.ts";
 *
 * await startEngine({ device: "cpu" });
 *
 * assertEquals([...flattened({ a: tf.ones([1, 2]), b: tf.scalar(3) }).dataSync()], [1, 1, 3]);
 * ```
 */
export function flattened(tensors: NamedTensors): Tensor {
  return tf.tidy(() => tf.concat(flatten(tensors).map(([, tensor]) => tf.reshape(tensor, [-1]))));
}

/**
 * A flat tensor cut into those it was made of; the inverse of {@linkcode flattened}.
 *
 * @param flat All numbers.
 * @param like A record of the same names and shapes.
 * @returns The tensors; the caller owns them.
 * @example There and back
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { startEngine, tf } from "glmc";
 * import { flattened, unflattened } from "glmc/train/all_reduce.ts";
 *
 * await startEngine({ device: "cpu" });
 * const record = { a: tf.ones([1, 2]), b: tf.scalar(3) };
 *
 * assertEquals(unflattened(flattened(record), record).a.shape, [1, 2]);
 * ```
 */
export function unflattened<T extends NamedTensors>(flat: Tensor, like: T): T {
  return tf.tidy(() => {
    const shapes = flatten(like).map(([, { shape, size }]) => ({ shape, size }));
    const parts = tf.split(flat, shapes.map(({ size }) => size));
    let next = 0;
    return mapTensors(like, () => {
      const part = parts[next]!;
      return tf.reshape(part, shapes[next++]!.shape);
    }) as unknown as tf.TensorContainer;
  }) as unknown as T;
}
