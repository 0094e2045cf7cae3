import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { withGradients } from "../../lib/tensor/gradients.ts";
import { startEngine } from "../../lib/tensor/start.ts";
import { disposeTensors } from "../../lib/tensor/named_tensors.ts";
import { type Tensor, tf } from "../../lib/tensor/tfjs.ts";
import { assertNoLeak } from "../assertions.ts";
import { testEngine } from "../engine.ts";

const engine = await testEngine();

Deno.test("startEngine() runs TensorFlow 2.21 on the device asked for", () => {
  assertEquals(engine.device, "cpu");
  assertMatch(engine.tensorflowVersion, /^2\.21\./);
  assert(engine.devices.some(({ type }) => type === "CPU"));
});

Deno.test("startEngine() refuses to start twice with different options", async () => {
  await assertRejects(() => startEngine({ device: "cpu", interOpThreads: 7 }), Error, "restart");
});

for (const mode of ["compiled", "eager"] as const) {
  Deno.test(`compile() in ${mode} mode maps nested named tensors and passes inputs through`, () => {
    const f = engine.compile(
      ({ state, x }: { state: { w: Tensor; kept: Tensor }; x: Tensor }) => ({
        state: { w: tf.add(state.w, x), kept: state.kept },
        twice: { sum: tf.sum(x) },
      }),
      { mode },
    );
    const state = { w: tf.tensor1d([1, 2]), kept: tf.scalar(7) };
    const x = tf.tensor1d([10, 20]);
    const result = f({ state, x });
    disposeTensors({ state, x });
    assertEquals([...result.state.w.dataSync()], [11, 22]);
    assertEquals([...result.state.kept.dataSync()], [7]);
    assertEquals([...result.twice.sum.dataSync()], [30]);
    disposeTensors(result);
  });

  Deno.test(`compile() in ${mode} mode captures tensors from outside and makes its own constants`, () => {
    const outside = tf.tensor1d([1, 2, 3]);
    const f = engine.compile(
      ({ x }: { x: Tensor }) => ({ y: tf.add(tf.mul(x, outside), tf.scalar(0.5)) }),
      { mode },
    );
    for (const value of [1, 2]) {
      const x = tf.scalar(value);
      const { y } = f({ x });
      assertEquals([...y.dataSync()], [1, 2, 3].map((v) => v * value + 0.5));
      disposeTensors({ x, y });
    }
    outside.dispose();
  });

  Deno.test(`compile() in ${mode} mode leaves nothing behind but its results`, async () => {
    const f = engine.compile(
      ({ x }: { x: Tensor }) => ({ y: tf.mul(tf.add(x, 1), tf.sub(x, 1)) }),
      { mode },
    );
    const x = tf.tensor1d([1, 2]);
    disposeTensors(f({ x }));
    await assertNoLeak(engine, () => disposeTensors(f({ x })));
    x.dispose();
  });
}

Deno.test("compile() makes one native call of many operations, and records once per shape", () => {
  let recorded = 0;
  const f = engine.compile(({ x }: { x: Tensor }) => {
    recorded++;
    return { y: tf.sum(tf.square(tf.add(x, x))) };
  });
  for (const size of [2, 3, 2, 3]) {
    const x = tf.ones([size]);
    tf.square(x).dispose(); // writes x to the device, which counts as no operation of f
    const before = engine.operationCount();
    const { y } = f({ x });
    if (recorded === 2 && size === 2) assertEquals(engine.operationCount() - before, 1);
    assertEquals(y.dataSync()[0], 4 * size);
    disposeTensors({ x, y });
  }
  assertEquals(recorded, 2);
});

Deno.test("compile() records once whatever the order of the names", () => {
  let calls = 0;
  const f = engine.compile(({ a, b }: { a: Tensor; b: Tensor }) => {
    calls++;
    return { difference: tf.sub(a, b) };
  });
  const [a, b] = [tf.scalar(5), tf.scalar(3)];
  for (const inputs of [{ a, b }, { b, a }]) {
    const { difference } = f(inputs);
    assertEquals([...difference.dataSync()], [2]);
    difference.dispose();
  }
  assertEquals(calls, 1);
  const more = { a, b, state: { c: a } };
  f(more).difference.dispose();
  assertEquals(calls, 2, "other names make another function");
  disposeTensors({ a, b });
});

