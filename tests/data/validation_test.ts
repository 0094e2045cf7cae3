import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { classCounts, drawSplit } from "glmc/data/long_tail.ts";
import { splitOfRows } from "glmc/data/split_file.ts";
import { holdOut } from "glmc/data/validation.ts";

const labels = Int32Array.from({ length: 5000 }, (_, image) => image * 7 % 10);
const threeClasses = labels.map((label) => label % 3);
const counts = classCounts({ classes: 10, largest: 500, imbalanceRate: 0.02 });
const split = drawSplit(labels, { counts, seed: 0 });

/** Whether the labels of rows are in order, so that rows are grouped by class. */
function isGrouped(rows: Int32Array): boolean {
  return rows.every((row, place) => place === 0 || labels[rows[place - 1]!]! <= labels[row]!);
}

Deno.test("holdOut() parts every class by the share, and leaves no image out or in both", () => {
  for (const share of [0.05, 0.1, 1 / 3, 0.5, 0.9]) {
    const { training, validation } = holdOut(split, { share, seed: 1 });
    assertEquals(validation.counts, counts.map((count) => Math.round(share * count)));
    assertEquals(training.counts, counts.map((count, i) => count - validation.counts[i]!));
    assertEquals(
      [...training.indices, ...validation.indices].toSorted(),
      [...split.indices].toSorted(),
    );
    assert(isGrouped(training.indices) && isGrouped(validation.indices));
  }
});

Deno.test("holdOut() keeps the order of the rows, and tells of the draw as the subset does", () => {
  const { training, validation } = holdOut(split, { share: 0.2, seed: 1 });
  for (const part of [training, validation]) {
    const places = Array.from(part.indices, (row) => split.indices.indexOf(row));
    assertEquals(places, places.toSorted((a, b) => a - b));
    assertEquals([part.generator, part.seed, part.replace], ["kit", 0, false]);
    assertNotEquals(part.hash, split.hash);
  }
});

Deno.test("holdOut() repeats with its seed and changes with another", () => {
  const first = holdOut(split, { share: 0.1, seed: 1 });
  assertEquals(holdOut(split, { share: 0.1, seed: 1 }), first);
  assertNotEquals(holdOut(split, { share: 0.1, seed: 2 }).validation.hash, first.validation.hash);
});

Deno.test("holdOut() keeps the copies of an image together", () => {
  const replaced = drawSplit(labels, { counts, seed: 0, replace: true });
  const { training, validation } = holdOut(replaced, { share: 0.3, seed: 0 });
  const trained = new Set(training.indices);
  assert(new Set(replaced.indices).size < replaced.indices.length);
  assert(validation.indices.every((row) => !trained.has(row)));
  assertEquals(training.indices.length + validation.indices.length, replaced.indices.length);
});

Deno.test("holdOut() refuses what leaves a class without images, and its advice holds", () => {
  for (
    const [size, share, text] of [
      [4, 0.1, "class 1 has 4 images, which leaves none for validation: pass at least 0.25, or"],
      [
        3,
        0.9,
        "class 1 has 3 images, which leaves none for training: pass a smaller one, such as 0.5, or",
      ],
      [2, 0.2, "class 1 has 2 images, which leaves none for validation: pass at least 0.5, or"],
      [
        2,
        0.8,
        "class 1 has 2 images, which leaves none for training: pass a smaller one, such as 0.5",
      ],
      [1, 0.5, "a class needs two, one for each part: class 1 has 1 image: give it more, or"],
    ] as const
  ) {
    const few = drawSplit(threeClasses, { counts: [10, size, 10], seed: 0 });
    const { message } = assertThrows(() => holdOut(few, { share, seed: 0 }), RangeError, text);
    const advised = Number(/(?:at least|such as) ([\d.]+)/.exec(message)?.[1] ?? NaN);
    if (size > 1) holdOut(few, { share: advised, seed: 0 });
  }
});

Deno.test("holdOut() refuses an empty class, an image that is there twice alone, and no share", () => {
  const empty = drawSplit(threeClasses, { counts: [10, 0, 10], seed: 0 });
  assertThrows(() => holdOut(empty, { share: 0.5, seed: 0 }), RangeError, "class 1 has 0 images");
  const twice = splitOfRows([0, 10, 7, 7], Int32Array.from({ length: 11 }, (_, i) => +(i === 7)), {
    classes: 2,
    replace: true,
  });
  assertThrows(() => holdOut(twice, { share: 0.5, seed: 0 }), RangeError, "class 1 has 1 image");
  for (const share of [0, 1, -0.1, NaN]) {
    assertThrows(() => holdOut(split, { share, seed: 0 }), RangeError, `it is ${share}`);
  }
});
