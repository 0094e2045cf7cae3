import { assert, assertEquals, assertThrows } from "@std/assert";
import { randomStream } from "../../lib/data/random.ts";
import { adjustedAccuracy, adjustedMeasure } from "../../lib/evaluate/adjusted.ts";
import { calibration } from "../../lib/evaluate/calibration.ts";
import { cellsOf } from "../../lib/evaluate/confusion.ts";
import { createEvaluator } from "../../lib/evaluate/evaluator.ts";
import {
  accuracyByClass,
  confusionMatrix,
  evaluateLogits,
  topAccuracy,
} from "../../lib/evaluate/metrics.ts";

function sample(images: number, classes: number) {
  const random = randomStream(5, "evaluator");
  return {
    logits: Float32Array.from({ length: images * classes }, () => 4 * random.uniform()),
    labels: Int32Array.from({ length: images }, () => random.integer(classes)),
    options: { classes, trainingCounts: Array.from({ length: classes }, (_, c) => 1 + 3 * c) },
  };
}

Deno.test("an evaluation in batches is that of all outputs, and of each figure by itself, to the last bit", () => {
  const { logits, labels, options } = sample(97, 12);
  const { classes, trainingCounts } = options;
  const whole = evaluateLogits(logits, labels, options);
  for (const size of [1, 10, 96]) {
    const [evaluator, adjusted] = [createEvaluator(options), adjustedMeasure(trainingCounts)!];
    for (let first = 0; first < labels.length; first += size) {
      const part = labels.subarray(first, first + size);
      const outputs = logits.subarray(first * classes, (first + part.length) * classes);
      for (const measure of [evaluator, adjusted]) measure.add(outputs, part);
    }
    assertEquals(evaluator.result(), whole);
    assertEquals(adjusted.result(), adjustedAccuracy(logits, labels, trainingCounts));
  }
  const confusion = confusionMatrix(logits, labels, classes);
  const { error, bins } = calibration(logits, labels, classes);
  assertEquals(whole.confusion, confusion);
  assertEquals(whole.classAccuracy, accuracyByClass(confusion, classes));
  assertEquals(
    [whole.top1, whole.top5],
    [1, 5].map((k) => topAccuracy(logits, labels, { classes, k })),
  );
  assertEquals([whole.calibrationError, whole.reliability], [error, bins]);
});

Deno.test("the confusion of thousands of classes is held in cells, which are those of the matrix", () => {
  const { logits, labels, options } = sample(300, 1001);
  const evaluation = evaluateLogits(logits, labels, options);
  assertEquals(evaluation.confusion.length, 0);
  const confusion = confusionMatrix(logits, labels, 1001);
  const { confusionCells } = evaluation;
  assertEquals(confusionCells, cellsOf({ confusion }, 1001));
  assertEquals(confusionCells!.counts.reduce((sum, count) => sum + count), 300);
  assertEquals(evaluation.classAccuracy, accuracyByClass(confusion, 1001));
});

Deno.test("an evaluation of 8,142 classes takes the memory of a batch, not of all outputs", () => {
  const classes = 8142;
  const evaluator = createEvaluator({ classes, trainingCounts: Array(classes).fill(2) });
  const [logits, labels] = [
    new Float32Array(8 * classes),
    Int32Array.from({ length: 8 }, (_, n) => n),
  ];
  labels.forEach((label, n) => logits[n * classes + label] = 1);
  const before = Deno.memoryUsage().external;
  for (let batch = 0; batch < 20; batch++) evaluator.add(logits, labels);
  const { top1, confusionCells } = evaluator.result();
  assertEquals([top1, confusionCells!.counts], [100, Array(8).fill(20)]);
  // All 160 outputs would be 5 MB, a whole matrix 265 MB.
  assert(Deno.memoryUsage().external - before < 2e6);
});

Deno.test("outputs that are no numbers are refused in the end, with how many there are", () => {
  const evaluator = createEvaluator({ classes: 2, trainingCounts: [1, 1] });
  evaluator.add(Float32Array.of(NaN, 1), Int32Array.of(0));
  evaluator.add(Float32Array.of(0, Infinity), Int32Array.of(1));
  assertThrows(() => evaluator.result(), RangeError, "2 of 4 logits are infinite or not a number");
  assertThrows(
    () => evaluator.add(Float32Array.of(0, 1), Int32Array.of(2)),
    RangeError,
    "image 2 has label 2",
  );
});
