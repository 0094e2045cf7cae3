import { assertEquals, assertMatch } from "@std/assert";
import { epochText, precisionAdvice } from "../../lib/cli/train_report.ts";

Deno.test("precisionAdvice() speaks where bfloat16 is the slower type", () => {
  assertEquals(precisionAdvice({ float32: 211e9, bfloat16: 343e9 }), undefined);
  assertEquals(precisionAdvice({ float32: 200e9, bfloat16: 190e9 }), undefined);
  assertMatch(precisionAdvice({ float32: 263e9, bfloat16: 169e9 })!, /1\.6 times.*float32/);
});

Deno.test("epochText() tells the accuracy on the validation images where there are some", () => {
  const evaluation = {
    ...{ top1: 50, top5: 90, shots: { many: 60, medium: null, few: 40 } },
    ...{ classAccuracy: [60, 40], calibrationError: 0 },
  };
  const times = { trainSeconds: 2, evaluateSeconds: 1 };
  const numbers = { stage: "train", epoch: 0, learningRate: 1, schedule: {}, losses: { total: 2 } };
  const record = { ...numbers, evaluation, ...times };
  assertEquals(
    epochText({ ...record, validation: { ...evaluation, balanced: 45 } }, 3),
    "epoch 1/3  top-1 50.00 %  many 60.0 few 40.0  validation 45.00 %  loss  2.00  3s",
  );
  assertEquals(epochText(record, 3).includes("validation"), false);
});

Deno.test("epochText() puts numbers under those of the epoch before, within 80 columns", () => {
  const line = (epoch: number, top1: number): string =>
    epochText({
      ...{ stage: "train", epoch, learningRate: 1, schedule: {}, losses: { total: -4.366 } },
      evaluation: {
        ...{ top1, top5: 90, shots: { many: 99.9, medium: 9.9, few: 0 } },
        ...{ classAccuracy: [], calibrationError: 0 },
      },
      ...{ trainSeconds: 92, evaluateSeconds: 21 },
    }, 200);
  const [first, last] = [line(0, 9.5), line(199, 81.5)];

  assertMatch(
    first,
    /^epoch {3}1\/200 {2}top-1 {2}9\.50 % {2}many 99\.9 medium {2}9\.9 few {2}0\.0 /,
  );
  assertEquals(first.indexOf("many"), last.indexOf("many"));
  assertEquals(last.length <= 80, true, `${last.length}`);
});