Deno.test("compile() names the line that reads a tensor, draws random numbers or awaits", () => {
  const x = tf.tensor1d([1, 2]);
  const here = /engine_test\.ts:\d+:\d+/;
  const reads = engine.compile(({ x }: { x: Tensor }) => {
    tf.square(x).dataSync();
    return { x };
  });
  assertMatch(assertThrows(() => reads({ x }), Error, "Cannot read").message, here);
  const draws = engine.compile(({ x }: { x: Tensor }) => ({ y: tf.add(x, tf.randomNormal([2])) }));
  assertMatch(assertThrows(() => draws({ x }), Error, "Cannot draw").message, here);
  const waits = engine.compile(
    // deno-lint-ignore require-await
    (async ({ x }: { x: Tensor }) => ({ x })) as unknown as (i: { x: Tensor }) => { x: Tensor },
  );
  assertThrows(() => waits({ x }), TypeError, "asynchronous");
  // None of the failures leaves the engine recording.
  assertEquals([...tf.square(x).dataSync()], [1, 4]);
  assert(Math.random() < 1);
  x.dispose();
});

Deno.test("compile() refuses a tensor that belongs to another compiled function", () => {
  let leaked: Tensor | undefined;
  const x = tf.scalar(2);
  disposeTensors(
    engine.compile(({ x }: { x: Tensor }) => ({ y: leaked = tf.keep(tf.square(x)) }))({ x }),
  );
  assertThrows(() => tf.add(x, leaked!).dataSync(), Error, "return it from that function");
  leaked!.dispose();
  x.dispose();
});

Deno.test("an operation that fails names itself, the shapes and what to check", () => {
  const [a, b] = [tf.zeros([2, 3]), tf.zeros([2, 3])];
  const { message } = assertThrows(
    () => tf.engine().runKernel("BatchMatMul", { a, b }, { transposeA: false, transposeB: false }),
    Error,
  );
  assertMatch(message, /BatchMatMul\w* on float32\[2,3\], float32\[2,3\].*check the shapes/s);
  disposeTensors({ a, b });
});

for (const mode of ["compiled", "eager"] as const) {
  Deno.test(`a function compiled in ${mode} mode can be disposed, twice, and not called any more`, () => {
    const f = engine.compile(function twice({ x }: { x: Tensor }) {
      return { y: tf.add(x, x) };
    }, { mode });
    const x = tf.scalar(2);
    const { y } = f({ x });
    f.dispose();
    f.dispose();
    assertEquals([...y.dataSync()], [4], "results outlive it");
    assertThrows(() => f({ x }), Error, "Cannot call compiled function twice: it was disposed");
    const g = engine.compile(({ x }: { x: Tensor }) => ({ y: tf.neg(x) }), { mode });
    g[Symbol.dispose]();
    assertThrows(() => g({ x }), Error, "it was disposed: compile it again");
    disposeTensors({ x, y });
  });
}

Deno.test("a compiled function called inside another one is refused with the line", () => {
  using inner = engine.compile(({ x }: { x: Tensor }) => ({ y: tf.neg(x) }));
  using outer = engine.compile(({ x }: { x: Tensor }) => inner({ x }));
  const x = tf.scalar(2);
  const { message } = assertThrows(() => outer({ x }), Error, "Cannot call a compiled function");
  assertMatch(message, /engine_test\.ts:\d+:\d+: call the function that it was compiled from/);
  x.dispose();
});

Deno.test("withGradients() leaves nothing behind if it fails", async () => {
  const parameters: Record<string, Tensor> = { a: tf.scalar(3), unused: tf.scalar(4) };
  const fail = (gradFunc: () => Tensor) =>
    assertThrows(() =>
      tf.tidy(() =>
        withGradients((given) => {
          const scalar = tf.customGrad((x) => ({ value: tf.square(x as Tensor), gradFunc }))(
            given.a!,
          );
          return { scalar, others: { scalar } };
        }, parameters)
      ), Error);
  assertMatch(fail(() => tf.scalar(6)).message, /does not depend on unused/);
  await assertNoLeak(engine, () => {
    assertMatch(fail(() => tf.scalar(6)).message, /does not depend on unused/);
    const broken = fail(() => {
      throw new Error("out of memory");
    });
    assertEquals(broken.message, "out of memory");
  });
  disposeTensors(parameters);
});
