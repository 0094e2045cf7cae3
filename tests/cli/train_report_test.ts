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
    "epoch 1/3  top-1 50.00 %  top-5 90.00 %  (many 60.00, few 40.00)  validation 45.00 %  " +
      "loss 2.000  2s + 1s",
  );
  assertEquals(epochText(record, 3).includes("validation"), false);
});
