/**
 * MixUp, CutMix and the labels of mixtures: GLMC's global view x_g = λ x_i + (1 − λ) x_j, its local view
 * x_l = M x_i + (1 − M) x_j, and p = λ p_i + (1 − λ) p_j for both.
 *
 * @module
 */

import { type Tensor, tf } from "../tensor/tfjs.ts";

/**
 * MixUp, the global view: x = λ xᵢ + (1 − λ) xⱼ (paper, global mixture; Zhang et al. 2018).
 *
 * @param first Images i, or one-hot labels `[B, ...]`.
 * @param second Images j, or labels, of the same shape.
 * @param mixWeight Share of the first λ `[]`, in `[0, 1]`.
 * @returns The mixture; the caller owns it.
 * @example Three quarters of the first
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { mixUp, startEngine, tf } from "glmc";
 *
 * await startEngine({ device: "cpu" });
 * const mixed = mixUp(tf.tensor1d([4]), tf.tensor1d([8]), tf.scalar(0.75));
 * assertEquals([...mixed.dataSync()], [5]);
 * ```
 */
export function mixUp(first: Tensor, second: Tensor, mixWeight: Tensor): Tensor {
  return tf.tidy(() =>
    tf.add(tf.mul(first, mixWeight), tf.mul(second, tf.sub(tf.scalar(1), mixWeight)))
  );
}

/**
 * CutMix, the local view: the box of image j pasted into image i, x = M xᵢ + (1 − M) xⱼ (paper, local
 * mixture; Yun et al. 2019).
 *
 * @param first Images i `[B, H, W, C]`.
 * @param second Images j `[B, H, W, C]`.
 * @param box Top, left, bottom, right int32 `[4]`; bottom and right are not inside.
 * @returns The mixture `[B, H, W, C]`; the caller owns it.
 * @example A box of one pixel
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { cutMix, startEngine, tf } from "glmc";
 *
 * await startEngine({ device: "cpu" });
 * const [first, second] = [tf.zeros([1, 2, 2, 1]), tf.ones([1, 2, 2, 1])];
 * const mixed = cutMix(first, second, tf.tensor1d([0, 1, 1, 2], "int32"));
 * assertEquals([...mixed.dataSync()], [0, 1, 0, 0]);
 * ```
 */
export function cutMix(first: Tensor, second: Tensor, box: Tensor): Tensor {
  return tf.tidy(() => {
    const [, height, width] = first.shape as [number, number, number, number];
    const [top, left, bottom, right] = edges(box);
    const rows = within(tf.range(0, height, 1, "int32"), top, bottom).reshape([1, height, 1, 1]);
    const columns = within(tf.range(0, width, 1, "int32"), left, right).reshape([1, 1, width, 1]);
    return tf.where(tf.logicalAnd(rows, columns), second, first);
  });
}

/** Top, left, bottom and right `[1]` of a box. */
function edges(box: Tensor): [top: Tensor, left: Tensor, bottom: Tensor, right: Tensor] {
  return tf.split(box, 4) as [Tensor, Tensor, Tensor, Tensor];
}

function within(position: Tensor, low: Tensor, high: Tensor): Tensor {
  return tf.logicalAnd(tf.greaterEqual(position, low), tf.less(position, high));
}

/**
 * The share of image i that CutMix really leaves: 1 − area of the box / area of the image.
 *
 * Differs from the official code, which keeps λ although the box is clipped and its sides are rounded.
 *
 * @param box Top, left, bottom, right int32 `[4]`.
 * @param pixels Area of an image in pixels: its height times its width.
 * @returns Share `[]`; the caller owns it.
 * @example A quarter is pasted
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { keptShare, startEngine, tf } from "glmc";
 *
 * await startEngine({ device: "cpu" });
 * const share = keptShare(tf.tensor1d([0, 0, 16, 16], "int32"), 32 * 32);
 * assertEquals(share.dataSync()[0], 0.75);
 * ```
 */
export function keptShare(box: Tensor, pixels: number): Tensor {
  return tf.tidy(() => {
    const [top, left, bottom, right] = edges(tf.cast(box, "float32"));
    const area = tf.mul(tf.sub(bottom, top), tf.sub(right, left)).reshape([]);
    return tf.sub(tf.scalar(1), tf.div(area, tf.scalar(pixels)));
  });
}

/** How class rarity enters the soft label of a pair. */
export type RebalanceTarget = "component" | "pair";

/**
 * Weights mixed labels by class rarity, for the second classifier.
 *
 * `component` (official code): λ wᵢ pᵢ + (1 − λ) wⱼ pⱼ, each class keeps its own weight. `pair` (the
 * paper's reading): (λ wᵢ + (1 − λ) wⱼ) (λ pᵢ + (1 − λ) pⱼ), one weight for the pair.
 *
 * @param labels Mixed labels `[B, C]`.
 * @param classWeights Weight of each class w `[C]`.
 * @param target Which of the two.
 * @returns `[B, C]`; rows need not sum to one. The caller owns it.
 * @example Both readings
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { startEngine, tf, weightLabels } from "glmc";
 *
 * await startEngine({ device: "cpu" });
 * const [labels, weights] = [tf.tensor2d([[0.5, 0.5]]), tf.tensor1d([1, 3])];
 * assertEquals([...weightLabels(labels, weights, "component").dataSync()], [0.5, 1.5]);
 * assertEquals([...weightLabels(labels, weights, "pair").dataSync()], [1, 1]);
 * ```
 */
export function weightLabels(
  labels: Tensor,
  classWeights: Tensor,
  target: RebalanceTarget = "component",
): Tensor {
  return tf.tidy(() => {
    const perClass = tf.mul(labels, classWeights);
    return target === "component" ? perClass : tf.mul(labels, tf.sum(perClass, 1, true));
  });
}
