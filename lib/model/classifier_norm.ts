/**
 * Lengths of a classifier's rows: a class with many images gets a long one, and is preferred for it. MaxNorm,
 * behind half of the rows of GLMC's table, limits them; τ-normalisation evens them out.
 *
 * @module
 */

import { type Tensor, tf } from "../tensor/tfjs.ts";

/** Keeps divisions finite where a row is all zeros. */
const shortest = 1e-12;

/** Just above the smallest normal number of float32. */
const smallestPower = 1e-37;

/** Some roundings of float32. */
const tolerance = 1e-6;

/**
 * Length ‖W_c‖ of each row.
 *
 * @param weight Weight of a classifier `[C, F]`.
 * @returns `[C, 1]`; the caller owns it.
 * @example One of two rows
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { startEngine, tf } from "glmc";
 * import { rowLengths } from "glmc/model/classifier_norm.ts";
 *
 * await startEngine({ device: "cpu" });
 * assertEquals([...rowLengths(tf.tensor2d([[1, 0], [3, 4]])).dataSync()], [1, 5]);
 * ```
 */
export function rowLengths(weight: Tensor): Tensor {
  return tf.tidy(() => tf.sqrt(tf.sum(tf.square(weight), 1, true)));
}

/**
 * The limit of MaxNorm: a share of the way from the shortest row to the longest,
 * t = min ‖W_c‖ + s (max ‖W_c‖ − min ‖W_c‖), as the public code of weight balancing takes it before the
 * first step (Alshammari et al. 2022; ShadeAlsha/LTR-weight-balancing, s = 0.1).
 *
 * @param weight Weight of a classifier `[C, F]`.
 * @param share Share s, in `[0, 1]`.
 * @returns The limit `[]`; the caller owns it.
 * @example Half way between 1 and 5
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { startEngine, tf } from "glmc";
 * import { normLimit } from "glmc/model/classifier_norm.ts";
 *
 * await startEngine({ device: "cpu" });
 * assertEquals(normLimit(tf.tensor2d([[1, 0], [3, 4]]), 0.5).dataSync()[0], 3);
 * ```
 */
export function normLimit(weight: Tensor, share: number): Tensor {
  return tf.tidy(() => {
    const lengths = rowLengths(weight);
    const [least, most] = [tf.min(lengths), tf.max(lengths)];
    return tf.add(least, tf.mul(tf.sub(most, least), tf.scalar(share)));
  });
}

/**
 * MaxNorm's projection: rows longer than the limit are shortened to it, the others stay.
 *
 * A row that was shortened may come out a rounding longer than the limit; it stays, so that a second
 * projection changes no bit.
 *
 * @param weight Weight of a classifier `[C, F]`.
 * @param limit Largest length t `[]`.
 * @returns `[C, F]`; the caller owns it.
 * @example One of two rows is too long
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { startEngine, tf } from "glmc";
 * import { limitNorms } from "glmc/model/classifier_norm.ts";
 *
 * await startEngine({ device: "cpu" });
 * const limited = limitNorms(tf.tensor2d([[1, 0], [0, 8]]), tf.scalar(2));
 * assertEquals([...limited.dataSync()], [1, 0, 0, 2]);
 * ```
 */
export function limitNorms(weight: Tensor, limit: Tensor): Tensor {
  return tf.tidy(() => {
    const lengths = rowLengths(weight);
    const isLong = tf.greater(lengths, tf.mul(limit, tf.scalar(1 + tolerance)));
    return tf.mul(weight, tf.where(isLong, tf.div(limit, lengths), tf.onesLike(lengths)));
  });
}

/**
 * τ-normalisation: W_c / ‖W_c‖^τ (Kang et al. 2020); τ = 1 makes all rows equally long (L2), 0
 * leaves them as they are.
 *
 * The public code tests without the bias; BagofTricks keeps it. That is the caller's choice.
 *
 * @param weight Weight of a classifier `[C, F]`.
 * @param tau Exponent τ.
 * @returns `[C, F]`; the caller owns it.
 * @example Rows of length 1
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { startEngine, tf } from "glmc";
 * import { tauNormalise } from "glmc/model/classifier_norm.ts";
 *
 * await startEngine({ device: "cpu" });
 * const even = tauNormalise(tf.tensor2d([[2, 0], [0, 8]]), 1);
 * assertEquals([...even.dataSync()], [1, 0, 0, 1]);
 * ```
 */
export function tauNormalise(weight: Tensor, tau: number): Tensor {
  return tf.tidy(() => {
    const lengths = tf.maximum(rowLengths(weight), tf.scalar(shortest));
    // A high power of a length this small is 0 in float32.
    const powers = tf.maximum(tf.pow(lengths, tf.scalar(tau)), tf.scalar(smallestPower));
    return tf.div(weight, powers);
  });
}
