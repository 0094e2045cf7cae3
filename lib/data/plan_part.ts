/**
 * Parts of a planned step: for processes that do it together, and for devices that hold no whole batch.
 *
 * The whole step is always planned, so that a plan depends on no number of parts; a part has its examples as they are
 * in the whole.
 *
 * @module
 */

import type { HostArray, NamedArrays, StepPlan } from "./plan.ts";

/**
 * Whom draws belong to, by name: the whole `step`; the `examples`, one after the other; or these, as the places of
 * their `partners` among them.
 */
export type DrawKinds = Readonly<Record<string, "step" | "examples" | "partners">>;

/** What has to be known of the method that drew a plan. */
export interface PlannedBy {
  /** Its name. */
  readonly name: string;
  /** Groups of views in a step. */
  readonly groups: number;
  /** Whom its draws belong to; single numbers that are not named belong to the step. */
  readonly drawsOf?: DrawKinds;
}

/** Examples of a step, from `begin` up to `end`. */
export interface ExampleRange {
  /** The first. */
  readonly begin: number;
  /** The one after the last. */
  readonly end: number;
}

/**
 * Shares out examples that follow each other, nearly equally many to each part.
 *
 * @param total Number of examples.
 * @param parts Number of parts.
 * @returns The examples of each part; the first parts have one more where they cannot be equal.
 * @example Seven in three parts
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { exampleRanges } from "glmc/data/plan_part.ts";
 *
 * assertEquals(exampleRanges(7, 3).map(({ begin, end }) => [begin, end]), [[0, 3], [3, 5], [5, 7]]);
 * ```
 */
export function exampleRanges(total: number, parts: number): ExampleRange[] {
  const size = Math.floor(total / parts);
  const larger = total % parts;
  return Array.from({ length: parts }, (_, part) => {
    const begin = part * size + Math.min(part, larger);
    return { begin, end: begin + size + (part < larger ? 1 : 0) };
  });
}

/**
 * Takes a part of a planned step.
 *
 * Images that are mixed with others of their batch are so in the part too: the views of those others follow behind
 * the part's own.
 *
 * @param plan The whole step.
 * @param range Its examples, at least one.
 * @param method What drew the plan.
 * @returns A plan of these examples alone.
 * @throws {RangeError} If a group has not equally many views for each example, or it is not known whom a draw belongs to.
 * @example Two of three examples of two images each
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { planPart } from "glmc/data/plan_part.ts";
 *
 * const rows = Int32Array.of(1, 2, 3, 10, 20, 30);
 * const plan = { count: 3, rows, cuts: {}, draws: {} };
 * const part = planPart(plan, { begin: 1, end: 3 }, { name: "pairs", groups: 1 });
 *
 * assertEquals([...part.rows], [2, 3, 20, 30]);
 * ```
 */
export function planPart(plan: StepPlan, range: ExampleRange, method: PlannedBy): StepPlan {
  const { begin, end } = range;
  const size = end - begin;
  const blocks = blocksOf(plan, method);
  const partners = Object.entries(plan.draws)
    .filter(([name]) => method.drawsOf?.[name] === "partners")
    .map(([name, { data }]) => [name, data.subarray(begin, end)] as const);
  const inGroup = [
    ...Array.from(
      { length: blocks },
      (_, block) => Array.from({ length: size }, (_, i) => block * plan.count + begin + i),
    ).flat(),
    // Behind the part's own views, those of the images that they are mixed with.
    ...partners.flatMap(([, places]) => [...places]),
  ];
  const perGroup = blocks * plan.count;
  const views = Array.from(
    { length: method.groups },
    (_, group) => inGroup.map((view) => group * perGroup + view),
  ).flat();
  const draws = Object.entries(plan.draws).map(([name, draw]): [string, HostArray] => {
    const partner = partners.findIndex(([other]) => other === name);
    if (partner < 0) return [name, drawOf(name, { draw, plan, range, method })];
    const first = (blocks + partner) * size;
    return [name, { shape: [size], data: Int32Array.from({ length: size }, (_, i) => first + i) }];
  });
  return {
    count: size,
    rows: Int32Array.from(views, (view) => plan.rows[view]!),
    cuts: taken(plan.cuts, { views, of: plan.rows.length }),
    draws: Object.fromEntries(draws),
  };
}

/** How often each group of views shows as many images as the step has examples: twice for pairs. */
function blocksOf({ count, rows }: StepPlan, { name, groups }: PlannedBy): number {
  const blocks = rows.length / groups / count;
  if (Number.isInteger(blocks)) return blocks;
  throw new RangeError(
    `Cannot cut a step of method ${name} into parts: its ${count} examples have ${rows.length} views in ` +
      `${groups} groups, not equally many each: leave --accumulate and --devices out`,
  );
}

function drawOf(
  name: string,
  { draw, plan, range: { begin, end }, method }: {
    readonly draw: HostArray;
    readonly plan: StepPlan;
    readonly range: ExampleRange;
    readonly method: PlannedBy;
  },
): HostArray {
  const { shape: [first, ...rest], data } = draw;
  const scope = method.drawsOf?.[name] ?? (first === undefined ? "step" : undefined);
  if (scope === "step") return draw;
  if (scope === undefined || first !== plan.count) {
    const reason = scope === undefined
      ? "does not say whether it belongs to the step or to each example"
      : `it is said to have a value for each of ${plan.count} examples`;
    throw new RangeError(
      `Cannot cut a step of method ${method.name} into parts: of its draw "${name}" [${draw.shape}] ` +
        `the method ${reason}: name it in the method's drawsOf, or leave --accumulate and --devices out`,
    );
  }
  const each = data.length / first;
  return { shape: [end - begin, ...rest], data: data.slice(begin * each, end * each) };
}

/** Of arrays with a row for each view, the rows of some views. */
function taken(
  arrays: NamedArrays,
  { views, of }: { readonly views: readonly number[]; readonly of: number },
): NamedArrays {
  const entries = Object.entries(arrays).map(([name, { shape: [, ...rest], data }]) => {
    const each = data.length / of;
    const values = data instanceof Int32Array
      ? new Int32Array(views.length * each)
      : new Float32Array(views.length * each);
    views.forEach((view, i) => values.set(data.subarray(view * each, (view + 1) * each), i * each));
    return [name, { shape: [views.length, ...rest], data: values }];
  });
  return Object.fromEntries(entries);
}
