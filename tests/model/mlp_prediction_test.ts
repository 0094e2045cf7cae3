import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { randomStream } from "glmc/data/random.ts";
import { consistencyLoss } from "glmc/loss/consistency.ts";
import { layerTable, parameterCount } from "glmc/model/layer_table.ts";
import { hiddenLayer } from "glmc/model/layers.ts";
import { createNetwork, type Mode } from "glmc/model/network.ts";
import { exportWeights, importWeights } from "glmc/model/weights.ts";
import { withGradients } from "glmc/tensor/gradients.ts";
import { disposeTensors, mapTensors } from "glmc/tensor/named_tensors.ts";
import { type Tensor, tf } from "glmc/tensor/tfjs.ts";
import { isTrained } from "glmc/train/trained.ts";
import { readSafetensors, writeSafetensors } from "glmc/disk/safetensors.ts";
import { assertClose } from "../assertions.ts";
import { testEngine } from "../engine.ts";
import { smallStage } from "../train/small_training.ts";

await testEngine();

const size = { classes: 10, width: 4 } as const;
const linear = createNetwork("resnet32", size);
const mlp = createNetwork("resnet32", { ...size, predictor: "mlp" });

// Width 4 has 16 features; projection and prediction are of the official size whatever the width.
const [features, side] = [16, 128];
const ownParameters = {
  "contrast_head.3.weight": [side, side],
  "contrast_head.3.bias": [side],
  "contrast_head.0.weight": [side, side],
  "contrast_head.1.weight": [side],
  "contrast_head.1.bias": [side],
};

type Tensors = Record<string, Tensor>;

function normalTensor(shape: readonly number[], seed: number): Tensor {
  const random = randomStream(seed, "test");
  const count = shape.reduce((product, side) => product * side, 1);
  return tf.tensor(Float32Array.from({ length: count }, () => random.normal()), [...shape]);
}

function withoutClassifiers(parameters: Tensors): Tensors {
  return Object.fromEntries(
    Object.entries(parameters).filter(([name]) => !/^fc(_cb)?\./.test(name)),
  );
}

Deno.test("a prediction by two layers has the names of the official sequence", () => {
  const { parameterShapes, statisticShapes } = mlp;
  const own = Object.entries(parameterShapes).filter(([name]) => name.startsWith("contrast"));

  assertEquals(Object.fromEntries(own), ownParameters);
  assertEquals(Object.keys(statisticShapes).slice(-2), [
    "contrast_head.1.running_mean",
    "contrast_head.1.running_var",
  ]);
  assertEquals(mlp.headParameters("prediction").sort(), Object.keys(ownParameters).sort());
  assertEquals(mlp.headParameters("projection"), linear.headParameters("projection"));
  const rows = layerTable(mlp).slice(-3).map(({ name, parameters }) => [name, parameters]);
  assertEquals(rows, [
    ["contrast_head.0", side * side + 2 * side],
    ["contrast_head.3", side * side + side],
    ["projection_head.0", features * side + side],
  ]);
  assertEquals(parameterCount(mlp) - parameterCount(linear), side * side + 2 * side);
});

Deno.test("a prediction by two layers leaves all other initial values as they are", async () => {
  const [ofLinear, ofMlp] = [linear, mlp].map(({ init }) => init(randomStream(1, "init")));
  for (const [name, tensor] of Object.entries(ofLinear!.parameters)) {
    const other = name.replace("contrast_head.0", "contrast_head.3");
    assertEquals(await ofMlp!.parameters[other]!.data(), await tensor.data(), name);
  }
  const values = async (name: string) => [...await ofMlp!.parameters[name]!.data()];
  assertEquals(await values("contrast_head.1.weight"), Array(side).fill(1));
  assertEquals(await values("contrast_head.1.bias"), Array(side).fill(0));
  const hidden = await values("contrast_head.0.weight");
  // Kaiming's law; five standard errors of side² draws.
  const variance = hidden.reduce((sum, value) => sum + value ** 2, 0) / hidden.length;
  assertAlmostEquals(variance * side / 2, 1, 5 * Math.sqrt(2) / side);
  disposeTensors({ ofLinear: ofLinear!, ofMlp: ofMlp! });
});

