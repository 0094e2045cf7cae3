import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { randomStream } from "glmc/data/random.ts";
import { createNetwork, type Network } from "glmc/model/network.ts";
import { sizeOf } from "glmc/model/shapes.ts";
import { disposeTensors } from "glmc/tensor/named_tensors.ts";
import { tf } from "glmc/tensor/tfjs.ts";
import { testEngine } from "../engine.ts";

async function drawn(network: Network, seed = 1): Promise<Map<string, Float32Array>> {
  await testEngine();
  const { parameters, statistics } = network.init(randomStream(seed, "init"));
  const values = new Map<string, Float32Array>();
  for (const [name, tensor] of Object.entries({ ...parameters, ...statistics })) {
    values.set(name, await tensor.data() as Float32Array);
  }
  disposeTensors({ ...parameters, ...statistics });
  return values;
}

function moments(values: Float32Array): { mean: number; deviation: number; largest: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return { mean, deviation: Math.sqrt(squares / values.length), largest };
}

/** Four standard errors of a deviation estimated from n draws (of a normal law, the wider one). */
function spread(n: number): number {
  return 4 / Math.sqrt(2 * n);
}

Deno.test("Network.init() of resnet32 is Kaiming normal with uniform biases", async () => {
  const network = createNetwork("resnet32", { classes: 10, width: 16 });

  for (const [name, values] of await drawn(network)) {
    const shape = network.parameterShapes[name];
    if (shape === undefined || shape.length === 1) continue;
    // All but the outputs, which come last in weights of convolutions and first in linear ones.
    const fanIn = sizeOf(shape.length === 4 ? shape.slice(0, 3) : shape.slice(1));
    const { mean, deviation, largest } = moments(values);
    const expected = Math.sqrt(2 / fanIn);
    assertAlmostEquals(mean / expected, 0, 4 / Math.sqrt(values.length), name);
    assertAlmostEquals(deviation / expected, 1, spread(values.length), name);
    // No uniform law of this deviation reaches 2 deviations.
    assert(largest > 2 * expected, name);
  }
});

Deno.test("Network.init() of the other networks is PyTorch's default", async () => {
  const network = createNetwork("resnet18", { classes: 10 });
  const values = await drawn(network);

  for (
    const [name, fanIn] of [
      ["conv1.0.weight", 27],
      ["conv5_x.1.residual_function.3.weight", 9 * 512],
      ["conv4_x.0.shortcut.0.weight", 128],
      ["fc_cb.weight", 512],
      ["contrast_head.0.weight", 256],
      ["contrast_head.0.bias", 256],
      ["projection_head.0.bias", 512],
    ] as const
  ) {
    const { mean, deviation, largest } = moments(values.get(name)!);
    const bound = 1 / Math.sqrt(fanIn);
    const { length } = values.get(name)!;
    assertAlmostEquals(mean / bound, 0, 4 / Math.sqrt(3 * length), name);
    assertAlmostEquals(deviation / bound, 1 / Math.sqrt(3), spread(length), name);
    // Of n uniform draws the largest misses the bound by 1 / n on average.
    assert(largest <= bound && largest > bound * (1 - 10 / length), name);
  }
});

Deno.test("Network.init() of the networks for large images is Kaiming normal by the fan-out", async () => {
  const network = createNetwork("resnext50_32x4d", { classes: 10, width: 32 });
  const values = await drawn(network);

  for (const [name, drawn] of values) {
    const shape = network.parameterShapes[name];
    if (shape?.length !== 4) continue;
    // As PyTorch counts it: the outputs of all groups.
    const [height, width, , outputs] = shape as [number, number, number, number];
    const { mean, deviation, largest } = moments(drawn);
    const expected = Math.sqrt(2 / (height * width * outputs));
    assertAlmostEquals(mean / expected, 0, 4 / Math.sqrt(drawn.length), name);
    assertAlmostEquals(deviation / expected, 1, spread(drawn.length), name);
    assert(largest > 2 * expected, name);
  }
  for (const [name, fanIn] of [["fc.weight", 1024], ["projection_head.0.bias", 1024]] as const) {
    const { deviation, largest } = moments(values.get(name)!);
    const bound = 1 / Math.sqrt(fanIn);
    assertAlmostEquals(deviation / bound, 1 / Math.sqrt(3), spread(values.get(name)!.length), name);
    assert(largest <= bound, name);
  }
});

Deno.test("Network.init() starts batch norm as the identity", async () => {
  for (const [name, values] of await drawn(createNetwork("resnet50", { classes: 10 }))) {
    const isBatchNorm = /(bn\d|conv1\.1|function\.[147]|shortcut\.1)\./.test(name);
    if (!isBatchNorm) continue;
    const one = name.endsWith(".weight") || name.endsWith(".running_var");
    assert(values.every((value) => value === Number(one)), name);
  }
});

Deno.test("Network.init() depends on the stream alone", async () => {
  const network = createNetwork("resnet32", { classes: 10, width: 4 });
  const [first, again, other] = [
    await drawn(network),
    await drawn(network),
    await drawn(network, 2),
  ];

  assertEquals(first, again);
  assert(first.get("fc.bias")!.every((value, i) => value !== other.get("fc.bias")![i]));
});

Deno.test("Network.init() leaves nothing on the device if a draw fails", async () => {
  await testEngine();
  const network = createNetwork("resnet32", { classes: 10, width: 4 });
  const before = tf.memory().numTensors;
  let left = 1000;
  const normal = (): number => {
    if (left-- === 0) throw new Error("no more numbers");
    return 0;
  };

  assertThrows(() => network.init({ normal, uniform: () => 0 }), Error, "no more numbers");
  assertEquals(tf.memory().numTensors, before);
});
