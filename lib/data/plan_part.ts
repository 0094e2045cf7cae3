/**
 * The part of a planned step that one of several processes does.
 *
 * Every process draws the whole plan and takes its part, so that a plan depends neither on how many there
 * are nor on which of them asks.
 *
 * @module
 */

import type { NamedArrays, StepPlan } from "./plan.ts";

/** To what the numbers of an array belong, one after the other: see {@linkcode PartOptions.draws}. */
export type DrawKind = "step" | "examples" | "partners";

/** Whose part it is. */
export interface PartOptions {
  /** Which process, from 0. */
  readonly rank: number;
  /** How many there are. */
  readonly count: number;
  /** Groups of views in a step. */
  readonly groups: number;
  /**
   * Draws that belong to single examples: `examples` hold something of each, `partners` name another one
   * of the batch for each. All other draws are the whole step's.
   */
  readonly draws?: Readonly<Record<string, DrawKind>>;
}

/** A part of a step. */
export interface PlanPart {
  /** What is to be done; at least one example. */
  readonly plan: StepPlan;
  /** Its share of the step's examples; 0 if there are fewer examples than processes and none is left. */
  readonly share: number;
}

/**
 * Takes a process's part of a step: examples that follow each other, nearly as many as the others have.
 *
 * Images that are mixed with another one of their batch find it within the part.
 *
 * @param plan The whole step.
 * @param options Which part, and what the plan holds.
 * @returns The part. Where no example is left it holds the first one and has a share of 0.
 * @throws {RangeError} If the rows of a group cannot be shared out among the examples.
 * @example Three examples of two images each, on two processes
 * ```ts
 * import { planPart } from "glmc/data/plan_part.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const rows = Int32Array.of(1, 2, 3, 10, 20, 30);
 * const plan = { count: 3, rows, cuts: {}, draws: {} };
 * const { plan: part, share } = planPart(plan, { rank: 1, count: 2, groups: 1 });
 *
 * assertEquals([...part.rows, share], [2, 3, 20, 30, 2 / 3]);
 * ```
 */
export function planPart(plan: StepPlan, options: PartOptions): PlanPart {
  const { rank, count: processes, groups, draws: kinds = {} } = options;
  const total = plan.count;
  const [begin, end] = [rank, rank + 1].map((edge) => Math.floor(edge * total / processes)) as [
    number,
    number,
  ];
  const [first, after] = begin === end ? [0, 1] : [begin, end];
  const blocks = plan.rows.length / (groups * total);
  if (!Number.isInteger(blocks)) {
    throw new RangeError(
      `Cannot share out a step of ${total} examples: its ${groups} groups of views have ` +
        `${
          plan.rows.length / groups
        } rows: draw equally many rows for each example, or use one device`,
    );
  }
  const views = Int32Array.from(
    { length: groups * blocks * (after - first) },
    (_, i) => Math.floor(i / (after - first)) * total + first + i % (after - first),
  );
  const examples = Int32Array.from({ length: after - first }, (_, i) => first + i);
  const ofKind = (name: string, array: NamedArrays[string]): NamedArrays[string] => {
    const kind = kinds[name];
    if (kind === undefined || kind === "step") return array;
    const own = taken(array, examples);
    return kind === "examples" ? own : { ...own, data: inOrder(own.data) };
  };
  return {
    plan: {
      count: after - first,
      rows: views.map((view) => plan.rows[view]!),
      cuts: mapped(plan.cuts, (_, array) => taken(array, views)),
      draws: mapped(plan.draws, ofKind),
    },
    share: (end - begin) / total,
  };
}

function mapped(
  arrays: NamedArrays,
  f: (name: string, array: NamedArrays[string]) => NamedArrays[string],
): NamedArrays {
  return Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, f(name, array)]));
}

/** Some entries of an array along its first dimension. */
function taken({ shape, data }: NamedArrays[string], entries: Int32Array): NamedArrays[string] {
  const [, ...inner] = shape;
  const size = inner.reduce((product, length) => product * length, 1);
  const part = data instanceof Int32Array
    ? new Int32Array(entries.length * size)
    : new Float32Array(entries.length * size);
  entries.forEach((entry, i) =>
    part.set(data.subarray(entry * size, (entry + 1) * size), i * size)
  );
  return { shape: [entries.length, ...inner], data: part };
}

/** Each number's place in the order of all: of a part of a random permutation, again a random one. */
function inOrder(numbers: ArrayLike<number>): Int32Array {
  const order = [...Array(numbers.length).keys()].sort((a, b) => numbers[a]! - numbers[b]!);
  const places = new Int32Array(numbers.length);
  order.forEach((index, place) => places[index] = place);
  return places;
}
