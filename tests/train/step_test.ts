import { assert, assertEquals } from "@std/assert";
import { createPixelBank } from "../../lib/images/pixel_bank.ts";
import { cutBox } from "../../lib/data/plan.ts";
import { randomStream } from "../../lib/data/random.ts";
import { createNetwork } from "../../lib/model/network.ts";
import { exportWeights, importWeights } from "../../lib/model/weights.ts";
import { disposeTensors, flatten, mapTensors } from "../../lib/tensor/named_tensors.ts";
import { tf } from "../../lib/tensor/tfjs.ts";
import { planTensors } from "../../lib/train/plan_tensors.ts";
import { createPredictor } from "../../lib/train/predict.ts";
import { createTrainStep, type TrainState } from "../../lib/train/step.ts";
import { relativeError } from "../assertions.ts";
import { testEngine } from "../engine.ts";
import { golden, goldenIndex } from "../golden.ts";

const engine = await testEngine();

type Values = Record<
  string,
  { dtype: string; shape: readonly number[]; data: ArrayLike<number> }
>;

for (const mode of ["compiled", "eager"] as const) {
  Deno.test(`createTrainStep() follows the official code for 12 steps in ${mode} mode`, async () => {
    const values = golden("train12") as unknown as Values;
    const { cases } = goldenIndex();
    const { batch, steps, gamma, momentum, weight_decay } = cases.train12;
    const { mean, std } = cases.mix;
    const network = createNetwork("resnet32", { classes: 10, width: 16 });
    const initial = Object.entries(values).filter(([name]) => name.startsWith("init."))
      .map(([name, tensor]) => [name.slice("init.".length), tensor]);
    const { parameters, statistics } = importWeights(Object.fromEntries(initial), network);
    let state: TrainState = {
      parameters,
      statistics,
      momentum: mapTensors(parameters, (tensor) => tf.zerosLike(tensor)),
    };

    // One bank holds the views as images: view 1 of i, of j, view 2 of i, of j, 16 a step each.
    const views = ["view1_i", "view1_j", "view2_i", "view2_j"].map((name) => values[name].data);
    const perView = views[0].length;
    const images = new Uint8Array(4 * perView);
    views.forEach((view, n) => images.set(view as Uint8Array, n * perView));
    const bank = createPixelBank(images, { height: 32, width: 32, channels: 3 });
    const classes = new Int32Array(4 * steps * batch);
    for (const [n, name] of ["label_i", "label_j"].entries()) {
      classes.set(Array.from(values[name].data, Number), n * steps * batch);
    }
    const labels = tf.tensor1d(classes, "int32");
    const classWeights = tf.tensor1d(values.class_weight.data as Float32Array);
    const step = engine.compile(
      createTrainStep({
        network,
        bank,
        labels,
        classWeights,
        channels: { mean, std },
        consistencyWeight: gamma,
        momentum,
        weightDecay: weight_decay,
      }),
      { mode },
    );

    const losses: number[] = [];
    for (let n = 0; n < steps; n++) {
      const mixWeight = values.lam.data[n];
      const centre = [Number(values.centre.data[2 * n]), Number(values.centre.data[2 * n + 1])];
      const plan = planTensors({
        first: new Int32Array(batch),
        second: new Int32Array(batch),
        crops: new Int32Array(8 * batch).fill(4),
        flips: new Int32Array(4 * batch),
        mixWeight,
        box: cutBox({ size: 32, mixWeight, centre: [centre[0], centre[1]] }),
      }, { plainWeight: values.alpha.data[n], learningRate: values.lr.data[n] });
      plan.rows.dispose();
      const row = (i: number): number =>
        Math.floor(i / batch) * steps * batch + n * batch + i % batch;
      const rows = tf.tensor1d(Array.from({ length: 4 * batch }, (_, i) => row(i)), "int32");
      const result = step({ state, plan: { ...plan, rows } });
      losses.push(result.losses.dataSync()[0]);
      disposeTensors({ state, plan: { ...plan, rows }, losses: result.losses });
      state = result.state;
    }

    // The golden table: the reference ran in float64 and training amplifies rounding.
    losses.forEach((loss, n) => {
      const expected = values.loss.data[n];
      const tolerance = n === 0 ? 1e-5 : n < 4 ? 2e-3 : 2e-2;
      assert(
        Math.abs(loss - expected) <= tolerance * Math.abs(expected),
        `loss ${n + 1} is ${loss}, not ${expected}`,
      );
    });
    const classifier = "fc_cb.weight";
    const weights = await exportWeights(state);
    assert(
      relativeError(
        weights[classifier].data as Float32Array,
        values[`final.${classifier}`].data,
      ) <= 1e-3,
    );
    const testBank = createPixelBank(values.eval_x.data as Uint8Array, {
      height: 32,
      width: 32,
      channels: 3,
    });
    const predict = createPredictor({
      engine,
      network,
      bank: testBank,
      channels: { mean, std },
      mode,
    });
    const logits = await predict(state);
    assertEquals(logits.length, values.eval_out.data.length);
    assert(relativeError(logits, values.eval_out.data) <= 5e-2);
    disposeTensors({ state, labels, classWeights, bank: bank.pixels, testBank: testBank.pixels });
  });
}

