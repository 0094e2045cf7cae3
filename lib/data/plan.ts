/**
 * The plan of an epoch: every random choice of every training step, drawn on the host.
 *
 * @module
 */
import type { Split } from "./long_tail.ts";
import { randomStream } from "./random.ts";
import { resampledRows } from "./sampler.ts";

/** Numbers on the host, with the shape they have on the device. */
export interface HostArray {
  /** Size of each dimension; empty for a scalar. */
  readonly shape: readonly number[];
  /** Elements in row-major order; whole numbers become int32, others float32. */
  readonly data: Int32Array | Float32Array;
}

/** Arrays by name. */
export type NamedArrays = Readonly<Record<string, HostArray>>;

/** Settings of {@linkcode planEpoch}. */
export interface PlanOptions {
  /** Epoch, from 0. */
  readonly epoch: number;
  /** Seed of the training. */
  readonly seed: number;
  /** Pairs of images in a step; the last step takes what is left. */
  readonly batchSize: number;
  /** Exponent q of the second sampler; 0 by default: uniform with replacement. */
  readonly resampleExponent?: number;
  /** Parameter b of the Beta(b, b) law of the mix weight; 1 by default, as the official code. */
  readonly mixtureBeta?: number;
  /** Side of an image in pixels; 32 by default. */
  readonly imageSize?: number;
  /** Pixels added on each side before an image is cropped; 4 by default. */
  readonly padding?: number;
}

/**
 * The random choices of one training step on B pairs of images.
 *
 * `crops` and `flips` hold view 1 of the first images, view 1 of the second ones, view 2 of the
 * first ones, view 2 of the second ones.
 */
export interface StepPlan {
  /** Rows of the split from the instance-balanced order `[B]`. */
  readonly first: Int32Array;
  /** Rows of the split from the second sampler `[B]`. */
  readonly second: Int32Array;
  /** Top and left of each crop in the padded image `[4, B, 2]`, 0 to twice the padding. */
  readonly crops: Int32Array;
  /** Whether each image is mirrored `[4, B]`, 0 or 1. */
  readonly flips: Int32Array;
  /** Share of the first image in the mixture λ, in `[0, 1]`. */
  readonly mixWeight: number;
  /** Top, left, bottom and right of the CutMix box `[4]`; bottom and right are not inside. */
  readonly box: Int32Array;
}

/** Settings of {@linkcode cutBox}. */
export interface CutBoxOptions {
  /** Side of the square image in pixels W. */
  readonly size: number;
  /** Share of the first image λ, in `[0, 1]`. */
  readonly mixWeight: number;
  /** Centre of the box in pixels. */
  readonly centre: readonly [row: number, column: number];
}

/**
 * Plans every step of an epoch: which images, how they are cropped and flipped, how they are mixed.
 *
 * One mix weight λ ~ Beta(b, b) serves a whole batch, for MixUp and for CutMix, as in the official
 * code. The plan depends on the arguments alone, so a continued run sees the same steps.
 *
 * @param split Subset to train on.
 * @param options Epoch, seed, batch size and laws.
 * @returns ⌈size / batchSize⌉ steps.
 * @throws {RangeError} If a setting is out of range.
 * @example Five images in batches of two
 * ```ts
 * import { drawSplit } from "glmc/data/long_tail.ts";
 * import { planEpoch } from "glmc/data/plan.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const split = drawSplit(Int32Array.of(0, 0, 0, 1, 1), { counts: [3, 2], seed: 42 });
 * const steps = planEpoch(split, { epoch: 0, seed: 42, batchSize: 2 });
 *
 * assertEquals(steps.map((step) => step.first.length), [2, 2, 1]);
 * ```
 */
export function planEpoch(split: Split, options: PlanOptions): StepPlan[] {
  const { epoch, seed, batchSize } = options;
  const { resampleExponent = 0, mixtureBeta = 1, imageSize = 32, padding = 4 } = options;
  const sizes = { "epoch": [epoch, 0], "batch size": [batchSize, 1], "padding": [padding, 0] };
  for (const [name, [value, least]] of Object.entries(sizes)) {
    if (!Number.isInteger(value) || value < least) {
      throw new RangeError(
        `Cannot plan the epoch: ${name} must be a whole number, at least ${least}: it is ${value}`,
      );
    }
  }
  const augment = randomStream(seed, "augment", epoch);
  const mix = randomStream(seed, "mix", epoch);
  const first = randomStream(seed, "shuffle", epoch).shuffled(split.indices.length);
  const second = resampledRows(split.counts, {
    resampleExponent,
    random: randomStream(seed, "sampler", epoch),
  });
  return Array.from({ length: Math.ceil(first.length / batchSize) }, (_, step) => {
    const begin = step * batchSize;
    const end = Math.min(begin + batchSize, first.length);
    const views = 4 * (end - begin);
    const mixWeight = mix.beta(mixtureBeta, mixtureBeta);
    const centre = [mix.integer(imageSize), mix.integer(imageSize)] as const;
    return {
      first: first.slice(begin, end),
      second: second.slice(begin, end),
      crops: Int32Array.from({ length: 2 * views }, () => augment.integer(2 * padding + 1)),
      flips: Int32Array.from({ length: views }, () => augment.integer(2)),
      mixWeight,
      box: cutBox({ size: imageSize, mixWeight, centre }),
    };
  });
}

/**
 * The CutMix box: sides ⌈W √(1 − λ)⌉ around a centre, clipped to the image, by the official rule.
 *
 * Half sides are whole numbers, so a box of odd side loses one pixel.
 *
 * @param options Size of the image, mix weight and centre.
 * @returns Top, left, bottom and right `[4]`; bottom and right are not inside.
 * @throws {RangeError} If the mix weight is not in `[0, 1]`.
 * @example A quarter of the image
 * ```ts
 * import { cutBox } from "glmc/data/plan.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const box = cutBox({ size: 32, mixWeight: 0.75, centre: [16, 30] });
 *
 * assertEquals([...box], [8, 22, 24, 32]);
 * ```
 */
export function cutBox(options: CutBoxOptions): Int32Array {
  const { size, mixWeight, centre: [row, column] } = options;
  if (!(mixWeight >= 0 && mixWeight <= 1)) {
    throw new RangeError(`Cannot cut a box: mix weight must be in [0, 1]: it is ${mixWeight}`);
  }
  const half = Math.floor(Math.ceil(size * Math.sqrt(1 - mixWeight)) / 2);
  const clip = (value: number): number => Math.min(Math.max(value, 0), size);
  return Int32Array.of(
    clip(row - half),
    clip(column - half),
    clip(row + half),
    clip(column + half),
  );
}
