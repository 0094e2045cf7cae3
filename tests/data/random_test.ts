import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertNotEquals,
  assertThrows,
} from "@std/assert";
import { betaRange, type RandomStream, randomStream } from "glmc/data/random.ts";

function moments(draws: number, draw: () => number): { mean: number; variance: number } {
  const values = Array.from({ length: draws }, draw);
  const mean = values.reduce((sum, value) => sum + value) / draws;
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / draws };
}

function start(random: RandomStream): number[] {
  return Array.from({ length: 5 }, () => random.uniform());
}

Deno.test("randomStream() repeats with seed and name and changes with either", () => {
  const reference = start(randomStream(42, "augment", 7));

  assertEquals(start(randomStream(42, "augment", 7)), reference);
  const others: [number, ...(string | number)[]][] = [
    [43, "augment", 7],
    [42, "augment", 8],
    [42, "mix", 7],
    [42, "augment"],
    [42, "augment", "7"],
    [42],
  ];
  for (const [seed, ...name] of others) {
    assertNotEquals(start(randomStream(seed, ...name)), reference);
  }
});

Deno.test("randomStream() keeps its numbers from one version to the next", () => {
  // Otherwise a stored seed would no longer stand for the same subset and training.
  // The values come from NumPy's Mersenne Twister, seeded with the same 32 bits of the SHA-256.
  const random = randomStream(3407, "split", 0);

  assertEquals([random.integer(1000), random.integer(1000), random.integer(1000)], [573, 682, 410]);
  assertEquals([...random.shuffled(8)], [7, 2, 0, 4, 6, 3, 1, 5]);
});

Deno.test("randomStream() gives unrelated streams to neighbouring epochs", () => {
  const draws = Array.from({ length: 2000 }, (_, epoch) => randomStream(1, "mix", epoch).uniform());
  const products = draws.slice(1).map((draw, epoch) => (draw - 0.5) * (draws[epoch]! - 0.5) * 12);

  // The correlation of 2000 pairs has a standard error of 0.022.
  assertAlmostEquals(products.reduce((sum, product) => sum + product) / 1999, 0, 0.11);
});

Deno.test("uniform() is in [0, 1) with the moments of the uniform law", () => {
  const random = randomStream(1, "test");
  const { mean, variance } = moments(100_000, () => {
    const value = random.uniform();
    assert(value >= 0 && value < 1);
    return value;
  });

  assertAlmostEquals(mean, 1 / 2, 0.005);
  assertAlmostEquals(variance, 1 / 12, 0.0015);
});

Deno.test("integer() hits every value below the limit equally often", () => {
  const random = randomStream(1, "test");
  const counts = new Float64Array(9);
  for (let draw = 0; draw < 90_000; draw++) {
    const value = random.integer(9);
    counts[value] = counts[value]! + 1;
  }

  // Five standard deviations of a count with mean 10,000.
  counts.forEach((count) => assertAlmostEquals(count, 10_000, 475));
  assertEquals(random.integer(1), 0);
});

Deno.test("normal() has mean 0 and variance 1", () => {
  const { mean, variance } = moments(100_000, randomStream(1, "test").normal);

  // Five standard errors: 1/√n and √(2/n).
  assertAlmostEquals(mean, 0, 0.016);
  assertAlmostEquals(variance, 1, 0.023);
});

Deno.test("beta() has the moments of its law", () => {
  const random = randomStream(1, "test");
  const { least, most } = betaRange;
  for (const [a, b] of [[1, 1], [0.5, 0.5], [2, 5], [least, least], [most, most]] as const) {
    const { mean, variance } = moments(50_000, () => random.beta(a, b));

    assertAlmostEquals(mean, a / (a + b), 0.01);
    assertAlmostEquals(variance, a * b / ((a + b) ** 2 * (a + b + 1)), 0.004);
  }
});

Deno.test("shuffled() is a permutation in which every value reaches every place", () => {
  const random = randomStream(1, "test");
  const places = Array.from({ length: 5 }, () => new Float64Array(5));
  for (let repeat = 0; repeat < 25_000; repeat++) {
    random.shuffled(5).forEach((value, place) => {
      const counts = places[value]!;
      counts[place] = counts[place]! + 1;
    });
  }

  // Each count is 5,000 on average; five standard deviations.
  for (const counts of places) {
    counts.forEach((count) => assertAlmostEquals(count, 5000, 320));
  }
  assertEquals(random.shuffled(0).length, 0);
});

Deno.test("randomStream() refuses seeds, limits and parameters out of range", () => {
  const random = randomStream(1);

  assertThrows(() => randomStream(1.5), RangeError, "seed must be an integer: it is 1.5");
  assertThrows(() => random.integer(0), RangeError);
  assertThrows(() => random.beta(0, 1), RangeError, "they are 0 and 1");
  // Laws whose draws would all be 0, or not a number.
  for (const parameter of [Number.MIN_VALUE, 1e-4, 0.049, 2e6, 1e308, Infinity, NaN, -1]) {
    assertThrows(() => random.beta(parameter, 1), RangeError, "from 0.05 to 1000000: they are");
    assertThrows(() => random.beta(1, parameter), RangeError, "from 0.05 to 1000000: they are");
  }
});