Deno.test("a prediction by two layers does what plain loops do, in training and in evaluation", async () => {
  const { parameters, statistics } = mlp.init(randomStream(1, "init"));
  // Neither batch norm nor bias as they start, so that each counts.
  const changed = Object.keys(ownParameters).map((name, seed) => [
    name,
    tf.add(parameters[name]!, normalTensor(parameters[name]!.shape, seed)),
  ]);
  const variables: Record<"parameters" | "statistics", Tensors> = {
    parameters: { ...parameters, ...Object.fromEntries(changed) },
    statistics: { ...statistics, "contrast_head.1.running_mean": normalTensor([side], 9) },
  };
  const values = Object.fromEntries(
    await Promise.all(
      Object.entries({ ...variables.parameters, ...variables.statistics })
        .map(async ([name, tensor]) => [name, [...await tensor.data()]] as const),
    ),
  );
  const images = normalTensor([5, 8, 8, 3], 3);
  for (const mode of ["train", "evaluate"] as Mode[]) {
    const { outputs, statistics } = mlp.apply(variables, images, mode);
    const projection = await outputs.projection.array() as number[][];
    const product = (x: number[], name: string): number[] =>
      Array.from(
        { length: side },
        (_, row) => x.reduce((sum, value, i) => sum + value * values[name]![side * row + i]!, 0),
      );
    const hidden = projection.map((x) => product(x, "contrast_head.0.weight"));
    const column = (channel: number) => hidden.map((row) => row[channel]!);
    const average = (list: number[]) => list.reduce((sum, value) => sum + value, 0) / list.length;
    const means = Array.from({ length: side }, (_, channel) => average(column(channel)));
    const variances = means.map((mean, channel) =>
      average(column(channel).map((value) => (value - mean) ** 2))
    );
    const isTraining = mode === "train";
    const [centre, spread] = [
      isTraining ? means : values["contrast_head.1.running_mean"]!,
      isTraining ? variances : values["contrast_head.1.running_var"]!,
    ];
    const expected = hidden.map((row) => {
      const active = row.map((value, channel) =>
        Math.max(
          0,
          (value - centre[channel]!) / Math.sqrt(spread[channel]! + 1e-5) *
              values["contrast_head.1.weight"]![channel]! +
            values["contrast_head.1.bias"]![channel]!,
        )
      );
      return product(active, "contrast_head.3.weight")
        .map((value, channel) => value + values["contrast_head.3.bias"]![channel]!);
    });
    // Sums of 128 products of values up to some tens in float32.
    assertClose(await outputs.prediction.data(), expected.flat(), { absolute: 1e-2 });
    const runningMean = await statistics["contrast_head.1.running_mean"]!.data();
    const expectedMean = values["contrast_head.1.running_mean"]!
      .map((before, channel) => isTraining ? 0.9 * before + 0.1 * means[channel]! : before);
    assertClose(runningMean, expectedMean, { absolute: 1e-4 });
  }
});

Deno.test("hiddenLayer() has the slope of its finite differences", () => {
  tf.tidy(() => {
    const layer = { name: "a", batchNorm: "b", outputs: 8 };
    const at: Tensors = {
      x: normalTensor([6, 5], 1),
      "a.weight": normalTensor([8, 5], 2),
      "b.weight": normalTensor([8], 3),
      "b.bias": normalTensor([8], 4),
    };
    const weights = normalTensor([6, 8], 5);
    const loss = ({ x, ...parameters }: Tensors): Tensor => {
      const statistics = { "b.running_mean": tf.zeros([8]), "b.running_var": tf.ones([8]) };
      const pass = { parameters, statistics, mode: "train", computeType: "float32" } as const;
      return tf.mean(tf.mul(hiddenLayer(x!, layer, pass), weights));
    };
    const { gradients } = withGradients((at) => ({ scalar: loss(at), others: {} }), at);

    assertEquals(Object.keys(gradients), Object.keys(at));
    for (const [name, gradient] of Object.entries(gradients)) {
      const norm = tf.norm(gradient).dataSync()[0]!;
      const value = (sign: 1 | -1): number =>
        loss({ ...at, [name]: tf.add(at[name]!, tf.mul(gradient, sign * 1e-3 / norm)) })
          .dataSync()[0]!;
      // Along a gradient the slope is its norm; float32 and ReLUs that switch cost a per cent.
      assertAlmostEquals((value(1) - value(-1)) / 2e-3 / norm, 1, 3e-2, name);
    }
  });
});

