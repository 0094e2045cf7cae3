/**
 * Brightness, contrast, saturation and grey as one matrix for each image.
 *
 * @module
 */

import { type Tensor, tf } from "../../tensor/tfjs.ts";
import { colourOrders } from "./draw.ts";

/** Share of red, green and blue in grey (ITU-R 601-2), as in Pillow. */
export const greyShares = [0.299, 0.587, 0.114] as const;

/** The colour choices of n views, on the device. */
export type ColourChoices = {
  /** Factors of brightness, contrast and saturation float32 `[n, 3]`. */
  readonly factors: Tensor;
  /** Which order they have int32 `[n]`. */
  readonly orders: Tensor;
  /** 1 where the view is grey int32 `[n]`. */
  readonly greys: Tensor;
};

/**
 * Changes brightness, contrast and saturation in the order drawn, then takes the colour out of some.
 *
 * Each of the steps is linear, so they are multiplied to one 3 × 4 matrix for each image, and its pixels
 * are read once: 0.4 ms for a view of 224 × 224 on two cores, less than half of what
 * `changeColoursByStep` takes. It is not what the official code does: Pillow rounds down and cuts off at 0 and 255 after
 * every step. The half level that rounding takes on average is taken off here too; values beyond the
 * range stay, and where a step had cut many off, the result is some levels away.
 *
 * @param images float32 `[n, H, W, 3]`, 0 to 255.
 * @param choices Factors, orders and greys.
 * @returns float32 `[n, H, W, 3]`, some values below 0 or above 255; the caller owns it.
 * @example A grey pixel is brightened
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { changeColours } from "glmc/images/augment/colour.ts";
 * import { startEngine, tf } from "glmc";
 *
 * await startEngine({ device: "cpu" });
 * const [red] = changeColours(tf.fill([1, 1, 1, 3], 100), {
 *   factors: tf.tensor2d([[1.3, 1, 1]]),
 *   orders: tf.tensor1d([0], "int32"),
 *   greys: tf.tensor1d([0], "int32"),
 * }).dataSync();
 *
 * assertAlmostEquals(red!, 130 - 0.5, 1e-3);
 * ```
 */
export function changeColours(images: Tensor, choices: ColourChoices): Tensor {
  return tf.tidy(() => {
    const { matrix, offset } = colourMatrices(choices, meanColours(images));
    return transformColours(images, matrix, offset);
  });
}

/** Mean red, green and blue of each image `[n, 3, 1]`. */
function meanColours(images: Tensor): Tensor {
  const [n, height, width] = images.shape as [number, number, number];
  // Rows first: a sum over single pixels of three values takes several times as long.
  const rows = tf.sum(tf.reshape(images, [n, height, 3 * width]), 1);
  const sums = tf.sum(tf.reshape(rows, [n, width, 3]), 1);
  return tf.reshape(tf.mul(sums, tf.scalar(1 / (height * width))), [n, 3, 1]);
}

/** The product of all steps: a matrix `[n, 3, 3]` and an offset `[n, 3, 1]` for columns of colours. */
function colourMatrices(
  { factors, orders, greys }: ColourChoices,
  means: Tensor,
): { readonly matrix: Tensor; readonly offset: Tensor } {
  const n = factors.shape[0]!;
  const one = tf.scalar(1);
  const shares = tf.tensor3d([...greyShares], [1, 3, 1]);
  const grey = (columns: Tensor): Tensor => tf.sum(tf.mul(columns, shares), 1, true);
  let matrix: Tensor = tf.tile(tf.reshape(tf.eye(3), [1, 3, 3]), [n, 1, 1]);
  let offset: Tensor = tf.zeros([n, 3, 1]);
  const blend = (factor: Tensor, intoGrey: Tensor, intoMean: Tensor): void => {
    const rest = tf.sub(one, factor);
    const own = tf.mul(rest, intoGrey);
    const mean = grey(tf.add(tf.matMul(matrix, means), offset));
    matrix = tf.add(tf.mul(matrix, factor), tf.mul(grey(matrix), own));
    offset = tf.add(
      tf.add(tf.mul(offset, factor), tf.mul(grey(offset), own)),
      tf.mul(mean, tf.mul(rest, intoMean)),
    );
  };
  for (const { factor, contrast, saturation } of colourSteps(factors, orders)) {
    blend(factor, saturation, contrast);
    // What rounding down takes on average; where nothing changes, nothing is rounded.
    offset = tf.sub(offset, tf.mul(tf.cast(tf.notEqual(factor, one), "float32"), tf.scalar(0.5)));
  }
  const isGrey = tf.cast(tf.reshape(greys, [n, 1, 1]), "float32");
  blend(tf.sub(one, isGrey), one, tf.scalar(0));
  return { matrix, offset };
}

/**
 * The factor of each of the three steps in their order, and what it belongs to.
 *
 * @param factors Factors of brightness, contrast and saturation float32 `[n, 3]`.
 * @param orders Which order they have int32 `[n]`.
 * @returns For each step tensors `[n, 1, 1]`: its factor, and 1 where it is contrast or saturation.
 */
export function colourSteps(
  factors: Tensor,
  orders: Tensor,
): { readonly factor: Tensor; readonly contrast: Tensor; readonly saturation: Tensor }[] {
  const n = factors.shape[0]!;
  const table = tf.oneHot(tf.tensor2d(colourOrders.flat(), [6, 3], "int32"), 3, 1, 0, "float32");
  const chosen = tf.oneHot(orders as tf.Tensor1D, 6, 1, 0, "float32") as tf.Tensor2D;
  const kinds = tf.reshape(tf.matMul(chosen, tf.reshape(table, [6, 9]) as tf.Tensor2D), [n, 3, 3]);
  const ofStep = tf.sum(tf.mul(kinds, tf.reshape(factors, [n, 1, 3])), 2, true);
  const cell = (tensor: Tensor, step: number, kind: number): Tensor =>
    tf.slice(tensor, [0, step, kind], [n, 1, 1]);
  return [0, 1, 2].map((step) => ({
    factor: cell(ofStep, step, 0),
    contrast: cell(kinds, step, 1),
    saturation: cell(kinds, step, 2),
  }));
}

/** Multiplies every pixel of an image by its matrix. */
function transformColours(images: Tensor, matrix: Tensor, offset: Tensor): Tensor {
  const [n, height, width] = images.shape as [number, number, number];
  // Several pixels at once, on the diagonal of a larger matrix: a product of 3 × 3 alone takes four times
  // as long.
  const together = [16, 8, 4, 2].find((count) => height * width % count === 0) ?? 1;
  const diagonal = tf.reshape(tf.eye(together), [1, together, 1, together, 1]);
  const turned = tf.reshape(tf.transpose(matrix, [0, 2, 1]), [n, 1, 3, 1, 3]);
  const wide = tf.reshape(tf.mul(diagonal, turned), [n, 3 * together, 3 * together]);
  const pixels = tf.reshape(images, [n, height * width / together, 3 * together]);
  const offsets = tf.tile(tf.reshape(offset, [n, 1, 3]), [1, 1, together]);
  return tf.reshape(tf.add(tf.matMul(pixels, wide), offsets), images.shape);
}
