/**
 * Learning rate by epoch: the cosine of GLMC's official code, and the steps of the field's older codes.
 *
 * @module
 */

/** How the learning rate falls. */
export type Decay = "cosine" | "steps_160_180" | "steps_120_160";

/** Settings of {@linkcode learningRateAt}. */
export interface ScheduleOptions {
  /** Learning rate at the start η. */
  readonly learningRate: number;
  /** Planned number of epochs T. */
  readonly epochs: number;
  /** How it falls; `cosine` by default. */
  readonly decay?: Decay;
  /** Whether the cosine follows the rule of the large sets, with ten epochs of warm-up; false by default. */
  readonly warmUp?: boolean;
}

const warmUpEpochs = 10;

type StepDecay = Exclude<Decay, "cosine">;

interface StepRule {
  readonly epochs: number;
  readonly warmUp: number;
  readonly drops: readonly (readonly [epoch: number, factor: number])[];
}

/** Rules of 200 epochs: epochs of warm-up, and the factors from an epoch on. */
const stepRules: Readonly<Record<StepDecay, StepRule>> = {
  steps_160_180: { epochs: 200, warmUp: 5, drops: [[160, 0.01], [180, 0.0001]] },
  steps_120_160: { epochs: 200, warmUp: 5, drops: [[120, 0.01], [160, 0.0001]] },
};

/** Names of all ways to fall, the default first. */
export const decays: readonly [Decay, ...Decay[]] = [
  "cosine",
  ...Object.keys(stepRules) as StepDecay[],
];

/**
 * Learning rate of an epoch, by the rule that a paper's code has.
 *
 * `cosine` is η (1 + cos(π t / T)) / 2, as in GLMC. `steps_160_180` is the rule of LDAM and
 * `steps_120_160` that of CMO and BBN: a linear warm-up of 5 epochs, then η until epoch 160 (120) of 200,
 * η / 100 until 180 (160), and η / 10,000; for other lengths all these epochs are in proportion.
 *
 * With `warmUp` the cosine follows the official rule of the large sets, which sets the rate after each
 * epoch: epoch 0 runs at full rate, the ramp starts in epoch 1 and overshoots by a tenth before the cosine
 * takes over.
 *
 * @param epoch Epoch t, from 0.
 * @param options Base rate, number of epochs, and the rule.
 * @returns The rate.
 * @throws {RangeError} If the epoch is not in `[0, epochs)`.
 * @example Half way down the cosine, and in the first of five epochs of warm-up
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { learningRateAt } from "glmc";
 *
 * assertAlmostEquals(learningRateAt(100, { learningRate: 0.01, epochs: 200 }), 0.005);
 * const steps = { learningRate: 0.1, epochs: 200, decay: "steps_160_180" } as const;
 * assertAlmostEquals(learningRateAt(0, steps), 0.02);
 * assertAlmostEquals(learningRateAt(160, steps), 0.001);
 * ```
 */
export function learningRateAt(epoch: number, options: ScheduleOptions): number {
  const { learningRate, epochs, decay = "cosine", warmUp = false } = options;
  if (!(epoch >= 0 && epoch < epochs)) {
    throw new RangeError(
      `Cannot set the learning rate of epoch ${epoch}: it must be in [0, ${epochs}): check the number of epochs`,
    );
  }
  if (decay !== "cosine") return learningRate * stepFactor(epoch, { epochs, decay });
  if (!warmUp) return learningRate * 0.5 * (1 + Math.cos(Math.PI * epoch / epochs));
  if (epoch === 0) return learningRate;
  const last = epoch - 1; // the epoch after which the rate was set
  if (last <= warmUpEpochs) return learningRate / warmUpEpochs * (last + 1);
  const phase = (last - warmUpEpochs + 1) / (epochs - warmUpEpochs + 1);
  return learningRate * 0.5 * (1 + Math.cos(Math.PI * phase));
}

function stepFactor(
  epoch: number,
  { epochs, decay }: { readonly epochs: number; readonly decay: StepDecay },
): number {
  const { warmUp, drops, ...official } = stepRules[decay];
  const inProportion = (officialEpoch: number): number =>
    Math.round(officialEpoch * epochs / official.epochs);
  const ramp = inProportion(warmUp);
  if (epoch < ramp) return (epoch + 1) / ramp;
  return drops.findLast(([from]) => epoch >= inProportion(from))?.[1] ?? 1;
}
