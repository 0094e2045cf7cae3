import { assertAlmostEquals, assertEquals } from "@std/assert";
import { stopGradient, withGradients } from "../../lib/tensor/gradients.ts";
import { disposeTensors } from "../../lib/tensor/named_tensors.ts";
import { type Tensor, tf } from "../../lib/tensor/tfjs.ts";
import { convert } from "../../lib/ops/precision.ts";
import { trainingBatchNorm } from "../../lib/ops/batch_norm.ts";
import { gatherBytes, uint8Tensor } from "../../lib/ops/gather.ts";
import { assertClose, assertNoLeak } from "../assertions.ts";
import { testEngine } from "../engine.ts";

const engine = await testEngine();

const shape: [number, number, number, number] = [3, 2, 2, 4];

function inputs(): Record<"x" | "scale" | "offset" | "shortcut" | "mean" | "variance", Tensor> {
  return {
    x: tf.randomNormal(shape, 1, 2, "float32", 3),
    scale: tf.tensor1d([0.5, 1, 1.5, 2]),
    offset: tf.tensor1d([0.1, -0.2, 0.3, 0]),
    shortcut: tf.randomNormal(shape, 0, 1, "float32", 4),
    mean: tf.tensor1d([1, 2, 3, 4]),
    variance: tf.tensor1d([4, 3, 2, 1]),
  };
}

Deno.test("trainingBatchNorm() agrees with the formula and updates running statistics as PyTorch", () => {
  const given = inputs();
  const result = trainingBatchNorm(given, { relu: true });
  const reference = tf.tidy(() => {
    const { mean, variance } = tf.moments(given.x, [0, 1, 2]);
    const normal = tf.div(tf.sub(given.x, mean), tf.sqrt(tf.add(variance, 1e-5)));
    const scaled = tf.add(tf.mul(normal, given.scale), given.offset);
    return {
      output: tf.relu(tf.add(scaled, given.shortcut)),
      mean: tf.add(tf.mul(given.mean, 0.9), tf.mul(mean, 0.1)),
      variance: tf.add(tf.mul(given.variance, 0.9), tf.mul(variance, 0.1 * 12 / 11)),
    };
  });
  for (const name of ["output", "mean", "variance"] as const) {
    // float32 sums of 12 values in another order
    assertClose(result[name].dataSync(), reference[name].dataSync(), { absolute: 2e-6 });
  }
  disposeTensors({ given, ...result, reference });
});

for (const [relu, withShortcut] of [[true, true], [true, false], [false, false], [false, true]]) {
  Deno.test(`trainingBatchNorm() gradients agree with finite differences (relu ${relu}, shortcut ${withShortcut})`, () => {
    const { shortcut, mean, variance, ...others } = inputs();
    const parameters: Record<string, Tensor> = withShortcut ? { ...others, shortcut } : others;
    const weights = tf.randomNormal(shape, 0, 1, "float32", 5);
    const loss = (values: Record<string, Tensor>): Tensor => {
      const { x, scale, offset } = values as ReturnType<typeof inputs>;
      const extra = withShortcut ? { shortcut: values.shortcut } : {};
      const given = { x, scale, offset, mean, variance, ...extra };
      return tf.sum(tf.mul(trainingBatchNorm(given, { relu }).output, weights));
    };
    const { gradients } = withGradients(
      (values) => ({ scalar: loss(values), others: {} }),
      parameters,
    );
    const step = 1e-2;
    for (const [name, tensor] of Object.entries(parameters)) {
      const values = tensor.dataSync();
      const gradient = gradients[name]!.dataSync();
      for (let i = 0; i < values.length; i += 5) {
        const moved = (by: number): number =>
          tf.tidy(() => {
            const changed = values.slice();
            changed[i]! += by;
            return loss({ ...parameters, [name]: tf.tensor(changed, tensor.shape) }).dataSync()[0]!;
          });
        const slope = (moved(step) - moved(-step)) / (2 * step);
        // central differences of float32 sums: 1e-6 of the loss over the step, and curvature
        assertAlmostEquals(gradient[i]!, slope, 2e-2, `${name}[${i}]`);
      }
    }
    disposeTensors({ ...parameters, shortcut, mean, variance, weights, ...gradients });
  });
}

for (const type of ["float32", "bfloat16"] as const) {
  Deno.test(`trainingBatchNorm() with ReLU has the bits of ReLU after it, op by op and compiled (${type})`, () => {
    const step = (relu: boolean) => ({ given }: { given: Record<string, Tensor> }) => {
      const { x, scale, offset, mean, variance } = given as ReturnType<typeof inputs>;
      const { gradients, others } = withGradients((values) => {
        const short = convert(values.x, { from: "float32", to: type });
        const result = trainingBatchNorm(
          { x: short, scale: values.scale, offset: values.offset, mean, variance },
          { relu },
        );
        const output = convert(result.output, { from: type, to: "float32" });
        const rectified = tf.relu(output);
        return {
          scalar: tf.sum(tf.square(rectified)),
          others: { output: rectified, mean: result.mean, variance: result.variance },
        };
      }, { x, scale, offset });
      return { ...others, dx: gradients.x, dScale: gradients.scale, dOffset: gradients.offset };
    };
    const given = {
      x: tf.randomNormal([3, 4, 4, 16], 1, 2, "float32", 3),
      scale: tf.randomNormal([16], 1, 1, "float32", 4),
      offset: tf.randomNormal([16], 0, 1, "float32", 5),
      mean: tf.zeros([16]),
      variance: tf.ones([16]),
    };
    const expected = engine.compile(step(false), { mode: "eager" })({ given });
    for (const mode of ["eager", "compiled"] as const) {
      const joined = engine.compile(step(true), { mode })({ given });
      for (const name of Object.keys(expected) as (keyof typeof expected)[]) {
        assertEquals(joined[name].dataSync(), expected[name].dataSync(), `${name}, ${mode}`);
      }
      disposeTensors(joined);
    }
    disposeTensors({ given, ...expected });
  });
}

Deno.test("stopGradient() keeps values and hides the way they were made", () => {
  const { gradients } = withGradients(
    ({ x }) => ({ scalar: tf.sum(tf.mul(x, stopGradient(tf.square(x)))), others: {} }),
    { x: tf.tensor1d([2, 3]) },
  );
  assertEquals([...gradients.x.dataSync()], [4, 9]);
  gradients.x.dispose();
});

Deno.test("withGradients() returns other results, names missing parameters and leaves nothing behind", async () => {
  const parameters = { a: tf.scalar(3) as Tensor, b: tf.scalar(4) as Tensor };
  const run = () =>
    tf.tidy(() =>
      withGradients(({ a, b }) => {
        const scalar = tf.mul(tf.square(a), b);
        return { scalar, others: { loss: scalar, a } };
      }, parameters)
    );
  disposeTensors(run());
  await assertNoLeak(engine, () => {
    const { gradients, others } = run();
    assertEquals([gradients.a, gradients.b, others.loss, others.a].map((t) => t.dataSync()[0]), [
      24,
      9,
      36,
      3,
    ]);
    disposeTensors({ gradients, others });
  });
  disposeTensors(parameters);
});

Deno.test("gatherBytes() takes rows of bytes as numbers", () => {
  const table = uint8Tensor(Uint8Array.of(0, 1, 127, 128, 254, 255), [3, 2]);
  const rows = tf.tensor2d([[2, 0]], [1, 2], "int32");
  const taken = gatherBytes(table, rows);
  assertEquals([taken.shape, [...taken.dataSync()]], [[1, 2, 2], [254, 255, 0, 1]]);
  disposeTensors({ table, rows, taken });
});
