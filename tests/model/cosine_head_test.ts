import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { randomStream } from "glmc/data/random.ts";
import { layerTable, parameterCount } from "glmc/model/layer_table.ts";
import { cosineLinear } from "glmc/model/layers.ts";
import { createNetwork, type HeadName } from "glmc/model/network.ts";
import { withGradients } from "glmc/tensor/gradients.ts";
import { type Tensor, tf } from "glmc/tensor/tfjs.ts";
import { isTrained } from "glmc/train/trained.ts";
import { assertClose } from "../assertions.ts";
import { testEngine } from "../engine.ts";
import { gradientError } from "../slope.ts";

const engine = await testEngine();
const size = { classes: 10, width: 4 } as const;
const network = createNetwork("resnet32", { ...size, heads: ["cosine"] });
const layer = { name: "fc_cos", inputs: 6, outputs: 5 };

function normal(shape: readonly [number, number], seed: number): Tensor {
  const random = randomStream(seed, "test");
  const values = Array.from({ length: shape[0] * shape[1] }, () => random.normal());
  return tf.tensor2d(values, [...shape]);
}

Deno.test("createNetwork() has a classifier by cosines only where it is asked for", () => {
  const official = createNetwork("resnet32", size);

  assertEquals(official.heads.includes("cosine" as HeadName), false);
  assertEquals(Object.keys(network.parameterShapes).at(-1), "fc_cos.weight");
  assertEquals(network.parameterShapes["fc_cos.weight"], [10, 16]);
  assertEquals(network.headParameters("cosine"), ["fc_cos.weight"]);
  // @ts-expect-error: it is no part of the official network's type.
  ({} as ReturnType<typeof official.apply>["outputs"]).cosine;
});

Deno.test("layerTable() counts a classifier by cosines without a bias", () => {
  const rows = layerTable(network);

  assertEquals(rows.at(-1), {
    name: "fc_cos",
    outputShape: [10],
    parameters: 160,
    multiplyAdds: 160,
  });
  assertEquals(parameterCount(network), rows.reduce((sum, { parameters }) => sum + parameters, 0));
});

Deno.test("Network.init() draws classes of length 1 that point everywhere", () => {
  tf.tidy(() => {
    const classes = 200;
    const { init } = createNetwork("resnet32", { classes, width: 4, heads: ["cosine"] });
    const { parameters } = init(randomStream(1, "init"));
    const weight = parameters["fc_cos.weight"]!;

    assertClose(tf.norm(weight, 2, 1).dataSync(), Array(classes).fill(1), {
      absolute: 1e-6, // float32
    });
    // An element has the mean square 1 / 16; the mean of n rows is 1 / √n of its root off.
    const means = tf.mean(weight, 0).dataSync() as Float32Array;
    assert(means.every((mean) => Math.abs(mean) < 4 * 0.25 / Math.sqrt(classes)));
  });
});

Deno.test("Network.apply() gives cosines, whatever the length of the classes", () => {
  tf.tidy(() => {
    const variables = network.init(randomStream(1, "init"));
    const longer = { ...variables.parameters };
    longer["fc_cos.weight"] = tf.mul(longer["fc_cos.weight"]!, 1000);
    const images = tf.randomNormal([8, 8, 8, 3], 0, 1, "float32", 2);
    const [given, scaled] = [variables.parameters, longer].map((parameters) =>
      network.apply({ ...variables, parameters }, images, "train").outputs
    );
    const { features, cosine } = given!;

    const [feature, row] = [features, variables.parameters["fc_cos.weight"]!].map((
      rows,
    ) => [...tf.slice(rows, [0, 0], [1, -1]).dataSync()]);
    const dot = feature!.reduce((sum, value, i) => sum + value * row![i]!, 0);
    const tolerance = 1e-6; // float32 sums of 16 products
    assertAlmostEquals(cosine.dataSync()[0]!, dot / Math.hypot(...feature!), tolerance);
    assertClose(scaled!.cosine.dataSync(), cosine.dataSync(), { absolute: tolerance });
    assert(cosine.dataSync().every((value) => Math.abs(value) <= 1 + tolerance));
  });
});

for (const mode of ["eager", "compiled"] as const) {
  Deno.test(`cosineLinear() has the gradient of its finite differences in ${mode} mode`, () => {
    tf.tidy(() => {
      const at = { x: normal([4, 6], 1), weight: normal([5, 6], 2) };
      const direction = normal([4, 5], 3);
      const loss = ({ x, weight }: { x: Tensor; weight: Tensor }): Tensor =>
        tf.sum(
          tf.mul(direction, cosineLinear(x, layer, { parameters: { "fc_cos.weight": weight } })),
        );

      // Central differences at this step are off by rounding and curvature of some 1e-4.
      assert(gradientError(loss, at, { engine, mode, step: 1e-2 }) < 1e-3);
    });
  });
}

Deno.test("cosineLinear() has finite gradients for features of zero", () => {
  tf.tidy(() => {
    const weight = normal([5, 6], 2);
    const { gradients, others } = withGradients(({ x }) => {
      const cosines = cosineLinear(x, layer, { parameters: { "fc_cos.weight": weight } });
      return { scalar: tf.sum(cosines), others: { cosines } };
    }, { x: tf.zeros([1, 6]) as Tensor });

    assertEquals([...others.cosines.dataSync()], Array(5).fill(0));
    assert(gradients.x.dataSync().every(Number.isFinite));
  });
});

Deno.test("isTrained() counts a classifier by cosines among the classifiers", () => {
  const method = { heads: ["cosine"] as const } as never;
  const stage = { method, options: {}, trains: "classifier" } as const;

  assertEquals(isTrained("fc_cos.weight", { stage, network }), true);
  assertEquals(isTrained("conv1.weight", { stage, network }), false);
});
