import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { classCounts } from "glmc/data/long_tail.ts";
import { randomStream } from "glmc/data/random.ts";
import { resampledRows, samplerMass, shuffledRows } from "glmc/data/sampler.ts";

const counts = classCounts({ classes: 100, largest: 500, imbalanceRate: 0.01 });

Deno.test("samplerMass() equals the published shares of CIFAR-100-LT", () => {
  // Many, medium and few classes: more than 100, 21 to 100, at most 20 images.
  const expected: Record<number, number[]> = {
    0: [0.813, 0.157, 0.030],
    0.2: [0.749, 0.199, 0.052],
    1: [0.350, 0.340, 0.310],
    2: [0.038, 0.183, 0.779],
  };
  for (const [exponent, shares] of Object.entries(expected)) {
    const mass = samplerMass(counts, Number(exponent));
    const share = (low: number, high: number) =>
      mass.reduce(
        (sum, part, label) => counts[label]! > low && counts[label]! <= high ? sum + part : sum,
        0,
      );
    const groups = [share(100, 500), share(20, 100), share(0, 20)];
    // The expected shares are rounded to three digits.
    groups.forEach((group, index) => assertAlmostEquals(group, shares[index]!, 5.1e-4));
  }
});

Deno.test("samplerMass() gives an empty class nothing at any exponent", () => {
  for (const exponent of [0, 1, 2]) assertEquals(samplerMass([0, 4], exponent), [0, 1]);
});

Deno.test("samplerMass() refuses an exponent that is no number", () => {
  assertThrows(() => samplerMass([1, 2], NaN), RangeError, "--resample_weighting");
});

Deno.test("samplerMass() refuses exponents at which a class's share is lost", () => {
  for (const exponent of [1000, -1000]) {
    assertThrows(
      () => samplerMass([5000, 50], exponent),
      RangeError,
      `Cannot resample: exponent ${exponent} leaves the share of class`,
    );
  }
  for (const exponent of [-50, 50]) {
    const shares = samplerMass([5000, 50], exponent);
    assertAlmostEquals(shares.reduce((sum, share) => sum + share, 0), 1, 1e-12);
    assert(shares.every((share) => share > 0));
  }
  assertThrows(() => samplerMass([0, 0], 1), RangeError, "no class has an image");
  assertEquals(samplerMass([7], 3), [1]);
});

Deno.test("resampledRows() draws each image of a class equally often", () => {
  const random = randomStream(1, "sampler", 0);
  const drawn = new Float64Array(6);
  for (let repeat = 0; repeat < 20_000; repeat++) {
    for (const row of resampledRows([4, 0, 2], { resampleExponent: 1, random })) {
      drawn[row] = drawn[row]! + 1;
    }
  }

  const shares = drawn.map((count) => count / 120_000);
  // Half of the mass for each of the two classes; five standard errors of 120,000 draws.
  [1 / 8, 1 / 8, 1 / 8, 1 / 8, 1 / 4, 1 / 4].forEach((share, row) =>
    assertAlmostEquals(shares[row]!, share, 0.0063)
  );
});

Deno.test("resampledRows() with exponent 0 draws uniformly with replacement", () => {
  const rows = resampledRows([900, 100], {
    resampleExponent: 0,
    random: randomStream(1, "sampler", 0),
  });
  const different = new Set(rows).size;

  assertEquals(rows.length, 1000);
  // 1000 (1 - 1/e) = 632 on average with a standard deviation of about 10.
  assert(different > 580 && different < 685, `${different} different rows`);
});

Deno.test("resampledRows() draws what a search through all limits draws", () => {
  const sizes = [3, 0, 0, 40, 1, 7, 0, 2, 0];
  for (const resampleExponent of [0, 0.2, 1, 2]) {
    const limits: number[] = [];
    samplerMass(sizes, resampleExponent).reduce((sum, mass) => {
      limits.push(sum + mass);
      return sum + mass;
    }, 0);
    for (let repeat = 0; repeat < 40; repeat++) {
      const random = randomStream(repeat, "sampler", resampleExponent);
      const drawn = resampledRows(sizes, { resampleExponent, random });
      const again = randomStream(repeat, "sampler", resampleExponent);
      const expected = Int32Array.from(drawn, () => {
        const value = again.uniform();
        const found = limits.findIndex((limit) => value < limit);
        const label = found < 0 ? 7 : found;
        const before = sizes.slice(0, label).reduce((sum, size) => sum + size, 0);
        return before + again.integer(sizes[label]!);
      });
      assertEquals(drawn, expected);
    }
  }
});

Deno.test("resampledRows() takes the last class with images where rounding leaves a gap at the end", () => {
  const random = { ...randomStream(1, "sampler"), uniform: () => 1, integer: () => 0 };
  assertEquals([...resampledRows([1, 2, 0], { resampleExponent: 1, random })], [1, 1, 1]);
});

Deno.test("an epoch of 437,513 images in 8,142 classes is drawn in time", () => {
  const sizes = Array.from({ length: 8142 }, (_, label) => 53 + Number(label < 5987));
  const start = performance.now();
  const random = randomStream(1, "sampler", 0);
  const rows = resampledRows(sizes, { resampleExponent: 1, random });
  const order = shuffledRows(sizes, randomStream(1, "shuffle", 0));
  const seconds = (performance.now() - start) / 1000;
  assertEquals([rows.length, order.length], [437_513, 437_513]);
  // 0.15 s; a search from the front takes over a second on a machine that is idle.
  assert(seconds < 1, `${seconds} s`);
});
