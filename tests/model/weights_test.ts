import { assertEquals, assertThrows } from "@std/assert";
import { randomStream } from "glmc/data/random.ts";
import { readSafetensors, type SafeTensor, writeSafetensors } from "glmc/disk/safetensors.ts";
import { createNetwork } from "glmc/model/network.ts";
import {
  exportTensors,
  exportWeights,
  type HostTensor,
  importTensors,
  importWeights,
  type StoredTensor,
} from "glmc/model/weights.ts";
import { disposeTensors } from "glmc/tensor/named_tensors.ts";
import { tf } from "glmc/tensor/tfjs.ts";
import { testEngine } from "../engine.ts";
import { golden } from "../golden.ts";

const network = createNetwork("resnet32", { classes: 10, width: 4 });

async function exported(): Promise<Record<string, HostTensor>> {
  await testEngine();
  const variables = network.init(randomStream(1, "init"));
  const weights = await exportWeights(variables, { batches: 12 });
  disposeTensors({ ...variables });
  return weights;
}

Deno.test("importWeights() takes back what exportWeights() gave, through a file", async () => {
  const weights = await exported();
  const { tensors } = readSafetensors(writeSafetensors(weights));

  const variables = importWeights(tensors, network);

  assertEquals(Object.keys(variables.parameters), Object.keys(network.parameterShapes));
  assertEquals(Object.keys(variables.statistics), Object.keys(network.statisticShapes));
  assertEquals(await exportWeights(variables, { batches: 12 }), weights);
  disposeTensors({ ...variables });
});

Deno.test("exportTensors() writes convolutions as [outputs, inputs, height, width]", async () => {
  await testEngine();
  const values = Float32Array.from({ length: 2 * 3 * 4 * 5 }, (_, i) => i);
  const weight = tf.tensor(values, [2, 3, 4, 5]);

  const a = (await exportTensors({ a: weight })).a!;

  assertEquals(a.shape, [5, 4, 2, 3]);
  // Element [o, i, h, w] of the file is element [h, w, i, o] in memory.
  const [o, i, h, w] = [4, 2, 1, 2];
  assertEquals(a.data[((o * 4 + i) * 2 + h) * 3 + w], ((h * 3 + w) * 4 + i) * 5 + o);
  const back = importTensors({ a }, { a: [2, 3, 4, 5] });
  assertEquals(await back.a!.data(), values);
  disposeTensors({ weight, back });
});

Deno.test("importWeights() reads a state_dict of the official code, DataParallel or not", async () => {
  await testEngine();
  const official = createNetwork("resnet32", { classes: 10, width: 16 });
  const plain: Record<string, SafeTensor> = {};
  const parallel: Record<string, SafeTensor> = {};
  for (const [name, tensor] of Object.entries(golden("train12"))) {
    if (!name.startsWith("init.")) continue;
    plain[name.slice("init.".length)] = tensor;
    parallel[name.replace("init.", "module.")] = tensor;
  }

  for (const state of [plain, parallel]) {
    const variables = importWeights(state, official);
    const weights = await exportWeights(variables);
    assertEquals(weights["layer2.0.conv1.weight"], plain["layer2.0.conv1.weight"]);
    assertEquals(Object.keys(weights).sort(), Object.keys(plain).sort());
    disposeTensors({ ...variables });
  }
});

Deno.test("importWeights() says what does not fit and leaves no tensors", async () => {
  const weights = await exported();
  const { "fc.bias": _, ...withoutBias } = weights;
  const bias = weights["fc.bias"]!;
  const before = tf.memory().numTensors;
  const refuses = (tensors: Parameters<typeof importWeights>[0], message: string): void => {
    assertThrows(() => importWeights(tensors, network), TypeError, message);
  };

  refuses(
    withoutBias,
    "Cannot load the weights: fc.bias missing: the network is resnet32 of width 4",
  );
  refuses({}, "conv1.weight, bn1.weight, bn1.bias and 160 more missing");
  refuses({ ...weights, extra: bias }, "extra not expected");
  refuses(
    { ...weights, "fc.bias": { ...bias, shape: [100] } },
    "fc.bias is [100], not [10]",
  );
  refuses({ ...weights, "fc.bias": { ...bias, dtype: "I64" } }, "fc.bias is I64, not F32");
  refuses(
    { ...weights, "fc.bias": { ...bias, data: new Float32Array(9) } },
    "fc.bias holds 9 values, not 10",
  );
  const wide = createNetwork("resnet32", { classes: 10, width: 16 });
  assertThrows(
    () => importWeights(weights, wide),
    TypeError,
    "conv1.weight is [4,3,3,3], not [16,3,3,3]",
  );
  assertEquals(tf.memory().numTensors, before);
});

Deno.test("importWeights() refuses values that no training writes, and names their tensors", async () => {
  const weights = await exported();
  const before = tf.memory().numTensors;
  const changed = (name: string, value: number): Record<string, StoredTensor> => {
    const { shape, data } = weights[name]!;
    const values = Float64Array.from(data as Float32Array);
    values[values.length - 1] = value;
    return { [name]: { dtype: "F64", shape, data: values } };
  };
  const refuses = (names: readonly string[], value: number, message: string): void => {
    const tensors = Object.assign({ ...weights }, ...names.map((name) => changed(name, value)));
    assertThrows(() => importWeights(tensors, network), RangeError, message);
  };

  refuses(["fc.weight"], NaN, "Cannot load the weights: fc.weight holds NaN: the file is damaged");
  refuses(["bn1.weight"], -Infinity, "bn1.weight holds -Infinity");
  // More than a float32 can be.
  refuses(["conv1.weight"], 1e39, "conv1.weight holds Infinity");
  refuses(["bn1.running_var"], -1e-3, "bn1.running_var holds the variance -0.001");
  refuses(["bn1.running_var"], NaN, "bn1.running_var holds NaN");
  refuses(
    ["bn1.weight", "bn1.bias", "fc.weight", "fc.bias", "fc_cb.bias"],
    NaN,
    "bn1.weight holds NaN, bn1.bias holds NaN, fc.weight holds NaN and 2 more",
  );
  assertEquals(tf.memory().numTensors, before);
});

Deno.test("importWeights() takes a running variance of zero, as a dead channel has it", async () => {
  const weights = await exported();
  const variance = weights["bn1.running_var"]!;
  const zero = { ...variance, data: new Float32Array(variance.data.length) };

  const variables = importWeights({ ...weights, "bn1.running_var": zero }, network);

  assertEquals((await variables.statistics["bn1.running_var"]!.data())[0], 0);
  disposeTensors({ ...variables });
});
