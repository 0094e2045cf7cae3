/**
 * What the network is shown of a batch, and what it should say: images as they are, or mixtures of two.
 *
 * Views are one half of a method, a loss is the other; see `combination.ts`.
 *
 * @module
 */

import type { Fields, SettingsOf } from "../../settings/field.ts";
import type { Tensor } from "../../tensor/tfjs.ts";
import type { DrawKinds, LossContext, PlanContext, PlannedDraws } from "../method.ts";

/** Images of a step and their labels. */
export interface ViewedBatch {
  /** Images `[B, H, W, C]`. */
  readonly images: Tensor;
  /** What they show. */
  readonly labels: ViewedLabels;
}

/** One label for each image, or those of the two images that it was mixed from. */
export type ViewedLabels =
  | {
    /** One-hot labels `[B, C]`. */
    readonly first: Tensor;
    /** There is no second label. */
    readonly second?: undefined;
  }
  | {
    /** One-hot labels of the first images `[B, C]`. */
    readonly first: Tensor;
    /** One-hot labels of the second images `[B, C]`. */
    readonly second: Tensor;
    /** Share of the first λ `[]`. */
    readonly share: Tensor;
  };

/** What views are made from, inside the compiled step. */
export type ViewsContext<Options> = Pick<
  LossContext<Options>,
  "options" | "images" | "labels" | "draws"
>;

/** A way to show images; all views of a step come from one group. */
export interface Views<F extends Fields = Fields> {
  /** Name as `--views` takes it, such as `mixup`. */
  readonly name: string;
  /** Name for people, such as `MixUp`. */
  readonly title: string;
  /** What it does and where it was published, as the first half of a sentence. */
  readonly summary: string;
  /** Its settings. */
  readonly fields: F;
  /**
   * How many labels an image has: `one`; a `mixture` of two, which a loss has to understand; or a
   * `pair`, where the loss of the one label and that of the other are added by definition.
   */
  readonly labels: "one" | "mixture" | "pair";
  /** Whom its draws belong to; see {@linkcode Method.drawsOf}. */
  readonly drawsOf?: DrawKinds;
  /** Draws every step of an epoch; see {@linkcode Method.plan}. */
  plan(context: PlanContext<SettingsOf<F>>): PlannedDraws[];
  /** Makes images and labels; pure, on the device, without a gradient. */
  show(context: ViewsContext<SettingsOf<F>>): ViewedBatch;
}

/**
 * Types views by their fields, so that their functions know the names of the settings.
 *
 * @param views The views.
 * @returns The same views.
 * @example Images upside down
 * ```ts
 * import { defineViews } from "glmc/method/views/views.ts";
 * import { plainViews } from "glmc/method/views/plain.ts";
 * import { tf } from "glmc";
 * import { assertEquals } from "@std/assert";
 *
 * const turned = defineViews({
 *   ...plainViews,
 *   name: "turned",
 *   show: ({ images: [images], labels }) => ({
 *     images: tf.reverse(images!, 1),
 *     labels: { first: labels(0) },
 *   }),
 * });
 *
 * assertEquals(turned.labels, "one");
 * ```
 */
export function defineViews<const F extends Fields>(views: Views<F>): Views<F> {
  return views;
}