Deno.test("op by op and compiled give the same step", async () => {
  const { cases } = goldenIndex();
  const network = createNetwork("resnet32", { classes: 10, width: 8 });
  const { parameters, statistics } = network.init(randomStream(1, "init"));
  const random = randomStream(1, "pixels");
  const images = Uint8Array.from({ length: 32 * 32 * 32 * 3 }, () => random.integer(256));
  const bank = createPixelBank(images, { height: 32, width: 32, channels: 3 });
  const labels = tf.tensor1d(Int32Array.from({ length: 32 }, (_, i) => i % 10), "int32");
  const classWeights = tf.tensor1d(Array.from({ length: 10 }, (_, i) => 0.5 + 0.1 * i));
  const step = createTrainStep({
    network,
    bank,
    labels,
    classWeights,
    channels: cases.mix,
    consistencyWeight: 4,
    weightDecay: 5e-3,
  });
  const rows = Int32Array.from({ length: 16 }, (_, i) => i);
  const plan = planTensors({
    first: rows,
    second: rows.map((row) => row + 16),
    crops: Int32Array.from({ length: 128 }, (_, i) => i % 9),
    flips: Int32Array.from({ length: 64 }, (_, i) => i % 2),
    mixWeight: 0.3,
    box: Int32Array.of(4, 6, 20, 22),
  }, { plainWeight: 0.75, learningRate: 0.01 });
  const momentum = mapTensors(parameters, (tensor) => tf.zerosLike(tensor));
  const inputs = { state: { parameters, statistics, momentum }, plan };

  const compiled = engine.compile(step)(inputs);
  const eager = engine.compile(step, { mode: "eager" })(inputs);

  for (const part of ["parameters", "statistics", "momentum"] as const) {
    const [a, b] = [flatten(compiled.state[part]), flatten(eager.state[part])];
    assertEquals(a.map(([name]) => name), b.map(([name]) => name));
    const values = (list: typeof a) => Promise.all(list.map(([, tensor]) => tensor.data()));
    const [ours, theirs] = [await values(a), await values(b)];
    const whole = (parts: typeof ours): number[] => parts.flatMap((values) => [...values]);
    // Both run the same kernels; the graph may fuse and reorder sums.
    const error = relativeError(whole(ours), whole(theirs));
    assert(error <= 1e-5, `${part} differ by ${error}`);
  }
  const [ours, theirs] = [await compiled.losses.data(), await eager.losses.data()];
  assert(relativeError(ours, theirs) <= 1e-5);
  disposeTensors({ ...inputs, compiled, eager, labels, classWeights, bank: bank.pixels });
});
