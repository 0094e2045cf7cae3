/**
 * Brightness, contrast, saturation and grey step by step, each in whole levels from 0 to 255, as Pillow
 * makes them.
 *
 * @module
 */

import { type Tensor, tf } from "../../tensor/tfjs.ts";
import { type ColourChoices, colourSteps, greyShares } from "./colour.ts";

/**
 * Changes colours as `changeColours` does, but rounds and clips after every step: torchvision's
 * `ColorJitter` and `RandomGrayscale` on a Pillow image.
 *
 * @param images float32 `[n, H, W, 3]`, whole numbers from 0 to 255.
 * @param choices Factors, orders and greys.
 * @returns Whole numbers from 0 to 255, float32 `[n, H, W, 3]`; the caller owns it.
 * @example What is too bright is cut off
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { changeColoursByStep } from "glmc/images/augment/colour_by_step.ts";
 * import { startEngine, tf } from "glmc";
 *
 * await startEngine({ device: "cpu" });
 * const changed = changeColoursByStep(tf.tensor4d([200, 100, 51], [1, 1, 1, 3]), {
 *   factors: tf.tensor2d([[1.5, 1, 1]]),
 *   orders: tf.tensor1d([0], "int32"),
 *   greys: tf.tensor1d([0], "int32"),
 * });
 *
 * assertEquals([...changed.dataSync()], [255, 150, 76]);
 * ```
 */
export function changeColoursByStep(images: Tensor, choices: ColourChoices): Tensor {
  const { factors, orders, greys } = choices;
  return tf.tidy(() => {
    const [n, height, width] = images.shape as [number, number, number];
    const pixels = tf.reshape(images, [n, height * width, 3]);
    let planes = tf.unstack(tf.transpose(pixels, [2, 0, 1]));
    for (const { factor, contrast, saturation } of colourSteps(factors, orders)) {
      const [own, toGrey, toMean] = [factor, saturation, contrast].map((x) =>
        tf.reshape(x, [n, 1])
      );
      const grey = greyOf(planes);
      const mean = tf.round(tf.mean(grey, 1, true));
      const reference = tf.add(tf.mul(grey, toGrey!), tf.mul(mean, toMean!));
      planes = planes.map((plane) => {
        // In this form, since rounding decides whether 10 times 1.3 is 12 or 13.
        const mixed = tf.add(reference, tf.mul(own!, tf.sub(plane, reference)));
        return tf.floor(tf.clipByValue(mixed, 0, 255));
      });
    }
    const isGrey = tf.cast(tf.reshape(greys, [n, 1]), "bool");
    const grey = greyOf(planes);
    const chosen = planes.map((plane) => tf.where(isGrey, grey, plane));
    return tf.reshape(tf.stack(chosen, 2), images.shape);
  });
}

/** Grey in whole levels `[n, H · W]`. */
function greyOf(planes: readonly Tensor[]): Tensor {
  const parts = planes.map((plane, channel) => tf.mul(plane, tf.scalar(greyShares[channel]!)));
  return tf.round(parts.reduce((sum, part) => tf.add(sum, part)));
}
