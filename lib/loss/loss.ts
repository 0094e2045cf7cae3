/**
 * What a loss over logits is, as a plain value that methods are made from.
 *
 * @module
 */

import type { Fields, SettingsOf } from "../settings/field.ts";
import type { Tensor } from "../tensor/tfjs.ts";

/** What a loss is computed from besides logits and labels. */
export interface LossInputs<Options, Constant extends string> {
  /** The loss's settings. */
  readonly options: Options;
  /** What {@linkcode Loss.constants} computed, each `[C]` on the device. */
  readonly constants: Readonly<Record<Constant, Tensor>>;
  /**
   * Class weights `[C]` that a method adds, such as those of deferred re-weighting (DRW). The loss
   * is divided by the weights of the batch then, as PyTorch's weighted cross-entropy; focal alone
   * puts them inside its exponential and divides by the size of the batch.
   */
  readonly weights?: Tensor | undefined;
}

/** A loss over the outputs of one classifier. */
export interface Loss<F extends Fields = Fields, Constant extends string = string> {
  /** Name as flags take it, such as `balanced_softmax`. */
  readonly name: string;
  /** Name for people, such as `Balanced softmax`. */
  readonly title: string;
  /** One sentence: what it does. */
  readonly summary: string;
  /** Where it was published, and the public code that it agrees with. */
  readonly source: string;
  /** What it is as an equation, in Markdown with TeX, for tables; its summary by default. */
  readonly formula?: string;
  /** Name of its file in this folder, for links in tables; none by default. */
  readonly file?: string;
  /** Its settings; those that losses share are one field under one name. */
  readonly fields: F;
  /** The classifier it stands on: `plain` is linear, `cosine` gives cosines. */
  readonly head: "plain" | "cosine";
  /** What the outputs are multiplied by to be logits; 1 by default. */
  scale?(options: SettingsOf<F>): number;
  /**
   * `true` where it is linear in the labels, so that a mixed label means the expectation over its
   * classes; else the reason why labels must be one-hot. Mixtures of two images can always be given
   * as two calls, see {@linkcode pairLoss}; with added `weights` they should, as in the public codes,
   * since what is divided by the weights of the batch is not linear.
   */
  readonly mixedLabels: true | string;
  /** `true` where class weights can be added; else the reason why not. */
  readonly reweighting: true | string;
  /**
   * Numbers of each class, computed once on the host.
   *
   * @param counts Training images of each class `[C]`.
   * @param options The loss's settings.
   * @returns Arrays `[C]` by name.
   * @throws {RangeError} If a class has no image.
   */
  constants(
    counts: readonly number[],
    options: SettingsOf<F>,
  ): Readonly<Record<Constant, readonly number[]>>;
  /**
   * The loss of a batch, inside the compiled step.
   *
   * @param logits Outputs of the classifier `[B, C]`.
   * @param labels One-hot labels, or label distributions where `mixedLabels` is true `[B, C]`.
   * @param inputs Settings, constants, and class weights if wanted.
   * @returns Loss `[]`; the caller owns it.
   * @throws {RangeError} If weights are given and `reweighting` is not true.
   */
  compute(logits: Tensor, labels: Tensor, inputs: LossInputs<SettingsOf<F>, Constant>): Tensor;
}

/**
 * Types a loss by its fields and constants, and has it refuse class weights where it takes none.
 *
 * @param loss The loss.
 * @returns A loss that computes the same.
 * @example Weights where there are some already
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { startEngine, tf } from "glmc";
 * import { crossEntropy } from "glmc/loss/cross_entropy.ts";
 * import { defineLoss } from "glmc/loss/loss.ts";
 *
 * await startEngine({ device: "cpu" });
 * const loss = defineLoss({
 *   name: "mine",
 *   title: "Mine",
 *   summary: "Cross-entropy without weights",
 *   source: "none",
 *   fields: {},
 *   head: "plain",
 *   mixedLabels: true,
 *   reweighting: "it is balanced already",
 *   constants: () => ({}),
 *   compute: (logits, labels) => crossEntropy(logits, labels),
 * });
 * const one = tf.ones([1, 1]);
 *
 * assertThrows(
 *   () => loss.compute(one, one, { options: {}, constants: {}, weights: tf.ones([1]) }),
 *   RangeError,
 *   "Cannot weight the classes of mine: it is balanced already",
 * );
 * ```
 */
export function defineLoss<const F extends Fields, Constant extends string>(
  loss: Loss<F, Constant>,
): Loss<F, Constant> {
  const { name, reweighting } = loss;
  if (reweighting === true) return loss;
  return {
    ...loss,
    compute(logits, labels, inputs) {
      if (inputs.weights === undefined) return loss.compute(logits, labels, inputs);
      throw new RangeError(
        `Cannot weight the classes of ${name}: ${reweighting}: leave the weights out, or choose ` +
          "another loss",
      );
    },
  };
}
