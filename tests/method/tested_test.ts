import { assert, assertEquals, assertThrows } from "@std/assert";
import { configure, configuredStages, createConfiguredNetwork, methods, type Settings } from "glmc";
import { readConfig } from "glmc/experiment/config.ts";
import { checkOptions } from "glmc/experiment/check_options.ts";
import { testedHeads, testedOutputs } from "glmc/method/tested_heads.ts";
import { tf } from "glmc/tensor/tfjs.ts";
import { createPredictor, meanOutputs } from "glmc/train/predict.ts";
import { initialState } from "glmc/train/training.ts";
import { disposeTensors } from "glmc/tensor/named_tensors.ts";
import { assertClose } from "../assertions.ts";
import { testEngine } from "../engine.ts";
import { smallStage, smallTraining } from "../train/small_training.ts";

const engine = await testEngine();

const headsOf = (settings: Settings) =>
  configuredStages(configure(settings)).map((stage) => testedHeads(stage));

Deno.test("the classifier that is tested follows --tested in each GLMC", () => {
  for (const method of ["glmc", "glmc_bs", "glmc_vs"]) {
    assertEquals(headsOf({ method }), [["rebalancedLogits"]]);
    assertEquals(headsOf({ method, testedClassifier: "plain" }), [["logits"]]);
    const mean = { method, testedClassifier: "mean" };
    assertEquals(headsOf(mean), [["logits", "rebalancedLogits"]]);
  }
  assertEquals(headsOf({ method: "cross_entropy" }), [["logits"]]);
});

Deno.test("a second stage goes on with the classifier that is tested", () => {
  for (const [tested, head] of [["rebalanced", "rebalancedLogits"], ["plain", "logits"]] as const) {
    for (const secondStage of ["crt", "lws", "maxnorm"]) {
      const config = configure({ secondStage, testedClassifier: tested });
      const [, stage] = configuredStages(config);
      assertEquals(testedHeads(stage!), [head]);
      assertEquals(stage!.method.heads, [head]);
      const { parameterShapes } = createConfiguredNetwork(config, { methods });
      const scale = `${head === "logits" ? "fc" : "fc_cb"}.scale`;
      assertEquals(scale in parameterShapes, secondStage === "lws");
    }
  }
  const goesOn = { secondStage: "classifier", testedClassifier: "mean" };
  assertEquals(headsOf(goesOn), Array(2).fill(["logits", "rebalancedLogits"]));
});

for (
  const [settings, text] of [
    [
      { classifiers: "one", testedClassifier: "plain" },
      "Cannot use testedClassifier (--tested) plain: there is no plain classifier with --classifiers one",
    ],
    [{ classifiers: "one", testedClassifier: "mean" }, "(--tested) mean: there is no plain"],
    [
      { method: "glmc_bs", classifiers: "one", testedClassifier: "mean" },
      "there is no plain classifier",
    ],
    [
      { pairViews: "mixup", cutMixLabel: "area" },
      "Cannot use cutMixLabel (--cutmix-label) area: no view is cut with --pair-views mixup",
    ],
    [
      { testedClassifier: "mean", secondStage: "crt" },
      "it tests the mean of its classifiers logits and rebalancedLogits",
    ],
    [{ testedClassifier: "both" }, "it must be one of rebalanced, plain, mean"],
    [{ method: "cross_entropy", cumulative: "step" }, "it belongs to glmc"],
  ] as [Settings, string][]
) {
  Deno.test(`configure() refuses ${JSON.stringify(settings)}, and says why`, () => {
    assertThrows(() => configure(settings), RangeError, text);
  });
}

Deno.test("a stored configuration whose settings have no meaning together is refused", () => {
  const config = configure({ classifiers: "one" });
  const [stage] = config.stages;
  const options = { ...stage.options, testedClassifier: "plain" };
  assertThrows(
    () => readConfig({ ...config, stages: [{ ...stage, options }] }, { methods }),
    SyntaxError,
    'Cannot read the configuration in "config.json": testedClassifier (--tested) plain: there is no',
  );
  checkOptions(options, { fields: {} });
});

Deno.test("meanOutputs() are log mean probabilities, whatever is added to the outputs", () => {
  tf.tidy(() => {
    const [one, two] = [[3, 1, -2], [1000, 999, 1001]];
    const probabilities = [one, two].map((row) => tf.softmax(tf.tensor1d(row)).dataSync());
    const expected = one.map((_, label) =>
      (probabilities[0]![label]! + probabilities[1]![label]!) / 2
    );
    const mean = meanOutputs([tf.tensor2d([one]), tf.tensor2d([two])]);

    // A few units in the last place of float32.
    assertClose(tf.exp(mean).dataSync(), expected, { absolute: 1e-6 });
    const only = tf.tensor2d([one]);
    assert(meanOutputs([only]) === only);
  });
});

Deno.test("outputs of LDAM are tested as the logits that its loss sees: its scale times its cosines", async () => {
  const method = methods.find(({ name }) => name === "ldam")!;
  const [options] = configure({ method: "ldam", ldamScale: 20 }).stages.map(({ options }) =>
    options
  );
  const training = smallTraining(engine, { stages: [smallStage({ method, options })] });
  const { network, test: source } = training.parts;
  const state = initialState(training);
  const predict = createPredictor({ engine, network, source, head: "cosine" });
  const cosines = await predict(state);
  const logits = await training.predict(state);

  assert(Math.max(...cosines) <= 1.000001);
  // Exact in float32 up to the last place: one multiplication.
  assertClose(logits, cosines.map((cosine) => 20 * cosine), { relative: 1e-6 });
  for (const { name, parts } of methods) {
    const [stage] = configuredStages(configure({ method: name }));
    const scale = parts?.loss === "ldam" ? 30 : 1;
    assertEquals(testedOutputs(stage!).scale, scale, name);
  }
  disposeTensors(state);
  predict.dispose();
  training.dispose();
});

Deno.test("a predictor of several heads is the mean of the predictors of each", async () => {
  const training = smallTraining(engine, {
    stages: [smallStage({ options: { testedClassifier: "mean" } })],
  });
  const { network, test: source } = training.parts;
  const state = initialState(training);
  const outputs: Float32Array[] = [];
  for (const head of ["logits", "rebalancedLogits"] as const) {
    const predict = createPredictor({ engine, network, source, head });
    outputs.push(await predict(state));
    predict.dispose();
  }
  const mean = await training.predict(state);
  const rows = outputs.map((values) => tf.tensor2d(values, [values.length / 10, 10]));
  const expected = meanOutputs(rows);

  // The same operations, in one function.
  assertClose(mean, await expected.data() as Float32Array, { absolute: 1e-5 });
  disposeTensors({ state, expected });
  tf.dispose(rows);
  training.dispose();
});
