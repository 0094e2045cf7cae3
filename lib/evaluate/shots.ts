/**
 * Accuracy by shot group: classes with many (over 100), medium and few (up to 20) training images, as the
 * tables of large long-tailed sets have it.
 *
 * @module
 */

/** Mean class accuracy of each group in percent; null for a group without classes. */
export interface ShotAccuracy {
  /** Classes with more than 100 training images. */
  readonly many: number | null;
  /** Classes with 21 to 100. */
  readonly medium: number | null;
  /** Classes with 20 or fewer. */
  readonly few: number | null;
}

/**
 * Group of a class by its training images; the official thresholds.
 *
 * @param trainingCount Training images of the class.
 * @returns Name of the group.
 * @example A hundred are not many
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { shotGroup } from "glmc/evaluate/shots.ts";
 *
 * assertEquals([101, 100, 20].map(shotGroup), ["many", "medium", "few"]);
 * ```
 */
export function shotGroup(trainingCount: number): keyof ShotAccuracy {
  return trainingCount > 100 ? "many" : trainingCount > 20 ? "medium" : "few";
}

/**
 * Averages class accuracies by group.
 *
 * @param classAccuracy Accuracy of each class in percent; classes with null are left out.
 * @param trainingCounts Training images of each class.
 * @returns Percent; null for a group without classes.
 * @throws {RangeError} If there is not one count for each class.
 * @example A group without classes
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { shotAccuracy } from "glmc/evaluate/shots.ts";
 *
 * assertEquals(shotAccuracy([90, 70, 10], [500, 101, 20]), { many: 80, medium: null, few: 10 });
 * ```
 */
export function shotAccuracy(
  classAccuracy: readonly (number | null)[],
  trainingCounts: readonly number[],
): ShotAccuracy {
  if (trainingCounts.length !== classAccuracy.length) {
    throw new RangeError(
      `Cannot average by shot group: ${trainingCounts.length} class counts are not one for each of ` +
        `${classAccuracy.length} classes: give those of the training set`,
    );
  }
  const mean = (group: keyof ShotAccuracy): number | null => {
    const members = classAccuracy
      .filter((_, c) => shotGroup(trainingCounts[c]!) === group)
      .filter((accuracy) => accuracy !== null);
    return members.length === 0 ? null : members.reduce((sum, a) => sum + a, 0) / members.length;
  };
  return { many: mean("many"), medium: mean("medium"), few: mean("few") };
}

/**
 * How many classes each group has.
 *
 * @param trainingCounts Training images of each class; a class without any belongs to none.
 * @returns Number of classes.
 * @example Two with few images
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { shotSizes } from "glmc/evaluate/shots.ts";
 *
 * assertEquals(shotSizes([500, 20, 1, 0]), { many: 1, medium: 0, few: 2 });
 * ```
 */
export function shotSizes(trainingCounts: readonly number[]): Record<keyof ShotAccuracy, number> {
  const sizes = { many: 0, medium: 0, few: 0 };
  for (const count of trainingCounts) if (count > 0) sizes[shotGroup(count)]++;
  return sizes;
}
