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

  const { a } = await exportTensors({ a: weight });

  assertEquals(a.shape, [5, 4, 2, 3]);
  // Element [o, i, h, w] of the file is element [h, w, i, o] in memory.
  const [o, i, h, w] = [4, 2, 1, 2];
  assertEquals(a.data[((o * 4 + i) * 2 + h) * 3 + w], ((h * 3 + w) * 4 + i) * 5 + o);
  const back = importTensors({ a }, { a: [2, 3, 4, 5] });
  assertEquals(await back.a.data(), values);
  disposeTensors({ weight, back });
});

Deno.test("importWeights() reads a state_dict of the official code, DataParallel or not", async () => {
  await testEngine();
  const official = createNetwork("resnet32", { classes: 10, width: 16 });
  const states: Record<string, SafeTensor>[] = [{}, {}];
  for (const [name, tensor] of Object.entries(golden("train12"))) {
    if (!name.startsWith("init.")) continue;
    states[0][name.slice("init.".length)] = tensor;
    states[1][name.replace("init.", "module.")] = tensor;
  }

  for (const state of states) {
    const variables = importWeights(state, official);
    const weights = await exportWeights(variables);
    assertEquals(weights["layer2.0.conv1.weight"], states[0]["layer2.0.conv1.weight"]);
    assertEquals(Object.keys(weights).sort(), Object.keys(states[0]).sort());
    disposeTensors({ ...variables });
  }
});

Deno.test("importWeights() says what does not fit and leaves no tensors", async () => {
  const weights = await exported();
  const { "fc.bias": bias, ...withoutBias } = weights;
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
  const wide = createNetwork("resnet32", { classes: 10, width: 16 });
  assertThrows(
    () => importWeights(weights, wide),
    TypeError,
    "conv1.weight is [4,3,3,3], not [16,3,3,3]",
  );
  assertEquals(tf.memory().numTensors, before);
});
