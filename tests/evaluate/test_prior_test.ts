import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { evaluateLogits } from "../../lib/evaluate/metrics.ts";
import { accuracyUnder, parseTestPrior, testShares } from "../../lib/evaluate/test_prior.ts";

Deno.test("parseTestPrior() refuses what is no distribution", () => {
  for (const text of ["", "forward", "forward:", "forward:0.5", "backward:-2", "sideways:5"]) {
    assertThrows(() => parseTestPrior(text), RangeError, "pass for example forward:50");
  }
  assertEquals(parseTestPrior("uniform"), { shape: "uniform", factor: 1 });
  assertEquals(parseTestPrior("forward:2.5"), { shape: "forward", factor: 2.5 });
});

Deno.test("testShares() follows the training set forward, turns it round backward", () => {
  // The order is that of the counts, not that of the labels.
  const counts = [10, 1000, 100];
  const forward = testShares(counts, { shape: "forward", factor: 100 });
  const backward = testShares(counts, { shape: "backward", factor: 100 });

  assertAlmostEquals(forward[1]! / forward[0]!, 100, 1e-9);
  assertAlmostEquals(forward[1]! / forward[2]!, 10, 1e-9);
  assertAlmostEquals(backward[0]! / backward[1]!, 100, 1e-9);
  for (const shares of [forward, backward, testShares(counts, parseTestPrior("uniform"))]) {
    assertAlmostEquals(shares.reduce((sum, share) => sum + share, 0), 1, 1e-12);
  }
  assertEquals(testShares([7], { shape: "forward", factor: 50 }), [1]);
});

Deno.test("accuracyUnder() is the accuracy of a test set with these shares", () => {
  // Two right of four of class 0, one right of one of class 1: a test set of 4 : 1.
  const labels = Int32Array.of(0, 0, 0, 0, 1);
  const logits = Float32Array.of(1, 0, 1, 0, 0, 1, 0, 1, 0, 1);
  const { classAccuracy, top1 } = evaluateLogits(logits, labels, {
    classes: 2,
    trainingCounts: [9, 1],
  });

  assertAlmostEquals(accuracyUnder(classAccuracy, [0.8, 0.2]), top1, 1e-9);
  assertEquals(accuracyUnder(classAccuracy, [0.5, 0.5]), 75);
  assertEquals(accuracyUnder([null, 40], [0.9, 0.1]), 40);
  assertThrows(() => accuracyUnder([null, 40], [1, 0]), RangeError, "no class has test images");
  assertThrows(() => accuracyUnder([10], [0.5, 0.5]), RangeError, "not one for each");
});
