/**
 * What makes one training differ from another: the seam that every method of the field fits behind.
 *
 * A method is a plain value. It says which settings it has, which heads of the network it needs and
 * which of them is tested, what it draws before a step, which numbers change from epoch to epoch, and
 * how its loss is computed inside the compiled step. Everything else (steps, loop, checkpoints, command
 * line, charts, reports) works with whatever names a method brings.
 *
 * @module
 */

import type { NamedArrays } from "../data/plan.ts";
import type { DrawKinds } from "../data/plan_part.ts";
import type { RandomStream } from "../data/random.ts";
import type { HeadName, NetworkOutputs, PredictorKind } from "../model/network.ts";
import type { Fields, SettingsOf } from "../settings/field.ts";
import type { Tensor } from "../tensor/tfjs.ts";

/** What a method knows before an epoch is planned. */
export interface PlanContext<Options> {
  /** The method's settings. */
  readonly options: Options;
  /** Images of each class of the split N `[classes]`; its rows are grouped by class. */
  readonly counts: readonly number[];
  /** Examples in a step; the last step takes what is left. */
  readonly batchSize: number;
  /** Height of the views in pixels. */
  readonly height: number;
  /** Width of the views in pixels. */
  readonly width: number;
  /** Epoch within the stage t, from 0. */
  readonly epoch: number;
  /** Epochs of the stage T. */
  readonly epochs: number;
  /** Opens a random stream that belongs to the epoch, at its beginning. */
  readonly stream: (name: string) => RandomStream;
}

/** What a method knows when an epoch begins. */
export type ScheduleContext<Options> = Pick<
  PlanContext<Options>,
  "options" | "counts" | "epoch" | "epochs"
>;

/** What a method knows when its stage is put on the device. */
export type ConstantsContext<Options> = Pick<PlanContext<Options>, "options" | "counts">;

/** What a method has drawn for one step. */
export interface PlannedDraws {
  /** Examples of the step B, which its losses are means over. */
  readonly count: number;
  /** Rows of the split that each group of views shows, all groups of one length `[groups][n]`. */
  readonly rows: readonly Int32Array[];
  /** The method's own draws. */
  readonly draws: NamedArrays;
}

/** What a method computes its loss from, inside the compiled step. */
export interface LossContext<Options> {
  /** The method's settings. */
  readonly options: Options;
  /** Normalised views, one tensor `[n, H, W, C]` for each group of the plan. */
  readonly images: readonly Tensor[];
  /** One-hot labels of a group `[n, classes]`. */
  readonly labels: (group: number) => Tensor;
  /** The method's own draws, on the device. */
  readonly draws: Readonly<Record<string, Tensor>>;
  /** Numbers of the epoch `[]`, on the device. */
  readonly schedule: Readonly<Record<string, Tensor>>;
  /** What {@linkcode Method.constants} made. */
  readonly constants: Readonly<Record<string, Tensor>>;
  /** Runs the network on images `[B, H, W, C]`; a second call continues the running statistics. */
  readonly network: (images: Tensor) => NetworkOutputs;
}

/** Parts that many methods have in common. */
export interface MethodParts {
  /** Name of the views, as `--views` takes it. */
  readonly views: string;
  /** Name of the loss, as `--loss` takes it. */
  readonly loss: string;
  /** Class weights that it has by default; none where nothing is said. */
  readonly classWeights?: string;
}

/** Heads that are tested. */
export type TestedHeads = readonly [HeadName, ...HeadName[]];

/** A setting that has no meaning beside the others. */
export interface SettingConflict {
  /** Its name. */
  readonly setting: string;
  /** Why, and what to do, as it stands in messages after the setting and its value. */
  readonly reason: string;
}

/** What tables say of a method beyond its name. */
export interface MethodReference {
  /** What it minimises, in Markdown with TeX. */
  readonly formula: string;
  /** Where it was published, and the public code that it agrees with. */
  readonly source: string;
  /** Its file, from the folder of the project. */
  readonly file: string;
}

