import { assert, assertEquals, assertThrows } from "@std/assert";
import { trainingBatchNorm } from "../../lib/ops/batch_norm.ts";
import { withGradients } from "../../lib/tensor/gradients.ts";
import { disposeTensors } from "../../lib/tensor/named_tensors.ts";
import { type Tensor, tf } from "../../lib/tensor/tfjs.ts";
import { assertNoLeak } from "../assertions.ts";
import { testEngine } from "../engine.ts";
import { nativeMegabytes } from "../native_memory.ts";

const engine = await testEngine();

Deno.test("a disposed function cannot be called, and disposing it again does no harm", () => {
  for (const mode of ["compiled", "eager"] as const) {
    const x = tf.tensor1d([1, 2]);
    const square = engine.compile(({ x }: { x: Tensor }) => ({ y: tf.square(x) }), { mode });
    const { y } = square({ x });
    square.dispose();
    square.dispose();
    assertEquals([...y.dataSync()], [1, 4], "results outlive the function");
    assertThrows(() => square({ x }), Error, "it was disposed");
    disposeTensors({ x, y });
  }
  engine.compile(({ x }: { x: Tensor }) => ({ x })).dispose();
});

Deno.test("other functions go on when one is disposed", () => {
  const x = tf.tensor1d([1, 2]);
  const [first, second] = [2, 3].map((factor) =>
    engine.compile(({ x }: { x: Tensor }) => ({ y: tf.mul(x, tf.scalar(factor)) }))
  ) as [ReturnType<typeof engine.compile>, ReturnType<typeof engine.compile>];
  const results = [first({ x }), second({ x })];
  first.dispose();
  results.push(second({ x }));
  assertEquals(results.map(({ y }) => [...(y as Tensor).dataSync()]), [[2, 4], [3, 6], [3, 6]]);
  second.dispose();
  disposeTensors({ x, ...results.map((result) => result) });
});

/** A chain of convolutions and batch norms with their gradients, as large as a small training's step. */
function deepStep({ x, filters }: { x: Tensor; filters: Record<string, Tensor> }) {
  const channels = { scale: tf.ones([8]), offset: tf.zeros([8]) };
  const { gradients } = withGradients((parameters) => {
    let y = x;
    for (const filter of Object.values(parameters)) {
      const convolved = tf.conv2d(y as tf.Tensor4D, filter as tf.Tensor4D, 1, "same");
      const statistics = { mean: tf.zeros([8]), variance: tf.ones([8]) };
      ({ output: y } = trainingBatchNorm({ x: convolved, ...channels, ...statistics }, {
        relu: true,
      }));
    }
    return { scalar: tf.mean(y), others: {} };
  }, filters);
  return { gradients };
}

Deno.test("16 functions compiled, run and disposed leave no native memory behind", () => {
  const x = tf.ones([4, 16, 16, 8]);
  const entries = Array.from({ length: 30 }, (_, i) => [`${i}`, tf.fill([3, 3, 8, 8], 0.01 * i)]);
  const filters = Object.fromEntries(entries) as Record<string, Tensor>;
  const megabytes: number[] = [];
  for (let round = 0; round < 16; round++) {
    using step = engine.compile(deepStep);
    for (let repeat = 0; repeat < 2; repeat++) disposeTensors(step({ x, filters }));
    megabytes.push(nativeMegabytes());
  }
  disposeTensors({ x, filters });
  const growth = megabytes.at(-1)! - megabytes[3]!;
  // The functions alone would take some 50 MB.
  assert(growth < 10, `grew by ${growth} MB: ${megabytes.map(Math.round)}`);
});

Deno.test("an operation may have 60,000 outputs", async () => {
  await assertNoLeak(engine, () => {
    const table = tf.tensor2d(Float32Array.from({ length: 60_000 }, (_, i) => i), [60_000, 1]);
    const rows = tf.unstack(table);
    assertEquals([rows.length, rows[59_999]!.dataSync()[0]], [60_000, 59_999]);
    for (const row of [table, ...rows]) row.dispose();
  });
});
