import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { randomStream } from "glmc/data/random.ts";
import { layerTable, parameterCount } from "glmc/model/layer_table.ts";
import { type Architecture, createNetwork } from "glmc/model/network.ts";
import { disposeTensors } from "glmc/tensor/named_tensors.ts";
import { type Tensor, tf } from "glmc/tensor/tfjs.ts";
import { testEngine } from "../engine.ts";
import { goldenIndex } from "../golden.ts";

Deno.test("createNetwork() has the official parameters", () => {
  for (
    const [name, architecture, options] of [
      ["net_resnet32", "resnet32", { classes: 10 }],
      ["net_resnet32_nf16", "resnet32", { classes: 10, width: 16 }],
      ["net_resnet18", "resnet18", { classes: 10 }],
      ["net_resnet34", "resnet34", { classes: 100 }],
      ["net_resnet50", "resnet50", { classes: 100 }],
      ["net_resnext50_32x4d", "resnext50_32x4d", { classes: 1000 }],
    ] as const
  ) {
    const network = createNetwork(architecture, options);
    const { names, parameters } = goldenIndex().cases[name]!;
    const rows = layerTable(network);

    assertEquals(Object.keys(network.parameterShapes), names);
    assertEquals(parameterCount(network), parameters);
    assertEquals(rows.reduce((total, row) => total + row.parameters, 0), parameters);
    assertEquals(
      rows.map((row) => `${row.name}.weight`),
      names.filter((name) => network.parameterShapes[name]!.length > 1),
    );
  }
});

Deno.test("layerTable() gives the well-known cost of the classical ResNet-32", () => {
  const rows = layerTable(createNetwork("resnet32", { classes: 10, width: 16 }));
  const cost = rows.reduce((total, row) => total + row.multiplyAdds, 0);

  // 69 million multiply-adds (He et al. 2016 and many since), heads aside.
  assertAlmostEquals(cost, 69e6, 0.5e6);
  assertEquals(rows.find(({ name }) => name === "layer3.4.conv2")!.outputShape, [8, 8, 64]);
});

Deno.test("layerTable() gives the well-known cost of the networks for large images", () => {
  const cost = (architecture: Architecture): number =>
    layerTable(createNetwork(architecture, { classes: 1000, heads: ["logits"] }), {
      height: 224,
      width: 224,
    }).reduce((total, row) => total + row.multiplyAdds, 0) / 1e9;
  const parameters = (architecture: Architecture): number =>
    parameterCount(createNetwork(architecture, { classes: 1000, heads: ["logits"] }));

  // torchvision's tables of weights: 4.09 and 4.23 GFLOPS, 25557032 and 25028904 parameters.
  assertAlmostEquals(cost("resnet50_imagenet"), 4.09, 0.005);
  assertAlmostEquals(cost("resnext50_32x4d"), 4.23, 0.005);
  assertEquals(parameters("resnet50_imagenet"), 25_557_032);
  assertEquals(parameters("resnext50_32x4d"), 25_028_904);
});

Deno.test("layerTable() counts a layer before its pooling, and shows what is left after it", () => {
  const rows = layerTable(createNetwork("resnet9", { classes: 10, heads: ["logits"] }));
  const cost = (name: string) => rows.find((row) => row.name === name)!;

  assertEquals(cost("conv1.conv"), {
    name: "conv1.conv",
    outputShape: [16, 16, 32],
    parameters: 27 * 32 + 2 * 32,
    multiplyAdds: 32 * 32 * 27 * 32,
  });
  assertEquals(cost("layer1.conv").multiplyAdds, 16 * 16 * 9 * 32 * 64);
  assertEquals(cost("layer3.residual.1.conv").outputShape, [4, 4, 256]);
});

Deno.test("createNetwork() refuses what it cannot make", () => {
  assertThrows(
    () => createNetwork("resnet101" as Architecture, { classes: 10 }),
    RangeError,
    '"resnet101" is unknown: choose one of resnet32, resnet18, resnet34, resnet50, resnet9',
  );
  assertThrows(
    () => createNetwork("resnext50_32x4d", { classes: 10, width: 7 }),
    RangeError,
    "choose an even --width",
  );
  assertThrows(() => createNetwork("resnet18", { classes: 10, width: 16 }), RangeError, "--width");
  for (const width of [0, 1.5, NaN]) {
    assertThrows(() => createNetwork("resnet32", { classes: 10, width }), RangeError, "--width");
  }
  for (const classes of [0, 2.5]) {
    assertThrows(() => createNetwork("resnet32", { classes }), RangeError, "--num_classes");
  }
});

Deno.test("Network.apply() changes nothing it is given and keeps nothing", async () => {
  const engine = await testEngine();
  const network = createNetwork("resnet32", { classes: 10, width: 4 });
  const { parameters, statistics } = network.init(randomStream(1, "init"));
  const images = tf.ones([2, 8, 8, 3]);
  const given = { ...statistics };
  const run = (mode: "train" | "evaluate"): Record<string, Tensor> =>
    tf.tidy(() => {
      const result = network.apply({ parameters, statistics }, images, mode);
      return { ...result.outputs, ...(mode === "train" && result.statistics) };
    });
  disposeTensors(run("train"));
  const counts = [tf.memory().numTensors, engine.tensorCount()];

  const trained = run("train");
  const changed = Object.keys(given).filter((name) => trained[name] !== given[name]);
  disposeTensors(trained);
  disposeTensors(run("evaluate"));

  assertEquals(changed, Object.keys(given));
  assertEquals(statistics, given);
  assertEquals([tf.memory().numTensors, engine.tensorCount()], counts);
  disposeTensors({ ...parameters, ...statistics, images });
});

Deno.test("Network.apply() evaluates each image by itself and returns the statistics as they are", async () => {
  await testEngine();
  tf.engine().startScope();
  const network = createNetwork("resnet18", { classes: 10 });
  const variables = network.init(randomStream(1, "init"));
  const random = randomStream(2, "images");
  const pixels = Float32Array.from({ length: 2 * 8 * 8 * 3 }, () => random.normal());
  const images = tf.tensor(pixels, [2, 8, 8, 3]);

  const both = network.apply(variables, images, "evaluate");
  const second = network.apply(variables, tf.slice(images, 1), "evaluate");

  assertEquals(both.statistics, variables.statistics);
  const expected = tf.slice(both.outputs.logits, 1);
  // Batches of one and two may be summed in another order.
  const difference = tf.max(tf.abs(tf.sub(second.outputs.logits, expected)));
  assertAlmostEquals((await difference.data())[0]!, 0, 1e-5);
  tf.engine().endScope();
});

Deno.test("Network.apply() keeps the order of names, so that a step's result fits its input", async () => {
  await testEngine();
  tf.engine().startScope();
  for (const architecture of ["resnet32", "resnet50"] as const) {
    const network = createNetwork(architecture, { classes: 3 });
    const variables = network.init({ normal: () => 0.1, uniform: () => 0.6 });
    const { statistics } = network.apply(variables, tf.ones([2, 8, 8, 3]), "train");

    assertEquals(Object.keys(variables.parameters), Object.keys(network.parameterShapes));
    assertEquals(Object.keys(statistics), Object.keys(network.statisticShapes));
  }
  tf.engine().endScope();
});
