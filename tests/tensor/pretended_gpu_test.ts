/**
 * What is done for GPUs, on a CPU that is taken for one: where tensors are, what is kept on the host, how
 * functions are called, batch norm with the scratch that GPUs need. The values are those of the CPU.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { everySecondPixel } from "../../lib/ops/spatial_kernels.ts";
import { attributeKind } from "../../lib/tensor/attributes.ts";
import { EagerRuntime } from "../../lib/tensor/eager_runtime.ts";
import { withGradients } from "../../lib/tensor/gradients.ts";
import { GraphRecorder } from "../../lib/tensor/graph_recorder.ts";
import { disposeTensors } from "../../lib/tensor/named_tensors.ts";
import { type Tensor, tf } from "../../lib/tensor/tfjs.ts";
import { stepInputs } from "../../lib/train/step_inputs.ts";
import { initialState } from "../../lib/train/training.ts";
import { testEngine, testWith } from "../engine.ts";
import { smallTraining } from "../train/small_training.ts";
import { countedRuntime } from "./native_objects.ts";

testWith({ device: "gpu", pretendedGpu: true });
const engine = await testEngine();

/** Calls of a method while `work` runs, by their arguments. */
async function callsOf<Name extends "execute" | "executeAllBeside" | "bringToGpu" | "record">(
  prototype: Record<Name, (...given: never[]) => unknown>,
  name: Name,
  work: () => Promise<void> | void,
): Promise<unknown[][]> {
  const calls: unknown[][] = [];
  const original = prototype[name];
  prototype[name] = function (this: unknown, ...given: never[]) {
    calls.push(given);
    return original.apply(this, given);
  };
  try {
    await work();
  } finally {
    prototype[name] = original;
  }
  return calls;
}

Deno.test("the CPU is taken for a GPU", () => {
  assertEquals(engine.device, "gpu");
});

Deno.test("beside a GPU, operations on whole numbers are recorded for the host, others are not", () => {
  for (const [pretendedGpu, xla] of [[true, false], [false, false], [true, true]] as const) {
    const { runtime, binding, called } = countedRuntime({ onGpu: true, pretendedGpu });
    const type = (name: string, value: number) => ({ name, type: attributeKind.type, value });
    const { TF_FLOAT: float, TF_INT32: int } = binding;
    const before = called("TF_SetDevice");
    const pinned: number[] = [];
    const { name } = binding.record("mixed", {
      inputs: [{ shape: [2], dtype: float }, { shape: [2], dtype: int }],
      xla,
      build: ([x, i]) => {
        const run = (operation: string, types: { name: string }[], ...of: number[]): number => {
          const [output] = binding.executeOp(operation, types as [], of, 1);
          pinned.push(called("TF_SetDevice") - before);
          return output!.id;
        };
        const sum = run("AddV2", [type("T", int)], i!.id, i!.id);
        const floats = run("Cast", [type("SrcT", int), type("DstT", float)], sum);
        return [run("AddV2", [type("T", float)], floats, x!.id)];
      },
    });
    assertEquals(pinned, pretendedGpu && !xla ? [1, 1, 1] : [0, 0, 0]);
    runtime.removeFunction(name);
    runtime.close();
  }
});

Deno.test("op by op, whole numbers are worked with on the host too", () => {
  const { runtime, binding, called } = countedRuntime({ onGpu: true, pretendedGpu: true });
  const type = (name: string, value: number) => ({ name, type: attributeKind.type, value });
  const { TF_FLOAT: float, TF_INT32: int } = binding;
  const rows = binding.createTensor([2], int, Int32Array.of(1, 2));
  const [doubled] = binding.executeOp("AddV2", [type("T", int)], [rows, rows], 1);
  assertEquals(called("TFE_OpSetDevice"), 1);
  const casts = [type("SrcT", int), type("DstT", float)];
  const [floats] = binding.executeOp("Cast", casts, [doubled!.id], 1);
  assertEquals(called("TFE_OpSetDevice"), 1);
  assertEquals([...binding.tensorDataSync(floats!.id)], [2, 4]);
  for (const id of [rows, doubled!.id, floats!.id]) binding.deleteTensor(id);
  runtime.close();
});

Deno.test("a tensor that is brought to the GPU keeps its number and values, and leaves nothing behind", () => {
  for (const pretendedGpu of [true, false]) {
    const { runtime, binding, called, alive } = countedRuntime({ onGpu: true, pretendedGpu });
    const before = alive();
    const id = binding.createTensor([2], binding.TF_FLOAT, Float32Array.of(1, 2));
    binding.bringToGpu(id);
    assertEquals(called("TFE_TensorHandleCopyToDevice"), pretendedGpu ? 1 : 0);
    assertEquals([...binding.tensorDataSync(id)], [1, 2]);
    binding.deleteTensor(id);
    assertEquals(alive(), before);
    runtime.close();
  }
});

