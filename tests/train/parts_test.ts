import { assertEquals, assertThrows } from "@std/assert";
import { hostScalar, type StepPlan } from "../../lib/data/plan.ts";
import { crossEntropyMethod } from "../../lib/method/methods.ts";
import { partsOf } from "../../lib/train/parts.ts";

/** Two groups of views, of two images for each of five examples. */
const plan: StepPlan = {
  count: 5,
  rows: Int32Array.from({ length: 20 }, (_, i) => 100 + i),
  cuts: { crops: { shape: [20, 2], data: Int32Array.from({ length: 40 }, (_, i) => i) } },
  draws: {
    mixWeight: hostScalar(0.5),
    box: { shape: [5], data: Int32Array.of(1, 2, 3, 4, 5) },
    angle: { shape: [5], data: Float32Array.of(10, 11, 12, 13, 14) },
  },
};
const method = {
  ...crossEntropyMethod,
  groups: 2,
  drawsOf: { box: "step", angle: "examples", partner: "partners" },
} as const;
const stage = { method, batchSize: 5 };

Deno.test("the parts of processes are the whole step, each example once, however many there are", () => {
  for (const count of [1, 2, 3, 5]) {
    const parts = Array.from({ length: count }, (_, rank) => partsOf(plan, stage, { rank, count }))
      .flat();
    assertEquals(parts.length, count);
    const sizes = parts.map(({ count }) => count);
    assertEquals(Math.max(...sizes) - Math.min(...sizes) <= 1, true);
    assertEquals(parts.reduce((sum, { share }) => sum + 5 * share, 0), 5);
    // Group after group, image after image.
    const block = (rows: Int32Array, size: number, i: number) => [
      ...rows.subarray(i * size, (i + 1) * size),
    ];
    for (const i of [0, 1, 2, 3]) {
      const joined = parts.flatMap(({ rows, count }) => block(rows, count, i));
      assertEquals(joined, block(plan.rows, 5, i));
    }
    for (const part of parts) {
      const crops = [...part.cuts.crops!.data].filter((_, i) => i % 2 === 0);
      assertEquals(crops, [...part.rows].map((row) => 2 * (row - 100)));
      assertEquals([part.draws.mixWeight, part.draws.box], [plan.draws.mixWeight, plan.draws.box]);
    }
    assertEquals(parts.flatMap(({ draws }) => [...draws.angle!.data]), [10, 11, 12, 13, 14]);
  }
});

Deno.test("images are mixed with those they have in the whole batch, wherever these are trained", () => {
  const partner = Int32Array.of(4, 2, 0, 1, 3);
  const mixed = { ...plan, draws: { partner: { shape: [5], data: partner } } };
  const whole = (group: number, example: number) => plan.rows[10 * group + partner[example]!];
  for (const [rank, first] of [[0, 0], [1, 3]] as const) {
    const [part] = partsOf(mixed, stage, { rank, count: 2 });
    const { rows, draws, count } = part!;
    for (const group of [0, 1]) {
      const own = rows.subarray(group * rows.length / 2, (group + 1) * rows.length / 2);
      const found = [...draws.partner!.data].map((place) => own[place]);
      assertEquals(found, Array.from({ length: count }, (_, i) => whole(group, first + i)));
    }
  }
});

Deno.test("a process cuts its part further, and its shares are those of the whole", () => {
  const shares = [0, 1].map((rank) =>
    partsOf(plan, { ...stage, accumulate: 3 }, { rank, count: 2 }).map(({ share }) => 5 * share)
  );
  assertEquals(shares, [[2, 1], [2]]);
});

Deno.test("a process that is left without an example does the first one, for nothing", () => {
  const parts = [0, 1, 2, 3, 4, 5, 6].flatMap((rank) => partsOf(plan, stage, { rank, count: 7 }));
  assertEquals(parts.filter(({ share }) => share === 0).length, 2);
  assertEquals(parts.map(({ count }) => count), [1, 1, 1, 1, 1, 1, 1]);
  assertThrows(
    () => partsOf({ ...plan, rows: plan.rows.subarray(1) }, stage, { rank: 0, count: 2 }),
    RangeError,
    "its 5 examples have 19 views in 2 groups",
  );
});
