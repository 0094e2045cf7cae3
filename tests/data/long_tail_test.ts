import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { classCounts, classWeights, drawSplit } from "glmc/data/long_tail.ts";
import { goldenIndex } from "../golden.ts";

const sizes = {
  cifar10: { classes: 10, largest: 5000 },
  cifar100: { classes: 100, largest: 500 },
};
type Name = keyof typeof sizes;
const labels = Int32Array.from({ length: 3000 }, (_, index) => index * 7 % 10);

Deno.test("classCounts() equals every official table", () => {
  for (const [key, expected] of Object.entries(goldenIndex().class_counts)) {
    const [name, rate] = key.split("/") as [Name, string];

    const counts = classCounts({ ...sizes[name], imbalanceRate: Number(rate) });

    assertEquals(counts, [...expected], key);
  }
});

Deno.test("classCounts() gives the totals used in the field", () => {
  const total = (name: Name, imbalanceRate: number) =>
    classCounts({ ...sizes[name], imbalanceRate }).reduce((sum, count) => sum + count);

  assertEquals([0.01, 0.02, 0.1].map((rate) => total("cifar10", rate)), [12406, 13996, 20431]);
  assertEquals([0.01, 0.02, 0.1].map((rate) => total("cifar100", rate)), [10847, 12608, 19573]);
});

Deno.test("classCounts() is balanced at rate 1", () => {
  assertEquals(classCounts({ classes: 3, largest: 7, imbalanceRate: 1 }), [7, 7, 7]);
  assertEquals(classCounts({ classes: 1, largest: 7, imbalanceRate: 0.5 }), [7]);
});

Deno.test("classCounts() gives the second half of a step profile the smallest number", () => {
  const step = { largest: 500, imbalanceRate: 0.1, profile: "step" } as const;

  assertEquals(classCounts({ classes: 4, ...step }), [500, 500, 50, 50]);
  assertEquals(classCounts({ classes: 3, ...step }), [500, 500, 50]);
});

Deno.test("classCounts() refuses rates outside (0, 1] and empty classes", () => {
  for (const imbalanceRate of [0, -0.1, 1.5, NaN]) {
    assertThrows(
      () => classCounts({ ...sizes.cifar10, imbalanceRate }),
      RangeError,
      `imbalance rate must be in (0, 1]: it is ${imbalanceRate}`,
    );
  }
  assertThrows(
    () => classCounts({ ...sizes.cifar100, imbalanceRate: 0.001 }),
    RangeError,
    "leaves no image in class 90: use at least 0.002",
  );
});

Deno.test("classCounts() takes the rate that leaves one image, which is the one it advises", () => {
  for (let largest = 1; largest <= 2000; largest++) {
    for (const classes of [2, 3, 10, 101]) {
      for (const profile of ["exponential", "step"] as const) {
        const options = { classes, largest, profile };
        const least = 1 / largest;

        assertEquals(classCounts({ ...options, imbalanceRate: least }).at(-1), 1, `${largest}`);

        if (largest === 1) continue;
        const { message } = assertThrows(
          () => classCounts({ ...options, imbalanceRate: least * 0.99 }),
          RangeError,
        );
        const advised = Number(message.split("use at least ")[1]);
        assertEquals(classCounts({ ...options, imbalanceRate: advised }).at(-1), 1, message);
      }
    }
  }
});

Deno.test("drawSplit() draws the asked number of different images of each class", () => {
  const counts = [300, 200, 100, 50, 20, 10, 5, 2, 1, 0];

  const split = drawSplit(labels, { counts, seed: 42 });

  assertEquals(split.indices.length, 688);
  assertEquals(new Set(split.indices).size, 688);
  assertEquals(
    Array.from(split.indices, (index) => labels[index]),
    counts.flatMap((count, label) => new Array(count).fill(label)),
  );
});

Deno.test("drawSplit() repeats with its seed and changes with another", () => {
  const counts = new Array(10).fill(100);

  const split = drawSplit(labels, { counts, seed: 42 });

  assertEquals(drawSplit(labels, { counts, seed: 42 }), split);
  assertNotEquals(drawSplit(labels, { counts, seed: 43 }).hash, split.hash);
});

Deno.test("drawSplit() hashes the indices as little-endian 32-bit integers", () => {
  const split = drawSplit(Int32Array.of(1, 0), { counts: [1, 1], seed: 0 });

  assertEquals([...split.indices], [1, 0]);
  // printf '\1\0\0\0\0\0\0\0' | sha256sum
  assertEquals(split.hash, "7c9fa136d4413fa6173637e883b6998d32e1d675f88cddff9dcbcf331820f4b8");
});

Deno.test("drawSplit() without replacement nests a smaller subset in a larger one", () => {
  const large = new Set(drawSplit(labels, { counts: new Array(10).fill(60), seed: 1 }).indices);
  const small = drawSplit(labels, { counts: new Array(10).fill(20), seed: 1 }).indices;

  assert(small.every((index) => large.has(index)));
});

Deno.test("drawSplit() with replacement repeats images and can exceed a class", () => {
  const { indices } = drawSplit(labels, {
    counts: new Array(10).fill(400),
    seed: 1,
    replace: true,
  });

  // 400 draws from 300 images leave 300 (1 - e^(-4/3)) = 221 different ones on average.
  const different = new Set(indices).size / 10;
  assert(different > 211 && different < 231, `${different} different images in a class`);
  assert(indices.every((index, row) => labels[index] === Math.floor(row / 400)));
});

Deno.test("drawSplit() refuses counts that do not fit", () => {
  const counts = new Array(10).fill(301);

  assertThrows(
    () => drawSplit(labels, { counts, seed: 1 }),
    RangeError,
    "class 0 should keep 301 images but has 300: ask for fewer or draw with replacement",
  );
  assertThrows(() => drawSplit(labels, { counts: [1.5, 0], seed: 1 }), RangeError);
  assertThrows(
    () => drawSplit(labels, { counts: [1, 1], seed: 1 }),
    RangeError,
    "labels must be from 0 to 1",
  );
});

Deno.test("classWeights() equals every official table", () => {
  const index = goldenIndex();
  for (const [key, expected] of Object.entries(index.class_weights)) {
    const [table, exponent] = key.split("/k=") as [string, string];

    const weights = classWeights(index.class_counts[table]!, { exponent: Number(exponent) });

    // Double precision; only the order of the sum may differ.
    weights.forEach((weight, label) =>
      assert(Math.abs(weight / expected[label]! - 1) < 1e-12, `${key}: class ${label}`)
    );
  }
});

Deno.test("classWeights() refuses an empty class", () => {
  assertThrows(() => classWeights([5, 0], { exponent: 1 }), RangeError, "class 1 has 0");
});

Deno.test("classWeights() refuses exponents whose weights no float32 can hold", () => {
  for (const exponent of [NaN, Infinity, 100, -100, 20]) {
    assertThrows(
      () => classWeights([5000, 50], { exponent }),
      RangeError,
      "Cannot weight the classes: ",
    );
  }
  assertThrows(
    () => classWeights([5000, 50], { exponent: 100 }),
    RangeError,
    "exponent 100 leaves the weight of class 0 with 5000 images",
  );
  for (const exponent of [-15, -1, 0, 1.2, 15]) {
    const weights = classWeights([5000, 50], { exponent });
    assert(weights.every((weight) => Number.isFinite(weight) && weight > 0), `${exponent}`);
  }
  assertEquals(classWeights([7], { exponent: 1 }), [1]);
});
