/**
 * The weights of Pillow's `GaussianBlur`, which is no Gaussian but three box filters in a row.
 *
 * @module
 */

import type { HostArray } from "../../data/plan.ts";

/** Box filters in a row. */
const passes = 3;

/**
 * The weights that blur a row of pixels.
 *
 * @param sigma Standard deviation in pixels; 0 leaves the pixels as they are.
 * @returns An odd number of weights, symmetric, with sum 1.
 * @example Sharp, and as blurred as can be
 * ```ts
 * import { blurKernel } from "glmc/images/augment/blur_kernel.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(blurKernel(0), [1]);
 * assertEquals(blurKernel(2).length, 13);
 * ```
 */
export function blurKernel(sigma: number): number[] {
  if (sigma === 0) return [1];
  const box = boxKernel(boxRadius(sigma));
  return Array.from({ length: passes }).reduce<number[]>((kernel) => convolve(kernel, box), [1]);
}

/**
 * The weights of several blurs, all as wide as the widest.
 *
 * @param sigmas Standard deviation of each `[n]`.
 * @param widest The largest standard deviation there may be.
 * @returns Weights float32 `[n, taps]`, with zeros on both sides.
 * @throws {RangeError} If a standard deviation is outside 0 to the widest.
 * @example Nothing is blurred
 * ```ts
 * import { blurKernels } from "glmc/images/augment/blur_kernel.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([...blurKernels([0], 0.1).data], [0, 0, 0, 1, 0, 0, 0]);
 * ```
 */
export function blurKernels(sigmas: ArrayLike<number>, widest: number): HostArray {
  // Plans hold float32, which may round the largest up.
  const most = Math.fround(widest);
  const taps = blurKernel(most).length;
  const data = new Float32Array(sigmas.length * taps);
  for (let view = 0; view < sigmas.length; view++) {
    const sigma = sigmas[view]!;
    if (!(sigma >= 0 && sigma <= most)) {
      throw new RangeError(
        `Cannot blur view ${view}: its standard deviation must be from 0 to ${widest} pixels: it ` +
          `is ${sigma}: check the recipe`,
      );
    }
    const kernel = blurKernel(sigma);
    data.set(kernel, view * taps + (taps - kernel.length) / 2);
  }
  return { shape: [sigmas.length, taps], data };
}

/** Radius of the box whose three passes have the variance of the Gaussian (Gwosdek et al. 2011). */
function boxRadius(sigma: number): number {
  const variance = sigma * sigma / passes;
  const whole = Math.floor((Math.sqrt(12 * variance + 1) - 1) / 2);
  const part = (2 * whole + 1) * (whole * (whole + 1) - 3 * variance) /
    (6 * (variance - (whole + 1) ** 2));
  return whole + part;
}

/** A box of any radius: what is left beyond whole pixels weighs the two at its ends. */
function boxKernel(radius: number): number[] {
  const whole = Math.floor(radius);
  const weight = 1 / (2 * radius + 1);
  const inner = Array.from({ length: 2 * whole + 1 }, () => weight);
  const end = (1 - inner.length * weight) / 2;
  return [end, ...inner, end];
}

function convolve(first: readonly number[], second: readonly number[]): number[] {
  const result = Array.from({ length: first.length + second.length - 1 }, () => 0);
  first.forEach((a, i) => second.forEach((b, j) => result[i + j]! += a * b));
  return result;
}
