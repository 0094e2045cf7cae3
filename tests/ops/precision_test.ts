import { assertEquals } from "@std/assert";
import { withGradients } from "../../lib/tensor/gradients.ts";
import { disposeTensors } from "../../lib/tensor/named_tensors.ts";
import { convert } from "../../lib/ops/precision.ts";
import { crop, everySecondPixel, pad } from "../../lib/ops/spatial_kernels.ts";
import { type Tensor, tf } from "../../lib/tensor/tfjs.ts";
import { assertClose } from "../assertions.ts";
import { testEngine } from "../engine.ts";

const engine = await testEngine();

const toShort = (x: Tensor): Tensor => convert(x, { from: "float32", to: "bfloat16" });
const toFloat = (x: Tensor): Tensor => convert(x, { from: "bfloat16", to: "float32" });

for (const mode of ["compiled", "eager"] as const) {
  Deno.test(`operations and gradients on bfloat16 agree with float32 in ${mode} mode`, () => {
    const parameters = {
      x: tf.randomNormal([2, 6, 6, 4], 0, 1, "float32", 1) as Tensor,
      w: tf.randomNormal([3, 3, 4, 4], 0, 0.3, "float32", 2) as Tensor,
    };
    const run = (short: boolean) =>
      engine.compile((given: typeof parameters) =>
        withGradients(({ x, w }) => {
          const [image, weight] = short ? [toShort(x), toShort(w)] : [x, w];
          const padded = pad(image, [[0, 0], [1, 1], [1, 1], [0, 0]]);
          const filtered = tf.conv2d(padded as tf.Tensor4D, weight as tf.Tensor4D, 1, "valid");
          // The sum takes the same tensor twice, so that gradients of bfloat16 are added too.
          const sum = everySecondPixel(tf.add(filtered, image));
          const output = short ? toFloat(sum) : sum;
          return { scalar: tf.mean(tf.square(output)), others: { output } };
        }, given), { mode })(parameters);
    const [exact, short] = [run(false), run(true)];
    // bfloat16 keeps 8 bits: 0.4 % in each of a few roundings, on sums of values up to 3
    assertClose(short.others.output.dataSync(), exact.others.output.dataSync(), {
      absolute: 0.1,
    });
    for (const name of ["x", "w"] as const) {
      const largest = Math.max(...exact.gradients[name].dataSync().map(Math.abs));
      assertClose(short.gradients[name].dataSync(), exact.gradients[name].dataSync(), {
        absolute: 0.05 * largest,
      });
    }
    disposeTensors({ ...parameters, exact, short });
  });
}

Deno.test("convert() rounds to bfloat16 and returns the tensor itself where nothing is to do", () => {
  const x = tf.tensor1d([1, 1 + 2 ** -8, 1 + 2 ** -7, 3.14159]);
  const back = tf.tidy(() => toFloat(toShort(x)));
  assertEquals([...back.dataSync()], [1, 1, 1 + 2 ** -7, 3.140625]);
  assertEquals(convert(x, { from: "float32", to: "float32" }), x);
  disposeTensors({ x, back });
});

Deno.test("pad() and everySecondPixel() have the gradients of their values", () => {
  const { gradients } = withGradients(({ x }) => {
    const small = everySecondPixel(x);
    const large = pad(small, [[0, 0], [0, 0], [0, 0], [1, 2]]);
    assertEquals([small.shape, large.shape], [[1, 2, 2, 1], [1, 2, 2, 4]]);
    const weights = tf.tensor(Array.from({ length: 16 }, (_, i) => i), [1, 2, 2, 4]);
    return { scalar: tf.sum(tf.mul(large, weights)), others: {} };
  }, { x: tf.ones([1, 3, 3, 1]) as Tensor });
  assertEquals([...gradients.x.dataSync()], [1, 0, 5, 0, 0, 0, 9, 0, 13]);
  gradients.x.dispose();
});

Deno.test("everySecondPixel() takes the first of each two rows and columns of even sides", () => {
  const x = tf.tensor4d(Array.from({ length: 32 }, (_, i) => i), [1, 4, 4, 2]);
  const small = everySecondPixel(x);
  assertEquals(small.shape, [1, 2, 2, 2]);
  assertEquals([...small.dataSync()], [0, 1, 4, 5, 16, 17, 20, 21]);
  disposeTensors({ x, small });
});

Deno.test("crop() undoes pad(), and its gradient puts zeros where the margins were", () => {
  const x = tf.tensor2d([1, 2, 3, 4], [2, 2]);
  const margins = [[1, 0], [0, 2]] as const;
  const back = tf.tidy(() => crop(pad(x, margins), margins));
  assertEquals([...back.dataSync()], [1, 2, 3, 4]);
  const { gradients } = withGradients(
    ({ x }) => ({ scalar: tf.sum(tf.square(crop(x, [[0, 1], [1, 0]]))), others: {} }),
    { x: x as Tensor },
  );
  assertEquals([...gradients.x.dataSync()], [0, 4, 0, 0]);
  disposeTensors({ x, back, gradients });
});

Deno.test("compile() can have XLA compile a function", () => {
  const f = engine.compile(
    ({ x }: { x: Tensor }) => ({ y: tf.sum(tf.square(tf.add(x, 1))) }),
    { xla: true },
  );
  const x = tf.tensor1d([1, 2]);
  const { y } = f({ x });
  assertEquals(y.dataSync()[0], 13);
  disposeTensors({ x, y });
});
