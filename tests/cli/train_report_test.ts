import { assertEquals, assertMatch } from "@std/assert";
import { precisionAdvice } from "../../lib/cli/train_report.ts";

Deno.test("precisionAdvice() speaks where bfloat16 is the slower type", () => {
  assertEquals(precisionAdvice({ float32: 211e9, bfloat16: 343e9 }), undefined);
  assertEquals(precisionAdvice({ float32: 200e9, bfloat16: 190e9 }), undefined);
  assertMatch(precisionAdvice({ float32: 263e9, bfloat16: 169e9 })!, /1\.6 times.*float32/);
});
