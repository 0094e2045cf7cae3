import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { randomStream } from "../../../lib/data/random.ts";
import { type AugmentTensors, augmentViews } from "../../../lib/images/augment/augment.ts";
import { augmentArrays, drawAugmentation } from "../../../lib/images/augment/draw.ts";
import { frameMiddle } from "../../../lib/images/augment/frame.ts";
import { imageNetRecipe } from "../../../lib/images/augment/recipe.ts";
import { deviceTensors } from "../../../lib/ops/host_arrays.ts";
import { disposeTensors } from "../../../lib/tensor/named_tensors.ts";
import { type Tensor, tf } from "../../../lib/tensor/tfjs.ts";
import { assertClose, assertNoLeak } from "../../assertions.ts";
import { testEngine } from "../../engine.ts";

const engine = await testEngine();

function batch(n: number, height: number, width: number) {
  const plan = drawAugmentation(randomStream(5, "augment", 0), n, imageNetRecipe);
  const random = randomStream(5, "pixels");
  const pixels = Float32Array.from({ length: n * height * width * 3 }, () => random.integer(256));
  const drawn = deviceTensors(augmentArrays(plan, imageNetRecipe));
  return { images: tf.tensor(pixels, [n, height, width, 3]), drawn };
}

for (const colours of ["at once", "by step"] as const) {
  Deno.test(`augmentViews() does the same compiled and op by op, colours ${colours}`, async () => {
    const f = ({ images, drawn }: { images: Tensor; drawn: AugmentTensors }) => ({
      views: augmentViews(images, drawn, imageNetRecipe, { colours }),
    });
    using compiled = engine.compile(f);
    using eager = engine.compile(f, { mode: "eager" });
    const first = batch(8, 24, 17);
    disposeTensors(compiled(first));
    await assertNoLeak(engine, () => {
      const [a, b] = [compiled(first), eager(first)];
      assertEquals(a.views.shape, [8, 24, 17, 3]);
      // Normalised values of up to 2.7; a level on the edge of rounding is 1 / (255 · 0.224) = 0.018.
      assertClose(a.views.dataSync(), b.views.dataSync(), { absolute: 0.02 });
      disposeTensors({ a: a.views, b: b.views });
    });
    disposeTensors(first);
  });

  Deno.test(`augmentViews() makes each view by its own choices, colours ${colours}`, () => {
    tf.tidy(() => {
      const { images, drawn } = batch(6, 16, 16);
      const all = augmentViews(images, drawn, imageNetRecipe, { colours });
      for (let view = 0; view < 6; view++) {
        const one = (tensor: Tensor): Tensor =>
          tf.slice(tensor, [view, ...tensor.shape.slice(1).map(() => 0)], [
            1,
            ...tensor.shape.slice(1),
          ]);
        const alone = augmentViews(
          one(images),
          Object.fromEntries(
            Object.entries(drawn).map(([name, tensor]) => [name, one(tensor)]),
          ) as AugmentTensors,
          imageNetRecipe,
          { colours },
        );
        assertClose(alone.dataSync(), one(all).dataSync(), { absolute: 0.02 });
        if (view > 0) {
          assertNotEquals(alone.dataSync(), tf.slice(all, [0, 0, 0, 0], [1, 16, 16, 3]).dataSync());
        }
      }
    });
  });
}

Deno.test("augmentViews() without a change only normalises", () => {
  tf.tidy(() => {
    const images = tf.fill([1, 4, 4, 3], 100);
    const drawn = {
      factors: tf.ones([1, 3]),
      orders: tf.zeros([1], "int32"),
      greys: tf.zeros([1], "int32"),
      flips: tf.ones([1], "int32"),
      kernels: tf.tensor2d([[0, 1, 0]]),
    };
    for (const colours of ["at once", "by step"] as const) {
      const recipe = { mean: [0, 0, 0], std: [1, 1, 1] };
      const views = augmentViews(images, drawn, recipe, { colours });
      assert(views.dataSync().every((value) => Math.abs(value - 100 / 255) < 1e-6));
    }
  });
});

Deno.test("frameMiddle() refuses a view larger than the scaled image", () => {
  const image = tf.zeros([1, 4, 4, 3]);
  assertThrows(
    () => frameMiddle(image, { side: 224, resize: 200 }),
    RangeError,
    "Cannot cut a test view of 224 pixels: images are scaled to 200",
  );
  image.dispose();
});
