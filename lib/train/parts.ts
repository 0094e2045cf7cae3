/**
 * A step in parts: the plan of a batch cut into plans of parts of it, for devices that hold no whole one.
 *
 * @module
 */

import type { HostArray, NamedArrays, StepPlan } from "../data/plan.ts";
import type { Method } from "../method/method.ts";
import type { Stage } from "./stage.ts";

/** The plan of a part of a batch. */
export interface StepPart extends StepPlan {
  /** Its share of the examples of the batch. */
  readonly share: number;
  /** Number of parts of the batch. */
  readonly parts: number;
}

/**
 * Cuts a planned step into the parts that its stage trains in.
 *
 * Every part has the examples of one range, with the views, cuts and draws that they have in the whole batch. The
 * parts are as many as keep each within an N-th of a full batch, and of nearly equal size: the smaller last batch of
 * an epoch has fewer of them.
 *
 * @param plan The step.
 * @param stage Its method, the size of a batch, and the parts N of it.
 * @returns The parts in order; the plan alone where the stage has no parts.
 * @throws {RangeError} If the method does not say which of its draws belong to which example.
 * @example Seven images in batches of eight, of four parts
 * ```ts
 * import { crossEntropyMethod as method } from "glmc";
 * import { partsOf } from "glmc/train/parts.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const rows = Int32Array.of(10, 11, 12, 13, 14, 15, 16);
 * const plan = { count: 7, rows, cuts: {}, draws: {} };
 * const parts = partsOf(plan, { method, batchSize: 8, accumulate: 4 });
 *
 * assertEquals(parts.map(({ rows }) => [...rows]), [[10, 11], [12, 13], [14, 15], [16]]);
 * assertEquals(parts.map(({ share }) => share), [2 / 7, 2 / 7, 2 / 7, 1 / 7]);
 * ```
 */
export function partsOf(
  plan: StepPlan,
  { method, batchSize, accumulate = 1 }: Pick<Stage, "method" | "batchSize" | "accumulate">,
): StepPart[] {
  if (accumulate === 1) return [{ ...plan, share: 1, parts: 1 }];
  const parts = Math.ceil(plan.count / Math.ceil(batchSize / accumulate));
  const size = Math.floor(plan.count / parts);
  const larger = plan.count % parts;
  return Array.from({ length: parts }, (_, part) => {
    const begin = part * size + Math.min(part, larger);
    const end = begin + size + (part < larger ? 1 : 0);
    return { ...partOf(plan, { begin, end }, method), share: (end - begin) / plan.count, parts };
  });
}

/** Examples from `begin` up to `end`. */
interface Range {
  readonly begin: number;
  readonly end: number;
}

function partOf(plan: StepPlan, range: Range, method: Method): StepPlan {
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
function blocksOf({ count, rows }: StepPlan, { name, groups }: Method): number {
  const blocks = rows.length / groups / count;
  if (Number.isInteger(blocks)) return blocks;
  throw new RangeError(
    `Cannot cut a step of method ${name} into parts: its ${count} examples have ${rows.length} views in ` +
      `${groups} groups, not equally many each: leave --accumulate out`,
  );
}

function drawOf(
  name: string,
  { draw, plan, range: { begin, end }, method }: {
    readonly draw: HostArray;
    readonly plan: StepPlan;
    readonly range: Range;
    readonly method: Method;
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
        `the method ${reason}: name it in the method's drawsOf, or leave --accumulate out`,
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
