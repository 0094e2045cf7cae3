/**
 * Batch normalisation by the statistics of a batch that several processes share.
 *
 * Each process has a part of the batch; mean and variance, and the two means in the gradient, are those of
 * the whole batch, so that a step does what it would do on one device.
 *
 * @module
 */

import { stopGradient } from "../tensor/gradients.ts";
import { type Tensor, tf } from "../tensor/tfjs.ts";
import type { BatchNormInputs, BatchNormOptions } from "./batch_norm.ts";
import { type ComputeType, convert } from "./precision.ts";

/** How a value of the whole batch is had. */
export interface WholeBatch {
  /** Share of this process's part of the batch `[]`. */
  readonly share: Tensor;
  /** Sums a tensor over all processes; carries no gradient. */
  readonly sum: (x: Tensor) => Tensor;
}

/** Options of {@linkcode synchronisedBatchNorm}. */
export interface SynchronisedOptions extends BatchNormOptions {
  /** The whole batch. */
  readonly whole: WholeBatch;
  /** Element type of the images; statistics are float32. */
  readonly type?: ComputeType;
}

/**
 * As `trainingBatchNorm`, with the statistics of the whole batch.
 *
 * Gradients are those of this process's share of the loss: the loss has to be multiplied by the share, and
 * the gradients of all processes to be summed.
 *
 * @param inputs Features of this process's part, scale, offset, running statistics, and a shortcut.
 * @param options How the processes are summed over, whether a ReLU follows, and two constants.
 * @returns Output `[B, H, W, C]`, new running mean `[C]` and variance `[C]`; only the first one carries gradients.
 * @example A batch of one process
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { startEngine, type Tensor, tf } from "glmc";
 * import { synchronisedBatchNorm } from "glmc/ops/synchronised_batch_norm.ts";
 *
 * await startEngine({ device: "cpu" });
 * const [x, zero, one] = [tf.tensor4d([3, 5], [2, 1, 1, 1]), tf.zeros([1]), tf.ones([1])];
 * const inputs = { x, scale: one, offset: zero, mean: zero, variance: one };
 * const whole = { share: tf.scalar(1), sum: (tensor: Tensor) => tensor };
 * const { output } = synchronisedBatchNorm(inputs, { whole });
 * assertEquals([...output.dataSync()].map(Math.round), [-1, 1]);
 * ```
 */
export function synchronisedBatchNorm(
  { x, scale, offset, mean, variance, shortcut }: BatchNormInputs,
  options: SynchronisedOptions,
): { readonly output: Tensor; readonly mean: Tensor; readonly variance: Tensor } {
  const { whole, relu = false, epsilon = 1e-5, momentum = 0.1, type = "float32" } = options;
  const inFloat = (tensor: Tensor): Tensor => convert(tensor, { from: type, to: "float32" });
  const images = inFloat(x);
  const batch = wholeMoments(stopGradient(images), { whole, near: mean });
  const inverse = tf.rsqrt(tf.add(batch.variance, tf.scalar(epsilon)));
  const normalised = normalise(images, { scale, offset, mean: batch.mean, inverse, whole });
  const sum = shortcut === undefined ? normalised : tf.add(normalised, inFloat(shortcut));
  const output = relu ? tf.relu(sum) : sum;
  const moved = (running: Tensor, now: Tensor): Tensor =>
    stopGradient(
      tf.add(tf.mul(running, tf.scalar(1 - momentum)), tf.mul(now, tf.scalar(momentum))),
    );
  return {
    output: convert(output, { from: "float32", to: type }),
    mean: moved(mean, batch.mean),
    variance: moved(variance, batch.unbiased),
  };
}

/** All axes but the channels. */
const axes = [0, 1, 2];

interface Moments {
  readonly mean: Tensor;
  readonly variance: Tensor;
  /** With one value less in the divisor, as running statistics take it. */
  readonly unbiased: Tensor;
}

/**
 * Mean and variance over all processes, in one sum. Both are taken around a point that all know: squares of
 * large numbers would leave nothing of a small variance.
 */
function wholeMoments(
  x: Tensor,
  { whole: { share, sum }, near }: { readonly whole: WholeBatch; readonly near: Tensor },
): Moments {
  const { mean, variance } = tf.moments(x, axes);
  const away = tf.sub(mean, near);
  const size = tf.mul(tf.sign(share), tf.scalar(x.size / mean.size));
  const own = tf.concat([
    tf.mul(away, share),
    tf.mul(tf.add(variance, tf.square(away)), share),
    tf.reshape(size, [1]),
  ]);
  const all = sum(own);
  const [first, second, count] = tf.split(all, [mean.size, mean.size, 1]) as Tensor[];
  const spread = tf.relu(tf.sub(second!, tf.square(first!)));
  const correction = tf.div(count!, tf.maximum(tf.sub(count!, tf.scalar(1)), tf.scalar(1)));
  return {
    mean: tf.add(first!, near),
    variance: spread,
    unbiased: tf.mul(spread, correction),
  };
}

/** γ (x − μ) / σ + β, whose gradient knows that μ and σ follow from x. */
function normalise(
  x: Tensor,
  { scale, offset, mean, inverse, whole }: {
    readonly scale: Tensor;
    readonly offset: Tensor;
    readonly mean: Tensor;
    readonly inverse: Tensor;
    readonly whole: WholeBatch;
  },
): Tensor {
  const channels = mean.size;
  return tf.customGrad((...args) => {
    const [x, scale, offset, save] = args as [Tensor, Tensor, Tensor, tf.GradSaveFunc];
    // Saved as well, since everything else is gone when the gradient is taken.
    save([x, scale, mean, inverse]);
    return {
      value: tf.add(tf.mul(tf.mul(tf.sub(x, mean), inverse), scale), offset),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [x, scale, mean, inverse] = saved as [Tensor, Tensor, Tensor, Tensor];
        const u = tf.mul(tf.sub(x, mean), inverse);
        const [dOffset, dScale] = [tf.sum(dy, axes), tf.sum(tf.mul(dy, u), axes)];
        // Means over the whole batch: each process's mean, by its share.
        const own = tf.mul(
          tf.concat([dOffset, dScale]),
          tf.div(whole.share, tf.scalar(x.size / channels)),
        );
        const [meanOf, meanWith] = tf.split(whole.sum(own), 2) as [Tensor, Tensor];
        // What a process without an example is shown has no part in the loss.
        const isPart = tf.sign(whole.share);
        const inner = tf.mul(tf.sub(tf.sub(dy, meanOf), tf.mul(u, meanWith)), isPart);
        return [tf.mul(inner, tf.mul(scale, inverse)), dScale, dOffset];
      },
    };
  })(x, scale, offset);
}
