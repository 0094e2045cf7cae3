import { assert, assertEquals } from "@std/assert";
import { randomStream } from "glmc/data/random.ts";
import { withGradients } from "glmc/tensor/gradients.ts";
import { type Architecture, createNetwork, type NetworkOptions } from "glmc/model/network.ts";
import { exportWeights } from "glmc/model/weights.ts";
import { disposeTensors } from "glmc/tensor/named_tensors.ts";
import { tf } from "glmc/tensor/tfjs.ts";
import { testEngine } from "../engine.ts";
import { referencePass } from "./reference.ts";

type Shape = readonly [batch: number, height: number, width: number];

/** Float32 rounding through up to 53 batch norms, the last ones over 8 values each: 6e-5 seen. */
const tolerance = 1e-3;

async function assertPassAgrees(
  architecture: Architecture,
  options: NetworkOptions,
  [batch, height, width]: Shape,
): Promise<void> {
  await testEngine();
  tf.engine().startScope();
  const network = createNetwork(architecture, options);
  const { channels } = network;
  const variables = network.init(randomStream(1, "init"));
  const random = randomStream(2, "images");
  const pixels = Float32Array.from({ length: batch * height * width * channels }, random.normal);
  const images = tf.tensor(pixels, [batch, height, width, channels]);
  const data = Float64Array.from(pixels);
  const weights = await exportWeights(variables);
  const expected = referencePass(architecture, weights, { batch, height, width, channels, data });

  const { outputs, statistics } = network.apply(variables, images, "train");

  for (const [name, tensor] of Object.entries({ ...outputs, ...statistics })) {
    const actual = await tensor.data() as Float32Array;
    const values = expected[name]!;
    const difference = values.map((value, i) => actual[i]! - value);
    // Features that are all zero have no relative error.
    const error = Math.hypot(...difference) / Math.max(Math.hypot(...values), 1e-6);
    assert(error < tolerance, `${name} is off by ${error}`);
  }
  tf.engine().endScope();
}

for (
  const [architecture, width] of [
    ["resnet32", 64],
    ["resnet32", 16],
    ["resnet18", 64],
    ["resnet34", 64],
    ["resnet50", 64],
    ["resnet9", 8],
  ] as const
) {
  Deno.test(`Network.apply() of ${architecture}, width ${width}, does what plain loops do`, () =>
    assertPassAgrees(architecture, { classes: 10, width }, [2, 16, 16]));
}

for (
  const [architecture, width, shape] of [
    ["resnext50_32x4d", 4, [2, 64, 64]],
    ["resnet50_imagenet", 4, [2, 64, 64]],
    // Odd sides: 97 becomes 49, 25, 13, 7, and 4.
    ["resnet10_imagenet", 6, [2, 97, 67]],
    ["resnext50_32x4d", 2, [3, 67, 97]],
  ] as const
) {
  Deno.test(`Network.apply() of ${architecture}, ${shape[1]} x ${shape[2]}, does what plain loops do`, () =>
    assertPassAgrees(architecture, { classes: 10, width }, shape));
}

for (const [height, width] of [[16, 48], [48, 16], [7, 5], [1, 3]] as const) {
  Deno.test(`Network.apply() takes images of ${height}x${width}, grey ones too`, async () => {
    await assertPassAgrees("resnet32", { classes: 10, width: 4, channels: 1 }, [2, height, width]);
  });
}

Deno.test("Network.apply() halves images whose sides are odd", async () => {
  await assertPassAgrees("resnet9", { classes: 10, width: 4 }, [2, 9, 21]);
});

Deno.test("Network.apply() takes rectangles through shortcuts with parameters", async () => {
  await assertPassAgrees("resnet18", { classes: 10 }, [2, 8, 20]);
});

Deno.test("Network.apply() takes images of one pixel, one at a time too, and knows one class", async () => {
  await testEngine();
  for (
    const [architecture, width] of [["resnet32", 4], ["resnet18", 64]] as const
  ) {
    const network = createNetwork(architecture, { classes: 1, width, heads: ["logits"] });
    const { parameters, statistics } = network.init(randomStream(1, "init"));
    for (const batch of [1, 3]) {
      tf.engine().startScope();
      const images = tf.tensor([...Array(batch * 3).keys()], [batch, 1, 1, 3]);
      const { gradients, others } = withGradients((parameters) => {
        const trained = network.apply({ parameters, statistics }, images, "train");
        return { scalar: tf.mean(tf.square(trained.outputs.logits)), others: trained.statistics };
      }, parameters);
      const evaluated = network.apply({ parameters, statistics: others }, images, "evaluate");

      assertEquals(evaluated.outputs.logits.shape, [batch, 1]);
      const all = { ...evaluated.outputs, ...others, ...gradients };
      for (const [name, tensor] of Object.entries(all)) {
        assert((await tensor.data()).every(Number.isFinite), `${architecture}: ${name}`);
      }
      tf.engine().endScope();
    }
    disposeTensors({ parameters, statistics });
  }
});
