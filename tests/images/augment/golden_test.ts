import { assert, assertEquals } from "@std/assert";
import { blurImages } from "../../../lib/images/augment/blur.ts";
import { blurKernel, blurKernels } from "../../../lib/images/augment/blur_kernel.ts";
import { changeColours } from "../../../lib/images/augment/colour.ts";
import { changeColoursByStep } from "../../../lib/images/augment/colour_by_step.ts";
import { colourOrders } from "../../../lib/images/augment/draw.ts";
import { frameMiddle, frameWindow } from "../../../lib/images/augment/frame.ts";
import { deviceTensors } from "../../../lib/ops/host_arrays.ts";
import { uint8Tensor } from "../../../lib/ops/gather.ts";
import { type Tensor, tf } from "../../../lib/tensor/tfjs.ts";
import { assertClose } from "../../assertions.ts";
import { testEngine } from "../../engine.ts";
import { golden, goldenExperiments } from "../../golden.ts";

const engine = await testEngine();
const values = golden("large_augment");
const { boxes, factors } = goldenExperiments().cases.large_augment;

function pixels(name: string): Tensor {
  const { data, shape } = values[name]!;
  return tf.tensor(Float32Array.from(data as Uint8Array), [1, ...shape]);
}

/** Mean absolute difference from a golden image, of values rounded as a picture holds them. */
function difference(actual: Tensor, name: string): number {
  const expected = values[name]!;
  assertEquals(actual.shape, [1, ...expected.shape]);
  const levels = Uint8ClampedArray.from(actual.dataSync());
  const sum = levels.reduce(
    (sum, level, i) => sum + Math.abs(level - Number(expected.data[i]!)),
    0,
  );
  return sum / levels.length;
}

const modes = ["eager", "compiled"] as const;

Deno.test("frameWindow() cuts and scales as torchvision does", () => {
  for (const [i, [top, left, height, width]] of boxes.entries()) {
    tf.tidy(() => {
      const view = frameWindow(pixels("image"), { top, left, height, width }, { side: 64 });
      // The golden table allows 1; only the rounding between Pillow's two passes is left.
      assert(difference(view, `crop_${i}`) < 0.25, `crop ${i}: ${difference(view, `crop_${i}`)}`);
    });
  }
});

Deno.test("frameWindow() and frameMiddle() take bytes as they take floats", () => {
  const { data, shape } = values.image!;
  tf.tidy(() => {
    const bytes = uint8Tensor(data as Uint8Array, [1, ...shape]);
    const [top, left, height, width] = boxes[0]!;
    const window = { top, left, height, width };
    // The same numbers, thousands of them: where they differ, a list of all would take minutes.
    assertClose(
      frameWindow(bytes, window, { side: 64, type: "uint8" }).dataSync(),
      frameWindow(pixels("image"), window, { side: 64 }).dataSync(),
      {},
    );
    assertClose(
      frameMiddle(bytes, { side: 64, resize: 96, type: "uint8" }).dataSync(),
      frameMiddle(pixels("image"), { side: 64, resize: 96 }).dataSync(),
      {},
    );
  });
});

Deno.test("frameMiddle() scales the shorter side and cuts the middle as torchvision does", () => {
  tf.tidy(() => {
    const view = frameMiddle(pixels("image"), { side: 64, resize: 96 });
    assert(difference(view, "resize_96_centre_64") < 0.25);
  });
});

const order = (...kinds: readonly number[]): number =>
  colourOrders.findIndex((order) => order.every((kind, i) => kind === kinds[i]));
const { brightness, contrast, saturation } = factors;
const colourCases = {
  brightness: { factors: [brightness, 1, 1], order: 0, grey: 0 },
  contrast: { factors: [1, contrast, 1], order: 0, grey: 0 },
  saturation: { factors: [1, 1, saturation], order: 0, grey: 0 },
  saturation_brightness_contrast: {
    factors: [brightness, contrast, saturation],
    order: order(2, 0, 1),
    grey: 0,
  },
  grey: { factors: [1, 1, 1], order: 0, grey: 1 },
} as const;

const choices = (name: keyof typeof colourCases) => {
  const { factors, order, grey } = colourCases[name];
  return {
    factors: tf.tensor2d([[...factors]]),
    orders: tf.tensor1d([order], "int32"),
    greys: tf.tensor1d([grey], "int32"),
  };
};

