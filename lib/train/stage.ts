/**
 * A training is a list of stages: each has a method, a length, and a say in what moves.
 *
 * @module
 */

import type { Method } from "../method/method.ts";
import type { SettingValue } from "../settings/field.ts";
import type { Decay } from "./schedule.ts";

/** One leg of a training. */
export interface Stage {
  /** Its name in records and messages, such as `train`. */
  readonly name: string;
  /** How it trains. */
  readonly method: Method;
  /** The method's settings, complete. */
  readonly options: Readonly<Record<string, SettingValue>>;
  /**
   * Which parameters are trained: all that the method uses, its classifiers alone, or only the scales of
   * their outputs.
   */
  readonly trains: Trains;
  /** Whether the running statistics of batch norm move; `kept` also normalises by them. */
  readonly statistics: "updated" | "kept";
  /** Its epochs. */
  readonly epochs: number;
  /** Epoch to start at, within the stage; 0 by default. */
  readonly startEpoch?: number;
  /** Examples in a step; the last step of an epoch takes what is left. */
  readonly batchSize: number;
  /**
   * Parts N of a batch, whose gradients are averaged before a step; 1 by default. In training, batch norm sees each
   * part by itself.
   */
  readonly accumulate?: number;
  /** Learning rate at its start η. */
  readonly learningRate: number;
  /** How the learning rate falls; `cosine` by default. */
  readonly decay?: Decay;
  /** Whether the ten-epoch warm-up rule of the large sets applies; false by default. */
  readonly warmUp?: boolean;
  /** Momentum of the optimiser; 0.9 by default. */
  readonly momentum?: number;
  /** Weight decay; 0 by default. */
  readonly weightDecay?: number;
  /** Whether steps look ahead along the velocity (Nesterov); false by default. */
  readonly nesterov?: boolean;
  /** Radius ρ of sharpness-aware minimisation; 0, the default, is plain descent. */
  readonly samRadius?: number;
  /** Share that moving averages of the weights keep at each step; 0, the default, has none. */
  readonly averageDecay?: number;
  /** Whether the tested classifier is drawn anew when the stage begins; false by default. */
  readonly freshClassifier?: boolean;
  /** A limit to the rows of the tested classifier; none by default. */
  readonly maxNorm?: MaxNorm | undefined;
  /** Epochs from one evaluation to the next, 1 by default; the last epoch of a stage is evaluated always. */
  readonly evaluateEvery?: number;
}

/** What a stage may train. */
export type Trains = "all" | "classifier" | "scales";

/** MaxNorm: rows of a classifier may not be longer than a limit taken when the stage begins. */
export interface MaxNorm {
  /** The limit, as a share of the way from the shortest row to the longest. */
  readonly share: number;
  /** When rows are shortened: after every step (paper), or after every epoch (public code). */
  readonly every: "step" | "epoch";
}

/** What says after which of its epochs a stage is evaluated. */
export type EvaluatedStage = Pick<Stage, "epochs" | "startEpoch" | "evaluateEvery">;

/** A stage and where it lies among the epochs of a training. */
export interface StagePosition<S = Stage> {
  /** The stage. */
  readonly stage: S;
  /** Which one, from 0. */
  readonly index: number;
  /** Its first epoch, counted over all stages. */
  readonly first: number;
}

/**
 * Epochs of all stages together.
 *
 * @param stages The stages.
 * @returns Their sum.
 * @example Two stages
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { totalEpochs } from "glmc/train/stage.ts";
 *
 * assertEquals(totalEpochs([{ epochs: 200 }, { epochs: 10 }]), 210);
 * ```
 */
export function totalEpochs(stages: readonly Pick<Stage, "epochs">[]): number {
  return stages.reduce((sum, { epochs }) => sum + epochs, 0);
}

/**
 * The stage that an epoch belongs to.
 *
 * @param stages The stages.
 * @param epoch Epoch, from 0, counted over all stages.
 * @returns The stage and where it begins.
 * @throws {RangeError} If no stage has the epoch.
 */
export function stageAt<S extends Pick<Stage, "epochs">>(
  stages: readonly S[],
  epoch: number,
): StagePosition<S> {
  let first = 0;
  for (const [index, stage] of stages.entries()) {
    if (epoch >= first && epoch < first + stage.epochs) return { stage, index, first };
    first += stage.epochs;
  }
  throw new RangeError(
    `Cannot train epoch ${epoch}: the stages have epochs 0 to ${
      first - 1
    }: check where the training stands`,
  );
}

/**
 * Whether a training is evaluated after an epoch.
 *
 * @param stages Its stages.
 * @param epoch Epoch, from 0, counted over all stages.
 * @returns `true` after every `evaluateEvery` epochs of a stage, and after its last one.
 * @throws {RangeError} If no stage has the epoch.
 * @example Every second epoch of five
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { isEvaluated } from "glmc/train/stage.ts";
 *
 * const stages = [{ epochs: 5, evaluateEvery: 2 }];
 *
 * assertEquals([0, 1, 2, 3, 4].filter((epoch) => isEvaluated(stages, epoch)), [1, 3, 4]);
 * ```
 */
export function isEvaluated(stages: readonly EvaluatedStage[], epoch: number): boolean {
  const { stage: { epochs, evaluateEvery = 1 }, first } = stageAt(stages, epoch);
  const done = epoch - first + 1;
  return done === epochs || done % evaluateEvery === 0;
}

/**
 * The epochs after which a training is evaluated, each of which leaves a record.
 *
 * @param stages Its stages.
 * @param before The epoch before which to end, from 0; all of them by default.
 * @returns The epochs, from 0, counted over all stages; none before the one that the first stage starts at.
 * @example Two stages
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { evaluatedEpochs } from "glmc/train/stage.ts";
 *
 * const stages = [{ epochs: 5, evaluateEvery: 2 }, { epochs: 2 }];
 *
 * assertEquals(evaluatedEpochs(stages), [1, 3, 4, 5, 6]);
 * assertEquals(evaluatedEpochs(stages, 4), [1, 3]);
 * ```
 */
export function evaluatedEpochs(
  stages: readonly EvaluatedStage[],
  before: number = totalEpochs(stages),
): number[] {
  const begin = stages[0]?.startEpoch ?? 0;
  return Array.from({ length: Math.max(0, before - begin) }, (_, index) => begin + index)
    .filter((epoch) => isEvaluated(stages, epoch));
}
