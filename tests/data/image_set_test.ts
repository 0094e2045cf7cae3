import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import {
  checkDataset,
  checkImageSet,
  type Dataset,
  hashImageSet,
  type ImageSet,
  takeImages,
} from "glmc/data/image_set.ts";

/** Images of these sizes, each of another value. */
function setOf(
  count: number,
  { height = 2, width = 3, channels = 1, classes = 2 } = {},
): ImageSet {
  const size = height * width * channels;
  return {
    ...{ height, width, channels },
    classNames: Array.from({ length: classes }, (_, label) => `class ${label}`),
    images: new Uint8Array(count * size).map((_, index) => Math.floor(index / size)),
    labels: new Int32Array(count).map((_, row) => row % classes),
  };
}

function datasetOf(changes: Partial<Dataset> = {}): Dataset {
  return { name: "toy", train: setOf(4), test: setOf(2), mean: [0.5], std: [0.2], ...changes };
}

Deno.test("checkDataset() takes grey, rectangular and one-pixel images, one class, no test images", () => {
  const pixel = { height: 1, width: 1, channels: 1, classes: 1 };
  for (
    const dataset of [
      datasetOf(),
      datasetOf({ train: setOf(3, pixel), test: setOf(0, pixel) }),
      datasetOf({
        ...{ train: setOf(400, { channels: 4, classes: 400 }), mean: [0, 0, 0, 0] },
        ...{ test: setOf(0, { channels: 4, classes: 400 }), std: [1, 1, 1, 1] },
      }),
    ]
  ) assertEquals(checkDataset(dataset), dataset);
});

Deno.test("checkDataset() refuses what cannot be trained on, with the limit", () => {
  for (
    const [changes, problem] of [
      [{ train: setOf(0) }, "there are no training images: at least one is needed"],
      [{ test: setOf(1, { height: 5 }) }, "the height of its images is 2 in training and 5 in"],
      [{ test: setOf(1, { width: 5 }) }, "the width of its images is 3 in training and 5 in"],
      [{ test: setOf(1, { classes: 3 }) }, "training and test images have different classes"],
      [
        { mean: [0.5, 0.5, 0.5] },
        "mean is [0.5,0.5,0.5]: it must be a finite number for each of 1",
      ],
      [{ std: [NaN] }, "std is [NaN]: it must be a finite number"],
      [{ std: [0] }, "std is [0]: it must be above 0"],
    ] as const
  ) {
    assertThrows(
      () => checkDataset(datasetOf(changes)),
      RangeError,
      `Cannot use the data set "toy": ${problem}`,
    );
  }
});

Deno.test("checkImageSet() refuses sizes and labels that do not fit", () => {
  const set = setOf(4);
  for (
    const [changes, problem] of [
      [{ height: 0 }, "their height is 0: it must be a whole number from 1"],
      [{ width: 1.5 }, "their width is 1.5: it must be a whole number from 1"],
      [{ images: new Uint8Array(23) }, "4 images of 2 x 3 x 1 have 24 values: there are 23"],
      [{ labels: Int32Array.of(0, 1, 2, 0) }, "whole numbers from 0 to 1: image 2 has 2"],
      [{ labels: Int32Array.of(0, -1, 0, 0) }, "whole numbers from 0 to 1: image 1 has -1"],
      [{ labels: [0, 0.5, 0, 0] as unknown as Int32Array }, "from 0 to 1: image 1 has 0.5"],
    ] as const
  ) {
    assertThrows(() => checkImageSet({ ...set, ...changes }), RangeError, problem);
  }
});

Deno.test("takeImages() copies the rows it is asked for, in their order", () => {
  const set = setOf(4);

  const taken = takeImages(set, Int32Array.of(3, 0, 3));
  set.images.fill(9);

  assertEquals(taken.labels, Int32Array.of(1, 0, 1));
  assertEquals([...taken.images], [3, 0, 3].flatMap((value) => Array(6).fill(value)));
  assertEquals(takeImages(set, 0).images.length, 0);
  for (const rows of [[4], [-1], [0.5], 5]) {
    assertThrows(() => takeImages(set, rows), RangeError, "there are 4 images");
  }
});

Deno.test("hashImageSet() changes with pixels, labels and sizes, and with nothing else", () => {
  const set = setOf(4);
  const hash = hashImageSet(set);

  assertEquals(hashImageSet({ ...setOf(4), classNames: ["cat", "dog"] }), hash);
  assertEquals(
    hashImageSet({ ...set, labels: Int32Array.of(9, ...set.labels).subarray(1) }),
    hash,
  );
  for (
    const other of [
      { ...set, images: set.images.with(5, 7) },
      { ...set, labels: set.labels.with(3, 0) },
      { ...set, height: 3, width: 2 },
      takeImages(set, 3),
    ]
  ) assertNotEquals(hashImageSet(other), hash);
});