/** A way to train. */
export interface Method<F extends Fields = Fields> {
  /** Name as `--method` takes it, such as `cross_entropy`. */
  readonly name: string;
  /** Name for people, such as `Cross-entropy`. */
  readonly title: string;
  /** One sentence: what it does, and where it was published. */
  readonly summary: string;
  /** What tables say of it; its summary by default. */
  readonly reference?: MethodReference;
  /** Other names that `--method` takes for it; none by default. */
  readonly aliases?: readonly string[];
  /** What it is made of, if `--views` and `--loss` can choose it. */
  readonly parts?: MethodParts;
  /** Its settings; flags, help, checks and stored form follow from them. */
  readonly fields: F;
  /** Heads of the network that it needs, in the order of their initial draws. */
  readonly heads: readonly HeadName[];
  /** The head whose outputs are tested, unless its settings choose others. */
  readonly testedHead: HeadName;
  /**
   * The heads that its settings choose to be tested, `testedHead` alone by default; of several the mean of
   * their probabilities is tested.
   */
  testedHeads?(options: SettingsOf<F>): TestedHeads;
  /** What the tested outputs are multiplied by to be logits, as in its loss; 1 by default. */
  testedScale?(options: SettingsOf<F>): number;
  /** What its prediction head is made of, by its settings; one linear layer by default. */
  predictor?(options: SettingsOf<F>): PredictorKind;
  /** The first of its settings that has no meaning beside the others; none by default. */
  conflict?(options: SettingsOf<F>): SettingConflict | undefined;
  /** Heads that its settings leave untrained; none by default. */
  idleHeads?(options: SettingsOf<F>): readonly HeadName[];
  /** Names of its loss terms; the first one is minimised. */
  readonly terms: readonly [total: string, ...others: string[]];
  /** Groups of views in a step, such as view 1 and view 2 of each image; each is made by itself. */
  readonly groups: number;
  /** How often a step runs the network in training mode. */
  readonly passes: number;
  /** Name of what each pass is shown, such as `global`; passes are numbered by default. */
  readonly passNames?: readonly string[];
  /** What `-b` counts, for messages: `pairs` or `images`. */
  readonly unit: string;
  /** Draws every step of an epoch, from the context's streams alone. */
  plan(context: PlanContext<SettingsOf<F>>): PlannedDraws[];
  /**
   * Whom its draws belong to, for steps that are cut into parts: the whole `step`; the `examples`, one after the
   * other; or these, as the places of their `partners` among them, whose views a part then shows behind its own.
   * Single numbers belong to the step; a step with other draws that are not named here cannot be cut.
   */
  readonly drawsOf?: DrawKinds;
  /** Numbers of an epoch by name, such as the weight of a term; none by default. */
  schedule?(context: ScheduleContext<SettingsOf<F>>): Readonly<Record<string, number>>;
  /** Tensors that stay from step to step, such as class weights; the training disposes them. */
  constants?(context: ConstantsContext<SettingsOf<F>>): Record<string, Tensor>;
  /** The loss terms `[]` of a step, under the names of `terms`; runs inside the compiled step. */
  loss(context: LossContext<SettingsOf<F>>): Readonly<Record<string, Tensor>>;
}

export type { Fields, HeadName, NetworkOutputs, SettingsOf };

/**
 * Types a method by its fields, so that its functions know the names of its settings.
 *
 * @param method The method.
 * @returns The same method.
 * @example A method that learns nothing
 * ```ts
 * import { defineMethod } from "glmc/method/method.ts";
 * import { tf } from "glmc";
 * import { assertEquals } from "@std/assert";
 *
 * const rest = defineMethod({
 *   name: "rest",
 *   title: "Rest",
 *   summary: "Does nothing",
 *   fields: {},
 *   heads: ["logits"],
 *   testedHead: "logits",
 *   terms: ["total"],
 *   groups: 1,
 *   passes: 0,
 *   unit: "images",
 *   plan: () => [],
 *   loss: () => ({ total: tf.scalar(0) }),
 * });
 *
 * assertEquals(rest.plan({} as never), []);
 * ```
 */
export function defineMethod<const F extends Fields>(method: Method<F>): Method<F> {
  return method;
}
