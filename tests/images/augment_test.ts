import { assertEquals, assertThrows } from "@std/assert";
import {
  glmcMixture,
  type MixtureInputs,
  type MixtureOptions,
} from "../../lib/method/glmc/mixture.ts";
import { cutMix, keptShare } from "../../lib/images/mix.ts";
import { normalise } from "../../lib/images/normalise.ts";
import {
  checkBankSize,
  createPixelBank,
  cropViews,
  mostBankPixels,
} from "../../lib/images/pixel_bank.ts";
import { disposeTensors } from "../../lib/tensor/named_tensors.ts";
import { type Tensor, tf } from "../../lib/tensor/tfjs.ts";
import { assertClose } from "../assertions.ts";
import { testEngine } from "../engine.ts";
import { golden, goldenIndex } from "../golden.ts";
import { randomStream } from "../../lib/data/random.ts";
import type { ImageSet } from "../../lib/data/image_set.ts";
import { cutBox } from "../../lib/images/cut_box.ts";

await testEngine();

Deno.test("glmcMixture() reproduces the official views and labels", () => {
  const values = golden("mix");
  const { lam, centre, mean, std } = goldenIndex().cases.mix;
  tf.tidy(() => {
    const view = (name: string): Tensor =>
      normalise(tf.tensor(Float32Array.from(values[name]!.data as Uint8Array), [8, 32, 32, 3]), {
        mean,
        std,
      });
    const labels = (name: string): Tensor => {
      const classes = Array.from(values[name]!.data as BigInt64Array, Number);
      return tf.oneHot(tf.tensor1d(classes, "int32"), 10, 1, 0, "float32");
    };
    const { global, local } = glmcMixture({
      firstView1: view("view1_i"),
      secondView1: view("view1_j"),
      firstView2: view("view2_i"),
      secondView2: view("view2_j"),
      firstLabels: labels("label_i"),
      secondLabels: labels("label_j"),
      mixWeight: tf.scalar(lam),
      box: tf.tensor1d(cutBox({ height: 32, width: 32, mixWeight: lam, centre }), "int32"),
      classWeights: tf.tensor1d(values.class_weight!.data as Float32Array),
    });
    const expected = {
      mixup_x: tf.transpose(global.images, [0, 3, 1, 2]),
      mixup_y: global.labels,
      mixup_y_w: global.weightedLabels,
      cutmix_x: tf.transpose(local.images, [0, 3, 1, 2]),
      cutmix_y: local.labels,
      cutmix_y_w: local.weightedLabels,
    };
    for (const [name, tensor] of Object.entries(expected)) {
      // the golden table's tolerance: a few units in the last place of values up to 2.7
      assertClose(tensor.dataSync(), values[name]!.data as Float32Array, {
        absolute: 1e-6,
        what: "the two mixtures and their labels",
      });
    }
  });
});

Deno.test("glmcMixture() can weigh pairs and count the pasted area", () => {
  tf.tidy(() => {
    const images = tf.zeros([1, 4, 4, 1]);
    const { local } = glmcMixture({
      firstView1: images,
      secondView1: images,
      firstView2: images,
      secondView2: images,
      firstLabels: tf.tensor2d([[1, 0]]),
      secondLabels: tf.tensor2d([[0, 1]]),
      mixWeight: tf.scalar(0.5),
      box: tf.tensor1d([0, 0, 2, 2], "int32"),
      classWeights: tf.tensor1d([1, 3]),
    }, { cutMixLabel: "area", rebalanceTarget: "pair" });
    assertEquals([...local.labels.dataSync()], [0.75, 0.25]);
    assertEquals([...local.weightedLabels.dataSync()], [0.75 * 1.5, 0.25 * 1.5]);
  });
});

