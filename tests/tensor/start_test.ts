import { assert, assertEquals, assertRejects } from "@std/assert";
import { findLibraryFolder } from "../../lib/setup/find.ts";
import { startTensorFlow } from "../../lib/tensor/engine.ts";
import { startEngine } from "../../lib/tensor/start.ts";
import { whenStarted } from "../../lib/tensor/started.ts";
import { tf } from "../../lib/tensor/tfjs.ts";

const order: string[] = [];
whenStarted(() => order.push(`before: ${tf.getBackend()}`));

// The tests below share one process and build on each other: the first ones fail to start.

Deno.test("startEngine() can be tried again after a failure", async () => {
  await assertRejects(
    () => startTensorFlow({ libraryFolder: "/nowhere", device: "cpu" }),
    Error,
    'Cannot open TensorFlow in "/nowhere"',
  );
  for (const threads of [{ interOpThreads: 0 }, { intraOpThreads: 1.5 }]) {
    await assertRejects(
      () => startEngine({ device: "cpu", ...threads }),
      RangeError,
      "give a whole number of at least 1",
    );
  }
  // TensorFlow itself starts here and is given up.
  Deno.env.set("CUDA_VISIBLE_DEVICES", "-1");
  await assertRejects(() => startEngine({ device: "gpu" }), Error, "Cannot use a GPU");
  assertEquals(order, []);
});

Deno.test("startEngine() called twice at once gives the same engine", async () => {
  const [first, second] = await Promise.all([
    startEngine({ device: "cpu" }),
    startEngine({ device: "cpu" }),
  ]);
  assert(first === second);
});

Deno.test("startEngine() takes other orders and defaults that are spelled out for the same options", async () => {
  const first = await startEngine({ device: "cpu" });
  const { intraOp, interOp } = first.threads;
  const spelledOut = [
    { tensorFloat32: false, interOpThreads: 2, device: "cpu" },
    { interOpThreads: interOp, device: "cpu", intraOpThreads: intraOp },
    { device: "cpu", intraOpThreads: undefined, tensorFloat32: undefined },
  ] as const;
  for (const options of spelledOut) assert(await startEngine(options) === first);
  const asked = { preload: [], device: "cpu" as const, libraryFolder: findLibraryFolder() };
  assert(await startTensorFlow(asked) === first);
});

Deno.test("startEngine() says in words which options differ", async () => {
  const { intraOp } = (await startEngine({ device: "cpu" })).threads;
  const { message } = await assertRejects(
    () =>
      startEngine({
        ...{ device: "cpu", interOpThreads: 7, intraOpThreads: intraOp, tensorFloat32: true },
      }),
    Error,
  );
  assertEquals(
    message,
    "Cannot start the engine with 7 operations at once, TensorFloat-32 allowed: it runs with " +
      "2 operations at once, TensorFloat-32 not allowed: restart the process or the kernel, or " +
      "leave these options as they are",
  );
});

Deno.test("whenStarted() acts once the engine runs, or at once if it does", async () => {
  await startEngine({ device: "cpu" });
  assertEquals(order, ["before: tensorflow"]);
  whenStarted(() => order.push("after"));
  assertEquals(order, ["before: tensorflow", "after"]);
});

Deno.test("the operations' kernels work if they are loaded after the start", async () => {
  const engine = await startEngine({ device: "cpu" });
  const { trainingBatchNorm } = await import("../../lib/ops/batch_norm.ts");
  const { convert } = await import("../../lib/ops/precision.ts");
  const { pad } = await import("../../lib/ops/spatial_kernels.ts");
  const before = engine.operationCount();
  const values = tf.tidy(() => {
    const channels = tf.ones([8]);
    const short = convert(tf.ones([1, 1, 1, 8]), { from: "float32", to: "bfloat16" });
    const x = pad(convert(short, { from: "bfloat16", to: "float32" }), [[0, 1], [0, 0], [0, 0], [
      0,
      0,
    ]]);
    const given = { x, scale: channels, offset: channels, mean: channels, variance: channels };
    return trainingBatchNorm(given, { relu: true }).output.dataSync();
  });
  assert(engine.operationCount() > before);
  // 1 and 0 become 1 and -1, to which the offset of 1 is added
  values.forEach((value, i) => assert(Math.abs(value - (i < 8 ? 2 : 0)) < 1e-3, `${value}`));
});
