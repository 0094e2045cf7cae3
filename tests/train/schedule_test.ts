import { assertAlmostEquals, assertThrows } from "@std/assert";
import { learningRateAt } from "../../lib/train/schedule.ts";
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

Deno.test("learningRateAt() refuses epochs beyond the last", () => {
  assertThrows(() => learningRateAt(5, { learningRate: 0.1, epochs: 5 }), RangeError, "[0, 5)");
});