Deno.test("glmcMixture() blends or cuts both views, each by its own weight and box", () => {
  tf.tidy(() => {
    const [zeros, ones] = [tf.zeros([1, 4, 4, 1]), tf.ones([1, 4, 4, 1])];
    const inputs = {
      firstView1: zeros,
      secondView1: ones,
      firstView2: zeros,
      secondView2: ones,
      firstLabels: tf.tensor2d([[1, 0]]),
      secondLabels: tf.tensor2d([[0, 1]]),
      mixWeight: tf.scalar(0.75),
      view2MixWeight: tf.scalar(0.25),
      box: tf.tensor1d([0, 0, 4, 3], "int32"),
      view1Box: tf.tensor1d([0, 0, 1, 4], "int32"),
    };
    const means = (options: MixtureOptions, given: Partial<MixtureInputs> = inputs) => {
      const { global, local } = glmcMixture({ ...inputs, ...given }, options);
      return [global, local].map(({ images, labels }) => [
        tf.mean(images).dataSync()[0],
        labels.dataSync()[0],
      ]);
    };

    assertEquals(means({}), [[0.25, 0.75], [0.75, 0.25]]);
    assertEquals(means({ pairViews: "mixup" }), [[0.25, 0.75], [0.75, 0.25]]);
    assertEquals(means({ pairViews: "mixup" }, { view2MixWeight: undefined }), [
      [0.25, 0.75],
      [0.25, 0.75],
    ]);
    // Four pixels of view 1 are pasted, twelve of view 2; the labels have the weights, or the areas.
    const swapped = { mixWeight: tf.scalar(0.5), view2MixWeight: undefined };
    assertEquals(means({ pairViews: "cutmix" }, swapped), [[0.25, 0.5], [0.75, 0.5]]);
    assertEquals(means({ pairViews: "cutmix", cutMixLabel: "area" }, swapped), [
      [0.25, 0.75],
      [0.75, 0.25],
    ]);
    assertThrows(
      () => glmcMixture({ ...inputs, view1Box: undefined }, { pairViews: "cutmix" }),
      TypeError,
      "it has no box",
    );
  });
});

interface Cut {
  readonly row: number;
  readonly crop: readonly [top: number, left: number];
  readonly flip: number;
}

/** Every view of a set by its definition: pad with black, crop, mirror, one pixel after the other. */
function plainViews(
  { images, height, width, channels }: Pick<ImageSet, "images" | "height" | "width" | "channels">,
  cuts: readonly Cut[],
  padding: number,
): number[] {
  const pixel = (row: number, y: number, x: number): Uint8Array => {
    const start = ((row * height + y) * width + x) * channels;
    const inside = y >= 0 && x >= 0 && y < height && x < width;
    return inside ? images.subarray(start, start + channels) : new Uint8Array(channels);
  };
  const values: number[] = [];
  for (const { row, crop: [top, left], flip } of cuts) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const across = flip ? width - 1 - x : x;
        values.push(...pixel(row, top + y - padding, left + across - padding));
      }
    }
  }
  return values;
}

for (
  const [height, width, channels, padding] of [
    [5, 5, 3, 2],
    [16, 48, 3, 4],
    [48, 16, 1, 4],
    [1, 1, 1, 1],
    [1, 7, 2, 3],
    [6, 2, 3, 0],
  ] as const
) {
  Deno.test(`cropViews() at ${height}x${width}x${channels} equals plain loops`, () => {
    const count = 3;
    const images = Uint8Array.from(
      { length: count * height * width * channels },
      (_, i) => 1 + i % 250,
    );
    const bank = createPixelBank(images, { height, width, channels });
    const cuts: Cut[] = [];
    for (let top = 0; top <= 2 * padding; top++) {
      for (let left = 0; left <= 2 * padding; left++) {
        for (const flip of [0, 1]) {
          cuts.push({ row: (top + left + flip) % count, crop: [top, left], flip });
        }
      }
    }
    tf.tidy(() => {
      const views = cropViews(bank, {
        rows: tf.tensor1d(cuts.map(({ row }) => row), "int32"),
        crops: tf.tensor2d(cuts.map(({ crop }) => [...crop]), [cuts.length, 2], "int32"),
        flips: tf.tensor1d(cuts.map(({ flip }) => flip), "int32"),
      }, { padding });
      assertEquals(views.shape, [cuts.length, height, width, channels]);
      const expected = plainViews({ images, height, width, channels }, cuts, padding);
      // Half a million numbers: where they differ, their difference as a text would take gigabytes.
      assertClose(views.dataSync(), expected, {});
    });
    bank.pixels.dispose();
  });
}

for (const [height, width] of [[16, 48], [48, 16], [1, 1], [1, 9]] as const) {
  Deno.test(`cutMix() at ${height}x${width} can paste every pixel, and keptShare() counts them`, () => {
    const random = randomStream(1, "boxes");
    const [first, second] = [tf.zeros([1, height, width, 1]), tf.ones([1, height, width, 1])];
    const check = (box: readonly [number, number, number, number]): void =>
      tf.tidy(() => {
        const [top, left, bottom, right] = box;
        const expected = Array.from({ length: height * width }, (_, i) => {
          const [y, x] = [Math.floor(i / width), i % width];
          return Number(y >= top && y < bottom && x >= left && x < right);
        });
        const tensor = tf.tensor1d([...box], "int32");
        assertEquals([...cutMix(first, second, tensor).dataSync()], expected);
        const pasted = expected.reduce((sum, value) => sum + value, 0);
        assertClose(
          keptShare(tensor, height * width).dataSync(),
          [1 - pasted / (height * width)],
          { absolute: 1e-6 }, // float32 of a share
        );
      });
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) check([y, x, y + 1, x + 1]);
    }
    for (let draw = 0; draw < 50; draw++) {
      const [top, left] = [random.integer(height), random.integer(width)];
      check([
        top,
        left,
        top + random.integer(height - top + 1),
        left + random.integer(width - left + 1),
      ]);
    }
    disposeTensors({ first, second });
  });
}

