import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { classCounts } from "glmc/data/long_tail.ts";
import { effectiveNumberWeights } from "glmc/loss/class_balanced.ts";
import { classTemperatures, logPriors } from "glmc/loss/class_counts.ts";
import { ldamMargins } from "glmc/loss/ldam.ts";
import { assertClose } from "../assertions.ts";

/**
 * Long-tailed CIFAR in numbers: images N; weight of the first and of the last class by effective
 * numbers at β = 0.9999; mean weight of an image; margin of the first class; log prior of the first
 * and of the last class; temperature of the last class with γ = 0.3 and 0.2.
 */
const table = [
  [10, 0.01, 12_406, 0.0506, 3.9927, 0.1710, 0.1581, -0.9087, -5.5139, 3.981, 2.512],
  [10, 0.02, 13_996, 0.0890, 3.5206, 0.2687, 0.1880, -1.0293, -4.9414, 3.234, 2.187],
  [10, 0.1, 20_431, 0.2923, 2.3585, 0.6234, 0.2812, -1.4076, -3.7102, 1.995, 1.585],
  [100, 0.01, 10_847, 0.0449, 4.3783, 0.2029, 0.1581, -3.0770, -7.6822, 3.981, 2.512],
  [100, 0.02, 12_608, 0.0789, 3.8494, 0.3071, 0.1880, -3.2275, -7.1395, 3.234, 2.187],
  [100, 0.1, 19_573, 0.2582, 2.5247, 0.6497, 0.2812, -3.6673, -5.9699, 1.995, 1.585],
] as const;

for (const [classes, imbalanceRate, size, ...expected] of table) {
  Deno.test(`CIFAR-${classes}-LT at rate ${imbalanceRate} has the well-known weights, margins and priors`, () => {
    const counts = classCounts({ classes, largest: 50_000 / classes, imbalanceRate });
    const weights = effectiveNumberWeights(counts, { beta: 0.9999 });
    const [margins, priors] = [ldamMargins(counts, { max: 0.5 }), logPriors(counts)];
    const total = counts.reduce((sum, count) => sum + count, 0);
    const mean = counts.reduce((sum, count, c) => sum + count * weights[c]!, 0) / total;

    assertEquals(total, size);
    assertEquals(margins.at(-1), 0.5);
    assertClose(
      [
        weights[0]!,
        weights.at(-1)!,
        mean,
        margins[0]!,
        priors[0]!,
        priors.at(-1)!,
        classTemperatures(counts, { gamma: 0.3 }).at(-1)!,
        classTemperatures(counts, { gamma: 0.2 }).at(-1)!,
      ],
      expected,
      { absolute: 5.1e-4, relative: 0 }, // the last column has three decimals
    );
    assertClose(weights.slice(0, 1), expected.slice(0, 1), { absolute: 5.1e-5 }); // four decimals
    assertAlmostEquals(weights.reduce((sum, weight) => sum + weight, 0), classes, 1e-9);
    assertAlmostEquals(priors.reduce((sum, prior) => sum + Math.exp(prior), 0), 1, 1e-12);
  });
}

Deno.test("effectiveNumberWeights() goes from equal weights to inverse frequency", () => {
  const counts = [400, 20, 1];

  assertEquals(effectiveNumberWeights(counts, { beta: 0 }), [1, 1, 1]);
  const inverse = counts.map((count) => 3 / count / (1 / 400 + 1 / 20 + 1));
  // The largest β below 1.
  assertClose(effectiveNumberWeights(counts, { beta: 1 - 2 ** -53 }), inverse, { relative: 1e-12 });
  assertEquals(effectiveNumberWeights([1, 1], { beta: 0.9999 }), [1, 1]);
});

Deno.test("constants of classes refuse settings that mean nothing, and say what the field uses", () => {
  const counts = [2, 1];

  assertThrows(() => effectiveNumberWeights(counts, { beta: 1 }), RangeError, "uses 0.9999");
  assertThrows(() => effectiveNumberWeights(counts, { beta: NaN }), RangeError, "it is NaN");
  assertThrows(() => ldamMargins(counts, { max: -1 }), RangeError, "uses 0.5");
  assertThrows(() => classTemperatures(counts, { gamma: -1 }), RangeError, "uses 0.2 to 0.3");
  assertThrows(() => logPriors([]), RangeError, "there is none");
  assertThrows(() => logPriors([1, NaN]), RangeError, "class 1 has NaN");
});
