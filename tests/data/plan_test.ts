import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertNotEquals,
  assertThrows,
} from "@std/assert";
import { classCounts, drawSplit } from "glmc/data/long_tail.ts";
import { cutBox, planEpoch, type StepPlan } from "glmc/data/plan.ts";
import { goldenIndex } from "../golden.ts";

const labels = Int32Array.from({ length: 50_000 }, (_, index) => index % 10);
const counts = classCounts({ classes: 10, largest: 5000, imbalanceRate: 0.02 });
const split = drawSplit(labels, { counts, seed: 42 });
const settings = { epoch: 3, seed: 42, batchSize: 64 };

function joined(steps: StepPlan[], key: "first" | "second" | "crops" | "flips"): number[] {
  return steps.flatMap((step) => [...step[key]]);
}

Deno.test("cutBox() equals the 200 official boxes", () => {
  const boxes = goldenIndex().cutmix_boxes;
  assertEquals(boxes.length, 200);
  for (const { size, lam, centre, box } of boxes) {
    assertEquals([...cutBox({ size, mixWeight: lam, centre })], [...box]);
  }
});

Deno.test("cutBox() is empty at mix weight 1 and refuses weights outside [0, 1]", () => {
  assertEquals([...cutBox({ size: 32, mixWeight: 1, centre: [5, 9] })], [5, 9, 5, 9]);
  assertThrows(() => cutBox({ size: 32, mixWeight: 1.1, centre: [0, 0] }), RangeError);
});

Deno.test("planEpoch() visits every row once in steps of the batch size", () => {
  const steps = planEpoch(split, settings);

  assertEquals(steps.length, 219);
  assertEquals(steps[217].first.length, 64);
  assertEquals(steps[218].first.length, 13_996 - 218 * 64);
  assertEquals(new Set(joined(steps, "first")).size, 13_996);
  assertEquals(joined(steps, "second").length, 13_996);
});

Deno.test("planEpoch() gives four crops, four flips, a mix weight and a box to each step", () => {
  for (const step of planEpoch(split, settings)) {
    const { crops, flips, mixWeight, box: [top, left, bottom, right] } = step;
    assertEquals([crops.length, flips.length], [8 * step.first.length, 4 * step.first.length]);
    assert(mixWeight >= 0 && mixWeight <= 1);
    assert(0 <= top && top <= bottom && bottom <= 32);
    assert(0 <= left && left <= right && right <= 32);
  }
});

Deno.test("planEpoch() draws crops, flips and mix weights uniformly", () => {
  const steps = planEpoch(split, settings);
  const crops = joined(steps, "crops");
  const flips = joined(steps, "flips");

  // Tolerances are five standard errors of 111,968 crops, 55,984 flips and 219 weights.
  for (let offset = 0; offset <= 8; offset++) {
    const share = crops.filter((crop) => crop === offset).length / crops.length;
    assertAlmostEquals(share, 1 / 9, 0.005);
  }
  assertAlmostEquals(flips.reduce((sum, flip) => sum + flip) / flips.length, 0.5, 0.011);
  const meanWeight = steps.reduce((sum, step) => sum + step.mixWeight, 0) / steps.length;
  assertAlmostEquals(meanWeight, 0.5, 0.1);
});

Deno.test("planEpoch() draws the four views independently", () => {
  const [step] = planEpoch(split, { ...settings, batchSize: 10_000 });
  const view = (index: number) => step.flips.subarray(index * 10_000, (index + 1) * 10_000);

  for (const [a, b] of [[0, 1], [0, 2], [1, 3], [2, 3]]) {
    const equal = view(a).filter((flip, index) => flip === view(b)[index]).length;
    // Five standard errors of a fair coin.
    assertAlmostEquals(equal / 10_000, 0.5, 0.025);
  }
});

Deno.test("planEpoch() is a pure function of seed and epoch", () => {
  const plan = planEpoch(split, settings);

  assertEquals(planEpoch(split, settings), plan);
  for (const other of [{ epoch: 4 }, { seed: 43 }]) {
    const [step] = planEpoch(split, { ...settings, ...other });
    assertNotEquals(step.first, plan[0].first);
    assertNotEquals(step.second, plan[0].second);
    assertNotEquals(step.crops, plan[0].crops);
    assertNotEquals(step.flips, plan[0].flips);
    assertNotEquals(step.mixWeight, plan[0].mixWeight);
  }
});

Deno.test("planEpoch() with a small mixture beta pushes mix weights to 0 and 1", () => {
  const steps = planEpoch(split, { ...settings, mixtureBeta: 0.1 });
  const extreme = steps.filter(({ mixWeight }) => Math.abs(mixWeight - 0.5) > 0.4).length;

  // P(|λ − 1/2| > 0.4) is 0.2 for Beta(1, 1) and 0.78 for Beta(0.1, 0.1).
  assertAlmostEquals(extreme / steps.length, 0.78, 0.14);
});

Deno.test("planEpoch() with resample exponent 1 balances the second images", () => {
  const second = joined(planEpoch(split, { ...settings, resampleExponent: 1 }), "second");
  const label = (row: number) => labels[split.indices[row]];

  for (let name = 0; name < 10; name++) {
    const share = second.filter((row) => label(row) === name).length / second.length;
    // Five standard errors of 13,996 draws.
    assertAlmostEquals(share, 0.1, 0.013);
  }
});

Deno.test("planEpoch() refuses settings out of range", () => {
  assertThrows(() => planEpoch(split, { ...settings, batchSize: 0 }), RangeError, "batch size");
  assertThrows(() => planEpoch(split, { ...settings, epoch: -1 }), RangeError, "epoch");
  assertThrows(() => planEpoch(split, { ...settings, mixtureBeta: 0 }), RangeError, "Beta");
});

Deno.test("planEpoch() plans 13,996 images in well under 100 ms", () => {
  const times = [1, 2, 3, 4, 5].map((epoch) => {
    const start = performance.now();
    planEpoch(split, { ...settings, epoch });
    return performance.now() - start;
  });

  assert(Math.min(...times) < 100, `the fastest of five took ${Math.min(...times)} ms`);
});
