/**
 * The losses of an epoch: summed over its examples while it runs, read back some steps at a time.
 *
 * @module
 */

import { type Tensor, tf } from "../tensor/tfjs.ts";
import { DivergedError, type LossMeans } from "./events.ts";
import type { Stage } from "./stage.ts";

/** Losses that have not been read back yet. */
export interface UnreadLosses {
  /** The method's terms, means of the step `[terms]`; disposed once they are read. */
  readonly losses: Tensor;
  /** Examples of the step. */
  readonly count: number;
}

/** Where losses were computed, for messages. */
export interface LossPlace {
  /** The stage. */
  readonly stage: Stage;
  /** Epoch, from 0. */
  readonly epoch: number;
  /** Steps of it that are done. */
  readonly step: number;
}

/**
 * Sums before the first step.
 *
 * @param stage Its method names the terms.
 * @returns Zero for each term.
 * @example The terms of cross-entropy
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { crossEntropyMethod } from "glmc/method/methods.ts";
 * import { zeroSums } from "glmc/train/loss_sums.ts";
 *
 * assertEquals(zeroSums({ method: crossEntropyMethod }), { total: 0 });
 * ```
 */
export function zeroSums({ method }: Pick<Stage, "method">): LossMeans {
  return Object.fromEntries(method.terms.map((name) => [name, 0]));
}

/**
 * Adds the losses of several steps at once, with one wait for the device.
 *
 * @param sums The sums so far, by term.
 * @param unread Losses of the last steps, which are disposed.
 * @param place Where they were computed.
 * @returns The sums with them.
 * @throws {DivergedError} If one is infinite or not a number.
 */
export async function addedLosses(
  sums: LossMeans,
  unread: readonly UnreadLosses[],
  { stage, epoch, step }: LossPlace,
): Promise<LossMeans> {
  const names = stage.method.terms;
  const all = tf.stack(unread.map(({ losses }) => losses));
  const values = await all.data() as Float32Array;
  all.dispose();
  for (const { losses } of unread) losses.dispose();
  const total = new Map(Object.entries(sums));
  unread.forEach(({ count }, row) => {
    const terms = values.subarray(row * names.length, (row + 1) * names.length);
    checkFinite(terms, { stage, epoch, step: step - unread.length + 1 + row });
    names.forEach((name, term) => total.set(name, total.get(name)! + terms[term]! * count));
  });
  return Object.fromEntries(total);
}

function checkFinite(terms: Float32Array, { stage, epoch, step }: LossPlace): void {
  if (terms.every(Number.isFinite)) return;
  const listed = stage.method.terms.map((name, i) => `${name} ${terms[i]}`).join(", ");
  throw new DivergedError(
    `Training diverged in epoch ${epoch + 1}, step ${step}: ${listed}: ` +
      `lower the learning rate (--lr), which is ${stage.learningRate}`,
  );
}

/**
 * Mean losses of an example.
 *
 * @param sums Losses summed over examples, by term.
 * @param examples How many.
 * @returns The means, by term.
 * @example Two examples
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { meansOf } from "glmc/train/loss_sums.ts";
 *
 * assertEquals(meansOf({ total: 3 }, 2), { total: 1.5 });
 * ```
 */
export function meansOf(sums: LossMeans, examples: number): LossMeans {
  return Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / examples]));
}
