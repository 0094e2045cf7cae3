import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertNotEquals,
  assertThrows,
} from "@std/assert";
import { classCounts } from "glmc/data/long_tail.ts";
import { scalarOf, type StepPlan } from "glmc/data/plan.ts";
import { drawCrops } from "glmc/images/crops.ts";
import { glmc, type GlmcOptions } from "glmc/method/glmc/glmc.ts";
import { defaultsOf } from "glmc/settings/field.ts";
import { planEpoch } from "glmc/train/plan_epoch.ts";
import type { Stage } from "glmc/train/stage.ts";

const counts = classCounts({ classes: 10, largest: 5000, imbalanceRate: 0.02 });

interface PlanSettings extends Partial<GlmcOptions> {
  readonly epoch?: number;
  readonly seed?: number;
  readonly batchSize?: number;
  readonly height?: number;
  readonly width?: number;
}

function plan(settings: PlanSettings = {}): StepPlan[] {
  const { epoch = 3, seed = 42, batchSize = 64, height = 32, width = 32, ...options } = settings;
  const stage: Stage = {
    name: "train",
    method: glmc,
    options: { ...defaultsOf(glmc.fields), ...options },
    trains: "all",
    statistics: "updated",
    epochs: 200,
    batchSize,
    learningRate: 0.1,
  };
  const source = { height, width, draw: drawCrops };
  return planEpoch({ stages: [stage], epoch, seed, counts, source });
}

/** Images i or j of a step, from both groups of views, which show the same pairs. */
function images({ count, rows }: StepPlan, which: "i" | "j"): number[] {
  const begin = which === "i" ? 0 : count;
  const [one, two] = [0, 2 * count].map((group) =>
    rows.slice(group + begin, group + begin + count)
  );
  assertEquals(one, two);
  return [...one!];
}

function joined(steps: readonly StepPlan[], name: "crops" | "flips"): number[] {
  return steps.flatMap(({ cuts }) => [...cuts[name]!.data]);
}

Deno.test("GLMC plans every row once in steps of the batch size", () => {
  const steps = plan();

  assertEquals(steps.length, 219);
  assertEquals(steps[217]!.count, 64);
  assertEquals(steps[218]!.count, 13_996 - 218 * 64);
  assertEquals(new Set(steps.flatMap((step) => images(step, "i"))).size, 13_996);
  assertEquals(steps.flatMap((step) => images(step, "j")).length, 13_996);
});

Deno.test("GLMC plans four crops, four flips, a mix weight and a box for each pair", () => {
  for (const { count, cuts, draws } of plan()) {
    assertEquals([cuts.crops?.shape, cuts.flips?.shape], [[4 * count, 2], [4 * count]]);
    const mixWeight = scalarOf(draws, "mixWeight");
    assert(mixWeight >= 0 && mixWeight <= 1);
    const [top, left, bottom, right] = [...draws.box!.data] as [number, number, number, number];
    assert(0 <= top && top <= bottom && bottom <= 32);
    assert(0 <= left && left <= right && right <= 32);
  }
});

Deno.test("GLMC draws boxes of the height and the width of the images", () => {
  const sides = plan({ height: 16, width: 48 }).map(({ draws }) => [...draws.box!.data]);

  assert(sides.every(([, , bottom]) => bottom! <= 16));
  assert(sides.some(([, , , right]) => right! > 32), "the right third is pasted too");
});

Deno.test("GLMC draws crops, flips and mix weights uniformly", () => {
  const steps = plan();
  const crops = joined(steps, "crops");
  const flips = joined(steps, "flips");

  // Tolerances are five standard errors of 111,968 crops, 55,984 flips and 219 weights.
  for (let offset = 0; offset <= 8; offset++) {
    const share = crops.filter((crop) => crop === offset).length / crops.length;
    assertAlmostEquals(share, 1 / 9, 0.005);
  }
  assertAlmostEquals(flips.reduce((sum, flip) => sum + flip) / flips.length, 0.5, 0.011);
  const weights = steps.map(({ draws }) => scalarOf(draws, "mixWeight"));
  assertAlmostEquals(weights.reduce((sum, weight) => sum + weight) / steps.length, 0.5, 0.1);
});

Deno.test("GLMC draws the four views independently", () => {
  const [step] = plan({ batchSize: 10_000 });
  const flips = step!.cuts.flips!.data;
  const view = (index: number) => flips.subarray(index * 10_000, (index + 1) * 10_000);

  for (const [a, b] of [[0, 1], [0, 2], [1, 3], [2, 3]] as const) {
    const other = view(b);
    const equal = view(a).filter((flip, index) => flip === other[index]).length;
    // Five standard errors of a fair coin.
    assertAlmostEquals(equal / 10_000, 0.5, 0.025);
  }
});

