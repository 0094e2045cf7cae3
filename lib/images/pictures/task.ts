/**
 * What the threads that make views are told, and what they answer.
 *
 * @module
 */

import type { HostArray } from "../../data/plan.ts";
import type { AugmentPlan } from "../augment/draw.ts";
import type { Frame } from "../augment/framing.ts";
import { middleFrame, windowFrame } from "../augment/framing.ts";
import type { AugmentRecipe } from "../augment/recipe.ts";
import { plannedWindow, type Size } from "../augment/window.ts";
import type { FaultKind } from "../check_images.ts";
import type { ViewChange } from "./make_view.ts";

/** A file, and which views of the step show it. */
export interface PictureJob {
  /** Path below the folder. */
  readonly path: string;
  /** Places of the views in the step. */
  readonly places: readonly number[];
}

/** The views of a step. */
export interface PicturesTask {
  /** Number of the task. */
  readonly id: number;
  /** The folder that the paths lie below. */
  readonly folder: string;
  /** The files. */
  readonly jobs: readonly PictureJob[];
  /** How views are cut. */
  readonly recipe: Pick<AugmentRecipe, "side" | "testResize" | "crop">;
  /** What was drawn for the views; without it they show the middle. */
  readonly plan?: AugmentPlan;
  /** Where the views go: bytes `[views, side, side, 3]`, shared by all threads. */
  readonly views: SharedArrayBuffer;
  /** How many jobs are taken: one whole number, shared by all threads. */
  readonly taken: SharedArrayBuffer;
}

/** A file that could not be used. */
export interface JobFault {
  /** Which job. */
  readonly job: number;
  /** What is wrong; nothing if it is not the file's fault. */
  readonly kind?: FaultKind | undefined;
  /** Name of the class of the error. */
  readonly type: string;
  /** Its message. */
  readonly message: string;
}

/** What a thread says when no job of a task is left. */
export interface PicturesAnswer {
  /** Number of the task. */
  readonly id: number;
  /** Jobs of this thread that failed. */
  readonly faults: readonly JobFault[];
}

/**
 * Which part of its image a view shows.
 *
 * @param size Size of the image.
 * @param place Place of the view in the step.
 * @param task Recipe, and what was drawn.
 * @returns The part and its scale.
 */
export function plannedFrame(
  size: Size,
  place: number,
  { plan, recipe: { side, testResize, crop } }: Pick<PicturesTask, "plan" | "recipe">,
): Frame {
  return plan === undefined
    ? middleFrame(size, { side, resize: testResize })
    : windowFrame(plannedWindow(plan.windows.data[place]!, size, crop), side);
}

/**
 * What is changed of a view.
 *
 * @param plan What was drawn.
 * @param place Place of the view in the step.
 * @returns Its share of the plan.
 */
export function plannedChange(plan: AugmentPlan, place: number): ViewChange {
  const { flips, factors, orders, greys, sigmas } = plan;
  const at = ({ data }: HostArray, index: number = place): number => data[index]!;
  return {
    isMirrored: at(flips) === 1,
    factors: [at(factors, 3 * place), at(factors, 3 * place + 1), at(factors, 3 * place + 2)],
    order: at(orders),
    isGrey: at(greys) === 1,
    sigma: at(sigmas),
  };
}
