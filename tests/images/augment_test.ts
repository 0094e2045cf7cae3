import { assertEquals, assertThrows } from "@std/assert";
import { glmcMixture } from "../../lib/method/glmc/mixture.ts";
import { cutMix, keptShare } from "../../lib/images/mix.ts";
import { normalise } from "../../lib/images/normalise.ts";
import { createPixelBank, cropViews } from "../../lib/images/pixel_bank.ts";
import { disposeTensors } from "../../lib/tensor/named_tensors.ts";
import { type Tensor, tf } from "../../lib/tensor/tfjs.ts";
import { assertClose } from "../assertions.ts";
import { testEngine } from "../engine.ts";
import { golden, goldenIndex } from "../golden.ts";
import { cutBox } from "../../lib/data/plan.ts";

await testEngine();

Deno.test("glmcMixture() reproduces the official views and labels", () => {
  const values = golden("mix");
  const { lam, centre, mean, std } = goldenIndex().cases.mix;
  tf.tidy(() => {
    const view = (name: string): Tensor =>
      normalise(tf.tensor(Float32Array.from(values[name].data as Uint8Array), [8, 32, 32, 3]), {
        mean,
        std,
      });
    const labels = (name: string): Tensor => {
      const classes = Array.from(values[name].data as BigInt64Array, Number);
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
      box: tf.tensor1d(cutBox({ size: 32, mixWeight: lam, centre }), "int32"),
      classWeights: tf.tensor1d(values.class_weight.data as Float32Array),
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
      assertClose(tensor.dataSync(), values[name].data as Float32Array, { absolute: 1e-6 });
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

Deno.test("cropViews() equals padding, cropping and mirroring one image at a time", () => {
  const [count, size, padding] = [3, 5, 2];
  const images = Uint8Array.from({ length: count * size * size * 3 }, (_, i) => 1 + i % 250);
  const pixel = (n: number, y: number, x: number, c: number): number =>
    y < 0 || x < 0 || y >= size || x >= size ? 0 : images[((n * size + y) * size + x) * 3 + c];
  const bank = createPixelBank(images, { height: size, width: size, channels: 3 });
  const rows: number[] = [], crops: number[][] = [], flips: number[] = [], expected: number[] = [];
  for (let n = 0; n < count; n++) {
    for (let top = 0; top <= 2 * padding; top++) {
      for (let left = 0; left <= 2 * padding; left++) {
        for (const flip of [0, 1]) {
          rows.push(n), crops.push([top, left]), flips.push(flip);
          for (let y = 0; y < size; y++) {
            for (let x = 0; x < size; x++) {
              const from = left + (flip ? size - 1 - x : x) - padding;
              for (let c = 0; c < 3; c++) expected.push(pixel(n, top + y - padding, from, c));
            }
          }
        }
      }
    }
  }
  tf.tidy(() => {
    const views = cropViews(bank, {
      rows: tf.tensor1d(rows, "int32"),
      crops: tf.tensor2d(crops, [crops.length, 2], "int32"),
      flips: tf.tensor1d(flips, "int32"),
    }, { padding });
    assertEquals(views.shape, [rows.length, size, size, 3]);
    assertEquals([...views.dataSync()], expected);
  });
  bank.pixels.dispose();
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
