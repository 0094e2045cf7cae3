/**
 * Weights of pixels as whole numbers, in the pairs that the kernels take.
 *
 * @module
 */

/** What weights add up to; `kernels.as` divides by it. */
const whole = 2 ** 14;

/** Which pixels make up each pixel of a scaled row or column, and their weights. */
export interface Resampling {
  /** First pixel of each `[size]`. */
  readonly first: Int32Array;
  /** Pairs of pixels of each. */
  readonly pairs: number;
  /** Two weights in 32 bits `[size, pairs]`. */
  readonly weights: Int32Array;
}

/** How {@linkcode resampling} scales. */
export interface ResamplingOptions {
  /** Pixels there are. */
  readonly length: number;
  /** Pixels of the result for one of them. */
  readonly scale: number;
  /** First pixel of the result that is wanted. */
  readonly start: number;
  /** How many are wanted. */
  readonly size: number;
  /** Whether they are wanted from the last to the first. */
  readonly isMirrored?: boolean;
}

/**
 * Pillow's bilinear filter with antialiasing: a triangle as wide as two pixels of the result, or of the image
 * where that is enlarged.
 *
 * @param options Lengths and scale.
 * @returns First pixels and weights. Pixels beyond the last may be among them, with a weight of 0.
 * @example Two pixels become one
 * ```ts
 * import { resampling } from "glmc/images/pictures/weights.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const { first, weights } = resampling({ length: 2, scale: 1 / 2, start: 0, size: 1 });
 *
 * assertEquals([first[0], weights[0]], [0, 2 ** 29 + 2 ** 13]);
 * ```
 */
export function resampling(options: ResamplingOptions): Resampling {
  const { length, scale, start, size, isMirrored = false } = options;
  const reach = Math.max(1, 1 / scale);
  const pairs = Math.ceil((Math.ceil(reach) * 2 + 1) / 2);
  const first = new Int32Array(size);
  const weights = new Int32Array(size * pairs);
  const taps = new Float64Array(2 * pairs);
  for (let place = 0; place < size; place++) {
    const index = start + (isMirrored ? size - 1 - place : place);
    const centre = (index + 0.5) / scale;
    const begin = Math.max(0, Math.floor(centre - reach + 0.5));
    const end = Math.min(length, Math.floor(centre + reach + 0.5));
    let sum = 0;
    for (let tap = 0; tap < taps.length; tap++) {
      const distance = Math.abs(begin + tap + 0.5 - centre) / reach;
      taps[tap] = begin + tap < end ? Math.max(0, 1 - distance) : 0;
      sum += taps[tap]!;
    }
    for (let tap = 0; tap < taps.length; tap++) taps[tap]! /= sum;
    first[place] = begin;
    putPairs(taps, weights, place * pairs);
  }
  return { first, pairs, weights };
}

/**
 * Weights of a row of pixels in pairs.
 *
 * @param weights Weights that add up to 1.
 * @returns Two of them in 32 bits each; 0 after the last.
 * @example Three weights
 * ```ts
 * import { weightPairs } from "glmc/images/pictures/weights.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([...weightPairs([0.25, 0.5, 0.25])], [2 ** 29 + 2 ** 12, 2 ** 12]);
 * ```
 */
export function weightPairs(weights: readonly number[]): Int32Array {
  const taps = new Float64Array(2 * Math.ceil(weights.length / 2));
  taps.set(weights);
  const pairs = new Int32Array(taps.length / 2);
  putPairs(taps, pairs, 0);
  return pairs;
}

/** Whole numbers with exactly the sum wanted: the largest one takes what rounding has left. */
function putPairs(taps: Float64Array, into: Int32Array, at: number): void {
  let [rest, largest] = [whole, 0];
  for (let tap = 0; tap < taps.length; tap++) {
    if (taps[tap]! > taps[largest]!) largest = tap;
    rest -= Math.round(whole * taps[tap]!);
  }
  for (let pair = 0; pair < taps.length / 2; pair++) {
    const [low, high] = [2 * pair, 2 * pair + 1].map((tap) =>
      Math.round(whole * taps[tap]!) + (tap === largest ? rest : 0)
    );
    into[at + pair] = low! + high! * 2 ** 16;
  }
}