Deno.test("consistency trains the whole prediction, and no classifier", () => {
  tf.tidy(() => {
    const { parameters, statistics } = mlp.init(randomStream(1, "init"));
    const [one, two] = [normalTensor([4, 8, 8, 3], 1), normalTensor([4, 8, 8, 3], 2)];
    const gradientsAt = (at: Tensors): Tensors =>
      withGradients((changed) => {
        const all = { ...parameters, ...changed };
        const first = mlp.apply({ parameters: all, statistics }, one, "train");
        const second = mlp.apply({ parameters: all, statistics: first.statistics }, two, "train");
        return { scalar: consistencyLoss(first.outputs, second.outputs), others: {} };
      }, at).gradients;
    const gradients = gradientsAt(withoutClassifiers(parameters));
    const norms = mapTensors(gradients, (gradient) => tf.norm(gradient)) as Tensors;
    const hasGradient = (name: string): boolean => norms[name]!.dataSync()[0]! > 0;

    assert(Object.keys(ownParameters).every(hasGradient));
    assert(["conv1.weight", "projection_head.0.weight"].every(hasGradient));
    assertThrows(
      () => gradientsAt(parameters),
      Error,
      "the result does not depend on fc.weight, fc.bias, fc_cb.weight, fc_cb.bias",
    );
  });
});

Deno.test("a stage of the classifiers alone leaves the prediction as it is", () => {
  const options = { predictor: "mlp" } as const;
  for (const [trains, moves] of [["all", true], ["classifier", false]] as const) {
    const stage = smallStage({ trains, options });
    for (const name of Object.keys(ownParameters)) {
      assertEquals(isTrained(name, { stage, network: mlp }), moves, name);
    }
  }
});

Deno.test("a prediction of one image is finite, as the last step of an epoch may have it", async () => {
  const variables = mlp.init(randomStream(1, "init"));
  const images = normalTensor([1, 8, 8, 3], 1);
  const { gradients, others } = tf.tidy(() =>
    withGradients((parameters) => {
      const all = { ...variables.parameters, ...parameters };
      const { outputs } = mlp.apply({ ...variables, parameters: all }, images, "train");
      return { scalar: tf.mean(outputs.prediction), others: { prediction: outputs.prediction } };
    }, withoutClassifiers(variables.parameters))
  );
  for (const tensor of [...Object.values(gradients), others.prediction]) {
    assert((await tensor.data()).every(Number.isFinite));
  }
  disposeTensors({ variables, images, gradients, others });
});

Deno.test("weights with a prediction by two layers survive a file, PyTorch's prefix too", async () => {
  const variables = mlp.init(randomStream(1, "init"));
  const exported = await exportWeights(variables, { batches: 3 });
  assertEquals(exported["contrast_head.1.num_batches_tracked"]?.data, BigInt64Array.of(3n));
  const prefixed = Object.entries(exported).map(([name, tensor]) => [`module.${name}`, tensor]);
  const file = writeSafetensors(Object.fromEntries(prefixed));
  const said: string[] = [];
  const read = importWeights(readSafetensors(file).tensors, mlp, {
    onNotice: (line) => void said.push(line),
  });
  assertEquals(said, ['The prefix "module." is taken off the names in the file']);
  assertEquals(await exportWeights(read, { batches: 3 }), exported);
  disposeTensors({ variables, read });
});
