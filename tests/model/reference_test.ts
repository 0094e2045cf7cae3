import { assert } from "@std/assert";
import { randomStream } from "glmc/data/random.ts";
import { createNetwork } from "glmc/model/network.ts";
import { exportWeights } from "glmc/model/weights.ts";
import { tf } from "glmc/tensor/tfjs.ts";
import { testEngine } from "../engine.ts";
import { referencePass } from "./reference.ts";

for (
  const [architecture, width] of [
    ["resnet32", 64],
    ["resnet32", 16],
    ["resnet18", 64],
    ["resnet34", 64],
    ["resnet50", 64],
  ] as const
) {
  Deno.test(`Network.apply() of ${architecture}, width ${width}, does what plain loops do`, async () => {
    await testEngine();
    tf.engine().startScope();
    const network = createNetwork(architecture, { classes: 10, width });
    const variables = network.init(randomStream(1, "init"));
    const [batch, side, channels] = [2, 16, 3];
    const random = randomStream(2, "images");
    const pixels = Float32Array.from({ length: batch * side * side * channels }, random.normal);
    const images = tf.tensor(pixels, [batch, side, side, channels]);
    const weights = await exportWeights(variables);
    const expected = referencePass(architecture, weights, {
      batch,
      side,
      channels,
      data: Float64Array.from(pixels),
    });

    const { outputs, statistics } = network.apply(variables, images, "train");

    for (const [name, tensor] of Object.entries({ ...outputs, ...statistics })) {
      const actual = await tensor.data() as Float32Array;
      const difference = expected[name].map((value, i) => actual[i] - value);
      const error = Math.hypot(...difference) / Math.hypot(...expected[name]);
      // Float32 rounding through up to 53 batch norms, the last ones over 8 values each: 6e-5 seen.
      assert(error < 1e-3, `${name} is off by ${error}`);
    }
    tf.engine().endScope();
  });
}
