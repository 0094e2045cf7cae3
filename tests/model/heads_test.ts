import { assert, assertEquals, assertThrows } from "@std/assert";
import { randomStream } from "glmc/data/random.ts";
import { createNetwork, type HeadName, type Network } from "glmc/model/network.ts";
import { disposeTensors } from "glmc/tensor/named_tensors.ts";
import { tf } from "glmc/tensor/tfjs.ts";
import { testEngine } from "../engine.ts";

const size = { classes: 10, width: 4 } as const;

Deno.test("createNetwork() with one classifier has the names of a plain ResNet", () => {
  const names = Object.keys(
    createNetwork("resnet32", { ...size, heads: ["logits"] }).parameterShapes,
  );

  assertEquals(names.slice(-2), ["fc.weight", "fc.bias"]);
  assert(names.every((name) => !/fc_cb|_head/.test(name)));
});

Deno.test("createNetwork() orders heads as the official parameters, all of them by default", () => {
  const heads: HeadName[] = ["projection", "prediction", "rebalancedLogits", "logits"];
  const [given, byDefault] = [{ heads }, {}].map((options) =>
    createNetwork("resnet32", { ...size, ...options })
  );

  assertEquals(given?.heads, ["logits", "rebalancedLogits", "prediction", "projection"]);
  assertEquals(byDefault?.heads, given?.heads);
  assertEquals(
    Object.keys(byDefault?.parameterShapes ?? {}).slice(-8),
    ["fc", "fc_cb", "contrast_head.0", "projection_head.0"]
      .flatMap((name) => [`${name}.weight`, `${name}.bias`]),
  );
});

Deno.test("Network.apply() returns the outputs of its heads alone, as the network with all does", async () => {
  await testEngine();
  tf.engine().startScope();
  const [one, all] = [
    createNetwork("resnet32", { ...size, heads: ["logits"] }),
    createNetwork("resnet32", size),
  ] as const;
  const images = tf.ones([2, 8, 8, 3]);
  const [ofOne, ofAll] = [one, all].map((network: Network<"logits">) => {
    const variables = network.init(randomStream(1, "init"));
    return { variables, ...network.apply(variables, images, "train") };
  });

  assertEquals(Object.keys(ofOne!.outputs).sort(), ["features", "logits"]);
  assertEquals(await ofOne!.outputs.logits.data(), await ofAll!.outputs.logits.data());
  for (const [name, tensor] of Object.entries(ofOne!.variables.parameters)) {
    assertEquals(await tensor.data(), await ofAll!.variables.parameters[name]!.data(), name);
  }
  // What the network does not have is no part of its type.
  // @ts-expect-error: there is one head.
  one.apply(ofOne!.variables, images, "evaluate").outputs.rebalancedLogits;
  tf.engine().endScope();
});

Deno.test("Network.headParameters() names a head's parameters, and refuses a head that is missing", () => {
  const network: Network = createNetwork("resnet32", size);
  const one = createNetwork("resnet32", { ...size, heads: ["logits"] as HeadName[] });

  assertEquals(network.headParameters("prediction"), [
    "contrast_head.0.weight",
    "contrast_head.0.bias",
  ]);
  assertEquals(one.headParameters("logits"), ["fc.weight", "fc.bias"]);
  assertThrows(() => one.headParameters("projection"), RangeError, "the network has logits");
});

Deno.test("createNetwork() refuses heads it cannot make", () => {
  assertThrows(
    () => createNetwork("resnet32", { ...size, heads: ["logits", "prediction"] }),
    RangeError,
    "prediction reads the projection",
  );
  assertThrows(
    () => createNetwork("resnet32", { ...size, heads: ["fc" as HeadName] }),
    RangeError,
    '"fc" is no head: choose from cosine, logits, rebalancedLogits, prediction, projection',
  );
});

Deno.test("createNetwork() takes grey images", async () => {
  await testEngine();
  const network = createNetwork("resnet18", { classes: 3, channels: 1, heads: ["logits"] });
  assertEquals(network.parameterShapes["conv1.0.weight"], [3, 3, 1, 64]);
  const variables = network.init(randomStream(1, "init"));
  const logits = tf.tidy(() =>
    network.apply(variables, tf.ones([2, 8, 8, 1]), "train").outputs.logits
  );

  assertEquals(logits.shape, [2, 3]);
  disposeTensors({ ...variables, logits });
});