Deno.test("GLMC's plan is a pure function of seed and epoch", () => {
  const steps = plan();

  assertEquals(plan(), steps);
  for (const other of [{ epoch: 4 }, { seed: 43 }]) {
    const [step] = plan(other);
    assertNotEquals(images(step!, "i"), images(steps[0]!, "i"));
    assertNotEquals(images(step!, "j"), images(steps[0]!, "j"));
    assertNotEquals(step!.cuts, steps[0]!.cuts);
    assertNotEquals(step!.draws.mixWeight, steps[0]!.draws.mixWeight);
  }
});

Deno.test("GLMC with a small mixture beta pushes mix weights to 0 and 1", () => {
  const weights = plan({ mixtureBeta: 0.1 }).map(({ draws }) => scalarOf(draws, "mixWeight"));
  const extreme = weights.filter((weight) => Math.abs(weight - 0.5) > 0.4).length;

  // P(|λ − 1/2| > 0.4) is 0.2 for Beta(1, 1) and 0.78 for Beta(0.1, 0.1).
  assertAlmostEquals(extreme / weights.length, 0.78, 0.14);
});

Deno.test("GLMC with resample exponent 1 balances the second images", () => {
  const second = plan({ resampleExponent: 1 }).flatMap((step) => images(step, "j"));
  let begin = 0;
  for (const count of counts) {
    const share = second.filter((row) => row >= begin && row < begin + count).length;
    // Five standard errors of 13,996 draws.
    assertAlmostEquals(share / second.length, 0.1, 0.013);
    begin += count;
  }
});

Deno.test("GLMC's plan refuses settings out of range", () => {
  assertThrows(() => plan({ batchSize: 0 }), RangeError, "batch size");
  assertThrows(() => plan({ epoch: -1 }), RangeError, "epoch");
  assertThrows(() => plan({ mixtureBeta: 0 }), RangeError, "Beta");
});

Deno.test("GLMC draws a weight and a box for each view, and changes no other draw", () => {
  const official = plan();
  for (
    const [options, names] of [
      [{ mixWeights: "own" }, ["box", "mixWeight", "view2MixWeight"]],
      [{ pairViews: "mixup" }, ["mixWeight"]],
      [{ pairViews: "mixup", mixWeights: "own" }, ["mixWeight", "view2MixWeight"]],
      [{ pairViews: "cutmix" }, ["box", "mixWeight", "view1Box"]],
    ] as const
  ) {
    const steps = plan(options);
    assertEquals(plan(options), steps);
    for (const [index, { draws, ...others }] of steps.entries()) {
      const { draws: officialDraws, ...officialOthers } = official[index]!;
      assertEquals(others, officialOthers);
      assertEquals(Object.keys(draws).sort(), [...names]);
      assertEquals(draws.mixWeight, officialDraws.mixWeight);
      if (!("mixWeights" in options) && "box" in draws) {
        assertEquals(draws.box, officialDraws.box);
      }
    }
  }
});

Deno.test("GLMC's own mix weights are two draws of one law, and each box has the size of its weight", () => {
  const steps = plan({ mixWeights: "own", pairViews: "cutmix" });
  const weights = steps.map(({ draws }) =>
    ["mixWeight", "view2MixWeight"].map((name) => scalarOf(draws, name))
  );

  // Five standard errors of 219 draws: means of a half, and no correlation (1 / 12 is the variance).
  assertAlmostEquals(weights.reduce((sum, [, own]) => sum + own!, 0) / steps.length, 0.5, 0.1);
  const products = weights.map(([one, two]) => 12 * (one! - 0.5) * (two! - 0.5));
  assertAlmostEquals(products.reduce((sum, value) => sum + value) / steps.length, 0, 0.34);
  for (const [index, { draws }] of steps.entries()) {
    for (const [view, name] of ["view1Box", "box"].entries()) {
      const [top, , bottom] = [...draws[name]!.data] as [number, number, number];
      const most = Math.ceil(32 * Math.sqrt(1 - weights[index]![view]!));
      assert(bottom - top <= most, `${bottom - top} rows where ${most} fit`);
    }
  }
  const centres = steps.map(({ draws }) => [draws.box!.data, draws.view1Box!.data]);
  assert(centres.some(([one, two]) => `${one}` !== `${two}`));
});

Deno.test("GLMC with own mix weights keeps view 1 and changes the box of view 2", () => {
  const shared = plan({ pairViews: "cutmix" });
  const own = plan({ pairViews: "cutmix", mixWeights: "own" });
  assertEquals(own.map(({ draws }) => draws.view1Box), shared.map(({ draws }) => draws.view1Box));
  assertNotEquals(own.map(({ draws }) => draws.box), shared.map(({ draws }) => draws.box));
});

Deno.test("GLMC plans 13,996 images in well under 100 ms", () => {
  const times = [1, 2, 3, 4, 5].map((epoch) => {
    const start = performance.now();
    plan({ epoch });
    return performance.now() - start;
  });

  assert(Math.min(...times) < 100, `the fastest of five took ${Math.min(...times)} ms`);
});
