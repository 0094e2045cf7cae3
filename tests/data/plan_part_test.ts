import { assertEquals, assertThrows } from "@std/assert";
import { hostScalar, type StepPlan } from "../../lib/data/plan.ts";
import { planPart } from "../../lib/data/plan_part.ts";

/** Two groups of views, of two images for each of five examples. */
const plan: StepPlan = {
  count: 5,
  rows: Int32Array.from({ length: 20 }, (_, i) => 100 + i),
  cuts: { crops: { shape: [20, 2], data: Int32Array.from({ length: 40 }, (_, i) => i) } },
  draws: {
    mixWeight: hostScalar(0.5),
    box: { shape: [5], data: Int32Array.of(1, 2, 3, 4, 5) },
    angle: { shape: [5], data: Float32Array.of(10, 11, 12, 13, 14) },
    partner: { shape: [5], data: Int32Array.of(4, 2, 0, 1, 3) },
  },
};
const draws = { angle: "examples", partner: "partners" } as const;

Deno.test("the parts of a step are the whole step, each example once, whatever the processes", () => {
  for (const count of [1, 2, 3, 5]) {
    const parts = Array.from(
      { length: count },
      (_, rank) => planPart(plan, { rank, count, groups: 2, draws }),
    );
    const sizes = parts.map(({ plan }) => plan.count);
    assertEquals(Math.max(...sizes) - Math.min(...sizes) <= 1, true);
    assertEquals(parts.reduce((sum, { share }) => sum + 5 * share, 0), 5);
    // Group after group, image after image.
    const block = (rows: Int32Array, size: number, i: number) => [
      ...rows.subarray(i * size, (i + 1) * size),
    ];
    for (const i of [0, 1, 2, 3]) {
      const joined = parts.flatMap(({ plan: { rows, count } }) => block(rows, count, i));
      assertEquals(joined, block(plan.rows, 5, i));
    }
    for (const { plan: part } of parts) {
      const crops = [...part.cuts.crops!.data].filter((_, i) => i % 2 === 0);
      assertEquals(crops, [...part.rows].map((row) => 2 * (row - 100)));
      assertEquals([part.draws.mixWeight, part.draws.box], [plan.draws.mixWeight, plan.draws.box]);
    }
    assertEquals(parts.flatMap(({ plan }) => [...plan.draws.angle!.data]), [10, 11, 12, 13, 14]);
  }
});

Deno.test("partners are found within a part, in the order that was drawn", () => {
  const { plan: part } = planPart(plan, { rank: 1, count: 2, groups: 2, draws });
  // Of 0, 1, 3.
  assertEquals(part.draws.partner, { shape: [3], data: Int32Array.of(0, 1, 2) });
  const { plan: whole } = planPart(plan, { rank: 0, count: 1, groups: 2, draws });
  assertEquals(whole.draws.partner, plan.draws.partner);
});

Deno.test("a process that is left without an example does the first one, for nothing", () => {
  const parts = [0, 1, 2, 3, 4, 5, 6].map((rank) => planPart(plan, { rank, count: 7, groups: 2 }));
  assertEquals(parts.filter(({ share }) => share === 0).length, 2);
  assertEquals(parts.map(({ plan }) => plan.count), [1, 1, 1, 1, 1, 1, 1]);
  assertThrows(
    () => planPart({ ...plan, rows: plan.rows.subarray(1) }, { rank: 0, count: 2, groups: 1 }),
    RangeError,
    "Cannot share out a step of 5 examples",
  );
});
