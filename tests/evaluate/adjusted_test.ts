import { assertEquals, assertNotEquals } from "@std/assert";
import { randomStream } from "../../lib/data/random.ts";
import { adjustedAccuracy } from "../../lib/evaluate/adjusted.ts";
import { evaluateLogits } from "../../lib/evaluate/metrics.ts";
import { postHocAdjusted } from "../../lib/evaluate/prior_shift.ts";
import { logPriors } from "../../lib/loss/class_counts.ts";

Deno.test("adjustedAccuracy() is what an evaluation of the adjusted logits says", () => {
  const random = randomStream(1, "logits");
  const [classes, images] = [10, 500];
  const counts = Array.from({ length: classes }, (_, c) => 500 >> c || 1);
  const logits = Float32Array.from({ length: classes * images }, () => 4 * random.uniform());
  const labels = Int32Array.from({ length: images }, () => random.integer(classes));
  const options = { classes, trainingCounts: counts };
  const adjusted = postHocAdjusted(logits, { logPriors: logPriors(counts) });
  const { top1, shots, classAccuracy } = evaluateLogits(adjusted, labels, options);

  assertEquals(adjustedAccuracy(logits, labels, counts), { top1, shots, classAccuracy });
  assertNotEquals(evaluateLogits(logits, labels, options).top1, top1);
});

Deno.test("adjustedAccuracy() says nothing where a class has no prior", () => {
  const logits = Float32Array.of(1, 2);
  assertEquals(adjustedAccuracy(logits, Int32Array.of(1), [5, 0]), undefined);
});