Deno.test("weights are brought to the GPU when they are made, and no more in a step", async () => {
  const training = smallTraining(engine);
  let state: ReturnType<typeof initialState> | undefined;
  const made = await callsOf(EagerRuntime.prototype, "bringToGpu", () => {
    state = initialState(training);
  });
  const { parameters, statistics } = state!;
  const weights = Object.keys({ ...parameters, ...statistics }).length;
  assertEquals(made.length, weights);
  const [stage] = training.stages;
  const [plan] = training.plan(0);
  const numbers = { schedule: { plainWeight: 1 }, learningRate: 0.01 };
  const step = async (): Promise<void> => {
    const prepared = await training.parts.train.prepare(plan!);
    const inputs = stepInputs(plan!, { ...numbers, prepared });
    const result = stage!.step({ state: state!, plan: inputs });
    disposeTensors({ state: state!, inputs, losses: result.losses });
    state = result.state;
  };
  for (let n = 0; n < 2; n++) {
    assertEquals(await callsOf(EagerRuntime.prototype, "bringToGpu", step), []);
  }
  disposeTensors(state!);
  training.dispose();
});

Deno.test("what a function captures is brought to the GPU when it is recorded, but for whole numbers", async () => {
  const captured = {
    weights: tf.square(tf.tensor1d([3])),
    rows: tf.square(tf.tensor1d([2], "int32")),
  };
  using f = engine.compile(({ x }: { x: Tensor }) => ({
    y: tf.mul(x, tf.mul(captured.weights, tf.cast(captured.rows, "float32"))),
  }));
  const x = tf.tensor1d([2]);
  for (const copies of [1, 0]) {
    const calls = await callsOf(EagerRuntime.prototype, "bringToGpu", () => {
      const { y } = f({ x });
      assertEquals(y.dataSync()[0], 2 * 9 * 4);
      y.dispose();
    });
    assertEquals(calls.length, copies);
  }
  disposeTensors({ x, ...captured });
});

Deno.test("a compiled function is called with the layout optimiser alone, from another thread too, but for XLA", async () => {
  const f = ({ x }: { x: Tensor }) => ({ y: tf.square(x) });
  const x = tf.tensor1d([2]);
  for (const xla of [false, true]) {
    using square = engine.compile(f, { xla });
    const ways = {
      execute: () => assertEquals(square({ x }).y.dataSync()[0], 4),
      executeAllBeside: async () => assertEquals((await square.beside({ x })).y.dataSync()[0], 4),
    };
    for (const name of ["execute", "executeAllBeside"] as const) {
      const calls = await callsOf(EagerRuntime.prototype, name, ways[name]);
      const attributes = calls.flatMap(([, given]) =>
        given as { name: string; value: Uint8Array }[]
      );
      assertEquals(attributes.map(({ name }) => name), xla ? [] : ["config_proto"]);
      for (const { value } of attributes) {
        const layout = [0xa2, 0x06, 6, ...new TextEncoder().encode("layout")];
        assertEquals([...value], [0x52, layout.length + 2, 0x52, layout.length, ...layout]);
      }
    }
  }
  x.dispose();
});

Deno.test("a step normalises with scratch, and the predictor takes its images in one part", async () => {
  const training = smallTraining(engine);
  const state = initialState(training);
  const { operations: forward, outputs } = await recordedIn(async () => {
    await training.predict(state);
  });
  assertEquals(forward.filter((name) => name === "Conv2D").length, 31);
  assertEquals(outputs.get("FusedBatchNormV3"), undefined);
  const prepared = await training.parts.train.prepare(training.plan(0)[0]!);
  const plan = stepInputs(training.plan(0)[0]!, {
    ...{ prepared, schedule: { plainWeight: 1 }, learningRate: 0.01 },
  });
  const step = await recordedIn(() => disposeTensors(training.stages[0]!.step({ state, plan })));
  assertEquals(step.operations.filter((name) => name.includes("Mkl")), []);
  // Of each view: its features, and two shortcuts that take every second pixel.
  assertEquals(step.operations.filter((name) => name === "AvgPool").length, 2 * 3);
  assertEquals(step.outputs.get("FusedBatchNormV3"), 6);
  disposeTensors({ state, plan });
  training.dispose();
});

Deno.test("every second pixel of float32 images is the same by a pooling, and so is its gradient", () => {
  for (const side of [4, 5]) {
    const [x, weights] = [side, Math.ceil(side / 2)].map((side) =>
      tf.tensor4d(Array.from({ length: 2 * side * side * 3 }, (_, i) => i % 7), [2, side, side, 3])
    ) as [Tensor, Tensor];
    const [sliced, pooled] = ([undefined, "float32"] as const).map((type) => {
      const { gradients, others } = withGradients(({ x }) => {
        const small = everySecondPixel(x, { type });
        return { scalar: tf.sum(tf.mul(small, weights)), others: { small } };
      }, { x });
      const values = [others.small, gradients.x].map((tensor) => [...tensor.dataSync()]);
      disposeTensors({ gradients, others });
      return values;
    });
    assertEquals(pooled, sliced);
    disposeTensors({ x, weights });
  }
});

/** Names of the operations that are recorded meanwhile, and how many outputs each has. */
async function recordedIn(work: () => Promise<void> | void) {
  const calls = await callsOf(GraphRecorder.prototype, "record", work);
  assert(calls.length > 100);
  return {
    operations: calls.map(([name]) => `${name}`),
    outputs: new Map(calls.map(([name, , , count]) => [`${name}`, Number(count)])),
  };
}

// The golden 12 steps, compiled and op by op, and the predictor behind them.
await import("../train/step_test.ts");
