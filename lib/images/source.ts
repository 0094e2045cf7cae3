/**
 * Where the images of a training come from: the seam between what a step wants and what lies on the
 * device, in memory, or on a disk.
 *
 * @module
 */

import type { NamedArrays } from "../data/plan.ts";
import type { RandomStream } from "../data/random.ts";
import type { NamedTensors } from "../tensor/named_tensors.ts";
import type { Tensor } from "../tensor/tfjs.ts";

/** Which images, and how each is cut; without cuts the images are taken as they are. */
export interface ViewsPlan {
  /** Rows of the source `[n]`. */
  readonly rows: Int32Array;
  /** What {@linkcode ImageSource.draw} drew for these n views. */
  readonly cuts?: NamedArrays;
}

/** The views of a step, on the device. */
export interface ViewsStep {
  /** Rows of the source int32 `[n]`. */
  readonly rows: Tensor;
  /** What {@linkcode ImageSource.prepare} returned for these rows. */
  readonly prepared: NamedTensors;
  /** Number of equal parts; each is made by itself, on a core of its own. */
  readonly groups: number;
}

/** Images that can be had as normalised views. */
export interface ImageSource {
  /** Number of images. */
  readonly count: number;
  /** Height of a view in pixels. */
  readonly height: number;
  /** Width of a view in pixels. */
  readonly width: number;
  /** Values of a pixel. */
  readonly channels: number;
  /** Bytes that {@linkcode ImageSource.prepare} takes for a view, where it takes many: fewer are prepared ahead. */
  readonly viewBytes?: number;
  /**
   * Draws how views are cut.
   *
   * @param random Where the numbers come from.
   * @param views Number of views n.
   * @returns Arrays whose first dimension is n.
   */
  readonly draw: (random: RandomStream, views: number) => NamedArrays;
  /**
   * Brings what the views of a step need to the device, besides their rows; may run ahead of the steps.
   *
   * @param plan Which images and cuts.
   * @returns Tensors; the caller owns them.
   */
  readonly prepare: (plan: ViewsPlan) => Promise<NamedTensors> | NamedTensors;
  /**
   * Makes the views; runs inside a compiled step.
   *
   * @param step The rows and what `prepare` returned for them.
   * @returns A tensor `[n / groups, height, width, channels]` for each group, normalised.
   */
  readonly views: (step: ViewsStep) => Tensor[];
  /** Frees what it holds on the device, and closes its files. */
  readonly dispose: () => void;
}