Deno.test("checkBankSize() refuses more pixels than 32 bits can index", () => {
  const most = mostBankPixels;
  // The largest sum of cropViews() is twice the index of the black pixel, which follows the others.
  assertEquals(2 * most <= 2 ** 31 - 1 && 2 * (most + 1) > 2 ** 31 - 1, true);
  checkBankSize({ count: most, height: 1, width: 1 });
  checkBankSize({ count: 1, height: 1, width: most });
  assertThrows(() => checkBankSize({ count: most + 1, height: 1, width: 1 }), RangeError);
  assertThrows(
    () => checkBankSize({ count: 2 ** 20, height: 32, width: 32 }),
    RangeError,
    "1048576 of 32x32 pixels are more than the 1073741823 pixels of one set: take at most 1048575",
  );
  checkBankSize({ count: 1048575, height: 32, width: 32 });
});

Deno.test("createPixelBank() takes a set without images", () => {
  const bank = createPixelBank(new Uint8Array(0), { height: 4, width: 2, channels: 3 });
  assertEquals([bank.count, bank.pixels.shape], [0, [1, 3]]);
  bank.pixels.dispose();
});

Deno.test("normalise() takes any number of channels and refuses statistics of others", () => {
  for (const channels of [1, 2, 5]) {
    tf.tidy(() => {
      const mean = Array.from({ length: channels }, (_, c) => c / 10);
      const std = Array.from({ length: channels }, (_, c) => 1 + c);
      const values = Float32Array.from({ length: 2 * 3 * 4 * channels }, (_, i) => i % 256);
      const expected = values.map((value, i) => {
        const channel = i % channels;
        return (value / 255 - mean[channel]!) / std[channel]!;
      });
      const pixels = tf.tensor(values, [2, 3, 4, channels]);
      assertClose(normalise(pixels, { mean, std }).dataSync(), expected, { absolute: 1e-6 });
    });
  }
  const grey = tf.zeros([1, 2, 2, 1]);
  assertThrows(
    () => normalise(grey, { mean: [0, 0, 0], std: [1, 1, 1] }),
    RangeError,
    "Cannot normalise images of 1 channels: there are 3 means and 3 deviations",
  );
  for (const [mean, std] of [[0, 0], [0, -1], [NaN, 1], [0, Infinity]] as const) {
    assertThrows(
      () => normalise(grey, { mean: [mean], std: [std] }),
      RangeError,
      `channel 0 has mean ${mean} and deviation ${std}`,
    );
  }
  grey.dispose();
});

Deno.test("createPixelBank() refuses bytes that are no whole images", () => {
  assertThrows(
    () => createPixelBank(new Uint8Array(10), { height: 2, width: 2, channels: 3 }),
    RangeError,
  );
});

Deno.test("cutMix() and keptShare() agree for every official box", () => {
  for (const { size, box } of goldenIndex().cutmix_boxes.slice(0, 50)) {
    tf.tidy(() => {
      const tensor = tf.tensor1d([...box], "int32");
      const mixed = cutMix(tf.ones([1, size, size, 1]), tf.zeros([1, size, size, 1]), tensor);
      const kept = keptShare(tensor, size * size);
      assertClose(kept.dataSync(), tf.mean(mixed).dataSync().slice(), { absolute: 1e-6 });
    });
  }
});

Deno.test("normalise() gives mean 0 and deviation 1 to pixels that have the given statistics", () => {
  tf.tidy(() => {
    const pixels = tf.tensor2d([[255 * 0.3], [255 * 0.7]]);
    assertClose(normalise(pixels, { mean: [0.5], std: [0.2] }).dataSync(), [-1, 1], {
      absolute: 1e-6,
    });
  });
});

Deno.test("normalise() needs no memory besides its result", () => {
  const pixels = tf.zeros([2, 3]);
  const before = tf.memory().numTensors;
  const result = normalise(pixels, { mean: [0, 0, 0], std: [1, 1, 1] });
  assertEquals(tf.memory().numTensors, before + 1);
  disposeTensors({ pixels, result });
});
