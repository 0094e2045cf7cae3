import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { randomStream } from "glmc/data/random.ts";
import { augmentArrays, drawAugmentation } from "glmc/images/augment/draw.ts";
import { blurKernels } from "glmc/images/augment/blur_kernel.ts";
import { imageNetRecipe, iNaturalistRecipe } from "glmc/images/augment/recipe.ts";
import { drawWindow, officialCrop, plannedWindow } from "glmc/images/augment/window.ts";

const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

Deno.test("drawWindow() draws area and ratio by the official law, within the image", () => {
  const random = randomStream(1, "windows");
  const size = { height: 400, width: 400 };
  const windows = Array.from({ length: 20_000 }, () => drawWindow(random, size));
  for (const { top, left, height, width } of windows) {
    assert(top >= 0 && left >= 0 && top + height <= 400 && left + width <= 400);
  }
  const areas = windows.map(({ height, width }) => height * width / 160_000);
  const ratios = windows.map(({ height, width }) => Math.log(width / height));
  // One pixel of rounding on a side of 98 or more.
  assert(Math.min(...areas) > 0.08 * 0.98 && Math.max(...areas) <= 1);
  assert(ratios.every((ratio) => Math.abs(ratio) < Math.log(4 / 3) + 0.011));
  assertAlmostEquals(mean(ratios), 0, 5 * 0.17 / Math.sqrt(20_000));
  // Uniform below half of the area, where every window fits: quarters of [0.08, 0.5] are equally full.
  const small = areas.filter((area) => area < 0.5);
  for (const quarter of [0, 1, 2, 3]) {
    const [low, high] = [quarter, quarter + 1].map((i) => 0.08 + i * 0.105) as [number, number];
    const share = small.filter((area) => area >= low && area < high).length / small.length;
    assertAlmostEquals(share, 0.25, 0.025); // five standard errors of 9,000 draws
  }
  // Where the window can go, it goes anywhere.
  assertAlmostEquals(mean(windows.map(({ top, height }) => top + height / 2)), 200, 3);
  assertAlmostEquals(mean(windows.map(({ left, width }) => left + width / 2)), 200, 3);
});

Deno.test("drawWindow() takes the middle of an image that no window fits into", () => {
  const random = { uniform: () => 0.5, integer: () => 0 };
  const whole = { ...officialCrop, area: [1, 1] as const, ratio: [1, 1] as const };
  assertEquals(drawWindow(random, { height: 100, width: 1001 }, whole), {
    top: 0,
    left: 450,
    height: 100,
    width: 100,
  });
  assertEquals(drawWindow(random, { height: 1001, width: 100 }, whole), {
    top: 450,
    left: 0,
    height: 100,
    width: 100,
  });
  // Pillow's code allows the widest ratio: 4 to 3.
  const { width, height } = drawWindow(random, { height: 30, width: 900 }, {
    ...officialCrop,
    tries: 0,
  });
  assertEquals([height, width], [30, 40]);
  assertEquals(drawWindow(random, { height: 1, width: 1 }, { ...officialCrop, tries: 0 }), {
    top: 0,
    left: 0,
    height: 1,
    width: 1,
  });
});

Deno.test("plannedWindow() depends on its seed and on the size", () => {
  const size = { height: 300, width: 200 };
  const windows = new Set(
    Array.from({ length: 50 }, (_, seed) => JSON.stringify(plannedWindow(seed, size))),
  );
  assert(windows.size > 45);
});

Deno.test("drawAugmentation() draws every choice by the recipe", () => {
  const n = 40_000;
  const plan = drawAugmentation(randomStream(1, "augment", 0), n, imageNetRecipe);
  const near = (actual: number, share: number): void =>
    assertAlmostEquals(actual, share, 5 * 0.5 / Math.sqrt(n));
  near(mean(plan.flips.data), 0.5);
  near(mean(plan.greys.data), 0.2);
  near(mean(plan.sigmas.data.map((sigma) => Number(sigma > 0))), 0.5);
  const blurred = plan.sigmas.data.filter((sigma) => sigma > 0);
  assert(Math.min(...blurred) >= Math.fround(0.1) && Math.max(...blurred) <= 2);
  assertAlmostEquals(mean(blurred), 1.05, 0.02);
  assert(plan.factors.data.every((f) => f >= Math.fround(0.6) && f <= Math.fround(1.4)));
  for (const kind of [0, 1, 2]) {
    assertAlmostEquals(mean(plan.factors.data.filter((_, i) => i % 3 === kind)), 1, 0.006);
  }
  for (const order of [0, 1, 2, 3, 4, 5]) {
    near(mean(plan.orders.data.map((o) => Number(o === order))), 1 / 6);
  }
  assert(new Set(plan.windows.data).size > n - 10);
});

Deno.test("drawAugmentation() of a step is part of that of the epoch, so runs continue", () => {
  const stream = () => randomStream(7, "augment", 3);
  const whole = drawAugmentation(stream(), 10, iNaturalistRecipe);
  const random = stream();
  drawAugmentation(random, 6, iNaturalistRecipe);
  const rest = drawAugmentation(random, 4, iNaturalistRecipe);
  for (const name of ["windows", "flips", "orders", "greys", "sigmas"] as const) {
    assertEquals(rest[name].data, whole[name].data.subarray(6), name);
  }
  assertEquals(rest.factors.data, whole.factors.data.subarray(18));
});

Deno.test("augmentArrays() gives every step the same number of taps, also the widest blur", () => {
  const plan = drawAugmentation(randomStream(1, "augment", 0), 5, imageNetRecipe);
  const sharp = { ...plan, sigmas: { shape: [5], data: new Float32Array(5) } };
  assertEquals(augmentArrays(sharp, imageNetRecipe).kernels.shape, [5, 13]);
  assertEquals(blurKernels(Float32Array.of(0.7, 2), 2).shape, [2, 13]);
  for (const sigma of [-1, 2.1, NaN]) {
    assertThrows(
      () => blurKernels([sigma], 2),
      RangeError,
      `Cannot blur view 0: its standard deviation must be from 0 to 2 pixels: it is ${sigma}`,
    );
  }
});