for (const mode of modes) {
  Deno.test(`changeColoursByStep() makes Pillow's pixels, ${mode}`, () => {
    using change = engine.compile(
      ({ images, drawn }: { images: Tensor; drawn: ReturnType<typeof choices> }) => ({
        changed: changeColoursByStep(images, drawn),
      }),
      { mode },
    );
    for (const name of Object.keys(colourCases) as (keyof typeof colourCases)[]) {
      tf.tidy(() => {
        const { changed } = change({ images: pixels("small"), drawn: choices(name) });
        // The golden table allows 0.6; here all but a few pixels on the edge of rounding are equal.
        const off = difference(changed, name);
        assert(off < 0.01, `${name}: ${off}`);
      });
    }
  });

  Deno.test(`changeColours() makes single steps within the golden tolerance, ${mode}`, () => {
    using change = engine.compile(
      ({ images, drawn }: { images: Tensor; drawn: ReturnType<typeof choices> }) => ({
        changed: changeColours(images, drawn),
      }),
      { mode },
    );
    // Of three in a row Pillow cuts the bright ones off in between, which one product cannot.
    for (const name of ["brightness", "contrast", "saturation", "grey"] as const) {
      tf.tidy(() => {
        const { changed } = change({ images: pixels("small"), drawn: choices(name) });
        const off = difference(changed, name);
        assert(off < 0.6, `${name}: ${off}`);
      });
    }
  });

  Deno.test(`blurImages() blurs as Pillow does, ${mode}`, () => {
    using blur = engine.compile(
      ({ images, kernels }: { images: Tensor; kernels: Tensor }) => ({
        blurred: blurImages(images, kernels),
      }),
      { mode },
    );
    const sigmas = [0.1, 0.7, 1.3, 2];
    tf.tidy(() => {
      const { kernels } = deviceTensors({ kernels: blurKernels(sigmas, 2) });
      const images = tf.tile(pixels("small"), [sigmas.length, 1, 1, 1]);
      const { blurred } = blur({ images, kernels });
      tf.split(blurred, sigmas.length).forEach((image, i) => {
        const name = `blur_${sigmas[i]!.toFixed(1)}`;
        const off = difference(image, name);
        // The golden table allows 1.5; what is left is that Pillow rounds six times.
        assert(off < 0.5, `${name}: ${off}`);
      });
    });
  });
}

Deno.test("changeColours() and changeColoursByStep() agree in every order where nothing is cut off", () => {
  tf.tidy(() => {
    const images = tf.round(tf.add(tf.mul(pixels("small"), tf.scalar(0.3)), tf.scalar(80)));
    const n = colourOrders.length;
    const drawn = {
      factors: tf.tile(tf.tensor2d([[1.2, 0.7, 1.3]]), [n, 1]),
      orders: tf.range(0, n, 1, "int32"),
      greys: tf.tensor1d([0, 0, 0, 0, 0, 1], "int32"),
    };
    const batch = tf.tile(images, [n, 1, 1, 1]);
    const [atOnce, byStep] = [changeColours(batch, drawn), changeColoursByStep(batch, drawn)];
    const off = tf.mean(tf.abs(tf.sub(atOnce, byStep)), [1, 2, 3]).dataSync();
    // Three roundings down of less than one level each, around their mean.
    off.forEach((difference, order) => assert(difference < 0.6, `order ${order}: ${difference}`));
    const means = tf.mean(byStep, [1, 2, 3]).dataSync();
    assert(new Set(means).size === n, "orders make no difference");
  });
});

Deno.test("blurKernel() has the sum and the variance of the Gaussian it stands for", () => {
  for (const sigma of [0.1, 0.5, 1, 1.7, 2, 5]) {
    const kernel = blurKernel(sigma);
    const middle = (kernel.length - 1) / 2;
    const sum = kernel.reduce((sum, weight) => sum + weight, 0);
    const variance = kernel.reduce((sum, weight, i) => sum + weight * (i - middle) ** 2, 0);
    assert(Math.abs(sum - 1) < 1e-12);
    assert(Math.abs(variance - sigma ** 2) < 1e-9, `${sigma}: ${variance}`);
  }
});
