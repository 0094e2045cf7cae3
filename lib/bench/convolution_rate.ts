/**
 * How fast this machine convolves at best: the yardstick of a training step.
 *
 * @module
 */

import { disposeTensors } from "../tensor/named_tensors.ts";
import { type ComputeType, convert } from "../ops/precision.ts";
import { nextTurn } from "../process/turn.ts";
import { tf } from "../tensor/tfjs.ts";

/** Best rates of single convolutions, in floating-point operations a second. */
export type ConvolutionRates = Readonly<Record<ComputeType, number>>;

/**
 * The best rates of single 3 × 3 convolutions at the shapes of the network's three stages.
 *
 * @param width Channels of the first stage.
 * @returns Rates in both element types, a multiplication and an addition counting as two operations.
 */
export async function convolutionRates(width: number): Promise<ConvolutionRates> {
  return {
    float32: await bestRate(width, "float32"),
    bfloat16: await bestRate(width, "bfloat16"),
  };
}

async function bestRate(width: number, type: ComputeType): Promise<number> {
  const batch = 64;
  let best = 0;
  for (const [side, channels] of [[32, width], [16, 2 * width], [8, 4 * width]] as const) {
    const to = { from: "float32", to: type } as const;
    const images = tf.tidy(() => convert(tf.randomNormal([batch, side, side, channels]), to));
    const filter = tf.tidy(() => convert(tf.randomNormal([3, 3, channels, channels]), to));
    const operations = 2 * batch * side * side * 9 * channels * channels;
    const enough = performance.now() + 1000;
    for (let repeat = 0; repeat < 20 && performance.now() < enough; repeat++) {
      const start = performance.now();
      const result = tf.conv2d(images as tf.Tensor4D, filter as tf.Tensor4D, 1, "same");
      // A corner is read back so that a device has really finished.
      const corner = convert(result.slice([0, 0, 0, 0], [1, 1, 1, 1]), {
        from: type,
        to: "float32",
      });
      await corner.data();
      best = Math.max(best, operations / ((performance.now() - start) / 1000));
      disposeTensors({ result, corner });
      await nextTurn();
    }
    disposeTensors({ images, filter });
  }
  return best;
}
