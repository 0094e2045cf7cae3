/**
 * The random choices of a training step, drawn on the host before the step runs.
 *
 * A plan is plain data of the same type for every method and every image source: it can be printed,
 * stored, and replayed.
 *
 * @module
 */

/** Numbers on the host, with the shape they have on the device. */
export interface HostArray {
  /** Size of each dimension; empty for a scalar. */
  readonly shape: readonly number[];
  /** Elements in row-major order; whole numbers become int32, others float32. */
  readonly data: Int32Array | Float32Array;
}

/** Arrays by name. */
export type NamedArrays = Readonly<Record<string, HostArray>>;

/** The random choices of one training step. */
export interface StepPlan {
  /** Examples that the step's losses are means over B, such as pairs of images. */
  readonly count: number;
  /** Row of the split that each view shows `[groups · n]`, group after group. */
  readonly rows: Int32Array;
  /** How each view is cut out of its image: what the image source drew. */
  readonly cuts: NamedArrays;
  /** What the method drew, such as the weight of a mixture. */
  readonly draws: NamedArrays;
}

/**
 * A single number as an array.
 *
 * @param value The number; it is rounded to float32.
 * @returns An array of shape `[]`.
 * @example One number
 * ```ts
 * import { hostScalar } from "glmc/data/plan.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(hostScalar(0.5), { shape: [], data: Float32Array.of(0.5) });
 * ```
 */
export function hostScalar(value: number): HostArray {
  return { shape: [], data: Float32Array.of(value) };
}

/**
 * The number that a scalar array holds.
 *
 * @param arrays Arrays by name.
 * @param name Which of them.
 * @returns Its only element.
 * @throws {RangeError} If there is no such array, or it is no single number.
 * @example One number
 * ```ts
 * import { hostScalar, scalarOf } from "glmc/data/plan.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(scalarOf({ mixWeight: hostScalar(0.5) }, "mixWeight"), 0.5);
 * ```
 */
export function scalarOf(arrays: NamedArrays, name: string): number {
  const [value, ...others] = arrays[name]?.data ?? [];
  if (value === undefined || others.length > 0) {
    throw new RangeError(
      `Cannot read "${name}" of the plan: it is no single number: the plan has ${
        Object.keys(arrays).join(", ") || "no arrays"
      }`,
    );
  }
  return value;
}

/**
 * Where each step of an epoch begins and ends among `size` examples; the last step takes what is left.
 *
 * @param size Examples of an epoch.
 * @param batchSize Examples of a step.
 * @returns Pairs of first example and the one after the last.
 * @throws {RangeError} If the batch size is not a whole number, at least 1.
 * @example Five examples in steps of two
 * ```ts
 * import { stepRanges } from "glmc/data/plan.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(stepRanges(5, 2), [[0, 2], [2, 4], [4, 5]]);
 * ```
 */
export function stepRanges(size: number, batchSize: number): [begin: number, end: number][] {
  if (!(Number.isSafeInteger(batchSize) && batchSize >= 1)) {
    throw new RangeError(
      `Cannot plan the epoch: the batch size must be a whole number, at least 1: it is ${batchSize}: ` +
        "pass for example -b 64",
    );
  }
  return Array.from({ length: Math.ceil(size / batchSize) }, (_, step) => {
    const begin = step * batchSize;
    return [begin, Math.min(begin + batchSize, size)];
  });
}
