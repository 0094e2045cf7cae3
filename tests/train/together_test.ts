import { assert, assertEquals } from "@std/assert";
import { relativeError } from "../assertions.ts";
import { trainInRanks } from "./ranks.ts";
import type { RankOutcome } from "./rank.ts";

/** Rounding differs in the first step alone; training then amplifies it, as between any two machines. */
function assertFollows(ours: RankOutcome, theirs: RankOutcome): void {
  assertEquals(ours.losses.length, theirs.losses.length);
  ours.losses.forEach((loss, step) => {
    const error = Math.abs(loss / theirs.losses[step]! - 1);
    assert(error <= (step === 0 ? 5e-6 : 5e-3), `loss ${step + 1} is off by ${error}`);
  });
  const classifier = relativeError(ours.classifier, theirs.classifier);
  assert(classifier <= 1e-4, `the classifier is off by ${classifier}`);
  const variance = relativeError(ours.variance, theirs.variance);
  assert(variance <= 5e-3, `a running variance is off by ${variance}`);
  // Rounding alone moves gradients that have gone through all layers by some hundredths.
  const momentum = relativeError(ours.momentum, theirs.momentum);
  assert(momentum <= 0.3, `gradients of the first convolution are off by ${momentum}`);
}

Deno.test("two processes with 32 pairs each follow one with 64, where batch norm is synchronised", async () => {
  const [[alone], together, local] = [
    await trainInRanks(1, { synchronised: false, batchSize: 64 }),
    await trainInRanks(2, { synchronised: true, batchSize: 64 }),
    await trainInRanks(2, { synchronised: false, batchSize: 64, steps: 2 }),
  ];
  assertFollows(together[0]!, alone!);
  assertEquals(together[0], together[1]);
  // Normalised by its own part, each sees another batch; yet all have the same weights and statistics.
  assertEquals(local[0], local[1]);
  assert(Math.abs(local[0]!.losses[0]! / alone!.losses[0]! - 1) > 1e-5);
});

Deno.test("a process without an example of a small batch changes nothing, SAM's second gradient is shared too", async () => {
  const task = { batchSize: 2, samRadius: 0.05, steps: 2 };
  const [[alone], together] = [
    await trainInRanks(1, { synchronised: false, ...task }),
    await trainInRanks(3, { synchronised: true, ...task }),
  ];
  assertFollows(together[0]!, alone!);
  assertEquals(together[0], together[2]);
});

Deno.test("two processes with two parts each follow one with four, also on SAM's way", async () => {
  for (const samRadius of [0, 0.05]) {
    const task = { synchronised: false, batchSize: 32, steps: 2, samRadius };
    const [[alone], together] = [
      await trainInRanks(1, { ...task, accumulate: 4 }),
      await trainInRanks(2, { ...task, accumulate: 4 }),
    ];
    // Running statistics move by other steps: four times, or twice and averaged.
    assertFollows({ ...together[0]!, variance: alone!.variance }, alone!);
    assertEquals(together[0], together[1]);
  }
});
