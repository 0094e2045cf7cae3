import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { classCounts, classWeights, drawSplit, largestFor } from "glmc/data/long_tail.ts";
import { randomStream } from "glmc/data/random.ts";
import { cifar10TrainLabels } from "../fixtures.ts";
import { goldenExperiments, goldenIndex } from "../golden.ts";

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

const goldenSets = {
  cifar10: { ...sizes.cifar10, labels: await cifar10TrainLabels() },
  cifar100_stand_in: {
    ...sizes.cifar100,
    labels: Int32Array.from({ length: 50_000 }, (_, image) => 7 * image % 100),
  },
};

for (const [number, subset] of goldenExperiments().subsets.entries()) {
  const { labels: name, rate, seed, replace, first, last, sha256_int32_le: hash } = subset;
  const what = `${name} at ${rate}, seed ${seed}${replace ? ", with replacement" : ""}`;
  Deno.test(`drawSplit() draws the rows of the field's code, case ${number}: ${what}`, () => {
    const { labels, ...size } = goldenSets[name];
    const counts = classCounts({ ...size, imbalanceRate: rate });

    const split = drawSplit(labels, { counts, seed, replace, generator: "numpy" });

    assertEquals([...split.indices.subarray(0, 5)], [...first]);
    assertEquals([...split.indices.subarray(-5)], [...last]);
    assertEquals(split.hash, hash);
  });
}

/*
 * import hashlib, numpy as np
 * labels = np.array([i * i % 11 for i in range(2000)])
 * counts = np.minimum(np.bincount(labels, minlength=11), [181, 90, 1, 40, 30, 20, 11, 10, 3, 2, 1])
 * random = np.random.RandomState(seed)
 * rows = np.concatenate([random.choice(np.where(labels == c)[0], n, replace=replace) if n else []
 *                        for c, n in enumerate(counts)]).astype("<i4")
 * hashlib.sha256(rows.tobytes()).hexdigest()
 */
for (
  const [seed, replace, hash] of [
    [7, false, "a5001d45db4b13151359b35e2bb97360b1af04f7bb3bac5dc9f8b4ee2e3aeac7"],
    [7, true, "5322f32134d134725529a5a48fc1be11d37af4e71b4960539e5deb587d4a690c"],
    [4294967295, false, "0981f04fac3f8578ee9777ff45606a9786e4e2d71e721f6f91a1ee0d5bb88f98"],
  ] as const
) {
  Deno.test(`drawSplit() draws as NumPy with classes missing, seed ${seed}, replace ${replace}`, () => {
    const squares = Int32Array.from({ length: 2000 }, (_, image) => image * image % 11);
    const counts = [181, 90, 0, 40, 30, 20, 0, 0, 0, 2, 0];

    assertEquals(drawSplit(squares, { counts, seed, replace, generator: "numpy" }).hash, hash);
  });
}

Deno.test("drawSplit() draws as NumPy from classes of one image", () => {
  const few = Int32Array.of(2, 0, 0, 3, 0, 2, 2);
  const drawn = (replace: boolean): number[] => [
    ...drawSplit(few, { counts: [2, 0, 3, 1], seed: 5, replace, generator: "numpy" }).indices,
  ];

  // np.random.RandomState(5).choice of [1 2 4], [0 5 6] and [3] in a row.
  assertEquals(drawn(false), [1, 2, 6, 0, 5, 3]);
  assertEquals(drawn(true), [4, 2, 6, 6, 0, 3]);
});

Deno.test("drawSplit() has the same properties whatever draws", () => {
  for (const generator of ["kit", "numpy"] as const) {
    for (const seed of [0, 1, 3407]) {
      const counts = [300, 200, 100, 50, 20, 10, 5, 2, 1, 0];
      const { indices, ...split } = drawSplit(labels, { counts, seed, generator });
      const rowLabels = Array.from(indices, (row) => labels[row]);

      assertEquals([split.counts, split.generator, split.seed], [counts, generator, seed]);
      assertEquals(rowLabels, counts.flatMap((count, label) => new Array(count).fill(label)));
      assertEquals(new Set(indices).size, 688);
      assertNotEquals(drawSplit(labels, { counts, seed: seed + 1, generator }).hash, split.hash);

      const all = drawSplit(labels, { counts: new Array(10).fill(300), seed, generator }).indices;
      assertEquals([...all].sort((a, b) => a - b), Array.from(labels.keys()));

      const fewer = counts.map((count) => count >> 1);
      const nested = drawSplit(labels, { counts: fewer, seed, generator }).indices;
      assert(nested.every((row) => indices.includes(row)));
    }
  }
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

Deno.test("largestFor() is the largest class that no other class is too small for", () => {
  const random = randomStream(3, "sizes");
  for (let trial = 0; trial < 200; trial++) {
    const classes = 1 + random.integer(12);
    const sizes = Array.from({ length: classes }, () => 1 + random.integer(500));
    const imbalanceRate = [1, 0.1, 0.02, 1 / 3][random.integer(4)]!;
    const profile = random.integer(2) === 0 ? "exponential" : "step";
    const largest = largestFor(sizes, { imbalanceRate, profile });
    const asksFor = (largest: number): boolean[] =>
      Array.from({ length: classes }, (_, label) => {
        const exponent = profile === "step"
          ? Number(label >= classes / 2)
          : label / Math.max(classes - 1, 1);
        return Math.floor(largest * imbalanceRate ** exponent) <= sizes[label]!;
      });
    assert(asksFor(largest).every(Boolean), `${sizes} at ${imbalanceRate} give ${largest}`);
    assert(!asksFor(largest + 1).every(Boolean), `${sizes} at ${imbalanceRate} give more`);
  }
  assertEquals(largestFor(Array(10).fill(5000), { imbalanceRate: 0.02 }), 5000);
});
