import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { type Decay, learningRateAt } from "../../lib/train/schedule.ts";
import { goldenIndex } from "../golden.ts";

const { cosine_200, large_135, large_120 } = goldenIndex().schedules;

for (
  const [name, schedule, options] of [
    ["cosine_200", cosine_200, { learningRate: 0.01, epochs: 200 }],
    ["large_135", large_135, { learningRate: 0.1, epochs: 135, warmUp: true }],
    ["large_120", large_120, { learningRate: 0.1, epochs: 120, warmUp: true }],
  ] as const
) {
  Deno.test(`learningRateAt() reproduces ${name}`, () => {
    schedule.forEach((rate, epoch) =>
      // the same formula in the same precision; PyTorch's cosine is recursive and drifts a little
      assertAlmostEquals(learningRateAt(epoch, options), rate, 1e-12)
    );
  });
}

const rates = (epochs: number, decay: Decay): number[] =>
  Array.from(
    { length: epochs },
    (_, epoch) => learningRateAt(epoch, { learningRate: 1, epochs, decay }),
  );

Deno.test("learningRateAt() falls in steps at 160 and 180 of 200 epochs, as LDAM's code", () => {
  const all = rates(200, "steps_160_180");

  assertEquals(all.slice(0, 6), [0.2, 0.4, 0.6, 0.8, 1, 1]);
  assertEquals([159, 160, 179, 180, 199].map((epoch) => all[epoch]), [1, 0.01, 0.01, 1e-4, 1e-4]);
});

Deno.test("learningRateAt() falls in steps at 120 and 160 of 200 epochs, as CMO's code", () => {
  const all = rates(200, "steps_120_160");

  assertEquals([0, 4, 119, 120, 159, 160].map((epoch) => all[epoch]), [
    0.2,
    1,
    1,
    0.01,
    0.01,
    1e-4,
  ]);
});

Deno.test("learningRateAt() keeps the proportions of the steps for other lengths", () => {
  assertEquals(rates(20, "steps_160_180"), [...Array(16).fill(1), 0.01, 0.01, 1e-4, 1e-4]);
  assertEquals(rates(400, "steps_120_160").findIndex((rate) => rate === 0.01), 240);
  assertEquals(rates(400, "steps_120_160").slice(0, 2), [0.1, 0.2]);
  assertEquals(rates(1, "steps_160_180"), [1]);
});

Deno.test("learningRateAt() refuses epochs beyond the last", () => {
  assertThrows(() => learningRateAt(5, { learningRate: 0.1, epochs: 5 }), RangeError, "[0, 5)");
});
