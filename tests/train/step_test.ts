import { assert, assertEquals } from "@std/assert";
import { hostScalar, type StepPlan } from "../../lib/data/plan.ts";
import { randomStream } from "../../lib/data/random.ts";
import { cutBox } from "../../lib/images/cut_box.ts";
import { memorySource } from "../../lib/images/memory_source.ts";
import { createNetwork } from "../../lib/model/network.ts";
import { exportWeights, importWeights } from "../../lib/model/weights.ts";
import type { Engine, ExecutionMode } from "../../lib/tensor/engine.ts";
import { disposeTensors, flatten, mapTensors } from "../../lib/tensor/named_tensors.ts";
import { type Tensor, tf } from "../../lib/tensor/tfjs.ts";
import { stepInputs } from "../../lib/train/step_inputs.ts";
import { createPredictor } from "../../lib/train/predict.ts";
import { createTrainStep, type TrainState } from "../../lib/train/step.ts";
import { relativeError } from "../assertions.ts";
import { testEngine } from "../engine.ts";
import { golden, goldenIndex } from "../golden.ts";
import { noteParity } from "../parity.ts";
import { smallStage } from "./small_training.ts";

const engine: Engine = await testEngine();

type Values = Record<
  string,
  { dtype: string; shape: readonly number[]; data: ArrayLike<number> }
>;

const classNames = Array.from({ length: 10 }, (_, label) => `${label}`);
const size = { height: 32, width: 32, channels: 3 };

/** A plan of GLMC with everything given; crops in the middle by default. */
function pairPlan({ rows, mixWeight, box, crops, flips }: {
  readonly rows: Int32Array;
  readonly mixWeight: number;
  readonly box: Int32Array;
  readonly crops?: Int32Array;
  readonly flips?: Int32Array;
}): StepPlan {
  const views = rows.length;
  return {
    count: views / 4,
    rows,
    cuts: {
      crops: { shape: [views, 2], data: crops ?? new Int32Array(2 * views).fill(4) },
      flips: { shape: [views], data: flips ?? new Int32Array(views) },
    },
    draws: { mixWeight: hostScalar(mixWeight), box: { shape: [4], data: box } },
  };
}

function atRest(parameters: Record<string, Tensor>): Record<string, Tensor> {
  return mapTensors(parameters, (tensor) => tf.zerosLike(tensor));
}

for (const mode of ["compiled", "eager"] as const) {
  Deno.test(`a step of GLMC follows the official code for 12 steps in ${mode} mode`, async () => {
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
      momentum: atRest(parameters),
      carried: {},
    };

    // The source holds the views as images: view 1 of i, of j, view 2 of i, of j, 16 a step each.
    const views = ["view1_i", "view1_j", "view2_i", "view2_j"].map((name) => values[name]!.data);
    const perView = views[0]!.length;
    const images = new Uint8Array(4 * perView);
    views.forEach((view, n) => images.set(view as Uint8Array, n * perView));
    const classes = new Int32Array(4 * steps * batch);
    for (const [n, name] of ["label_i", "label_j"].entries()) {
      classes.set(Array.from(values[name]!.data, Number), n * steps * batch);
    }
    const source = memorySource({ ...size, images, labels: classes, classNames }, { mean, std });
    const labels = tf.tensor1d(classes, "int32");
    const classWeights = tf.tensor1d(values.class_weight!.data as Float32Array);
    const options = { consistencyWeight: gamma };
    const stage = smallStage({ momentum, weightDecay: weight_decay, options });
    const constants = { classWeights };
    const step = engine.compile(
      createTrainStep({ stage, network, source, labels, constants }),
      { mode },
    );

    const losses: number[] = [];
    for (let n = 0; n < steps; n++) {
      const mixWeight = values.lam!.data[n]!;
      const [row, column] = [2 * n, 2 * n + 1].map((i) => Number(values.centre!.data[i]));
      const rowOf = (i: number): number =>
        Math.floor(i / batch) * steps * batch + n * batch + i % batch;
      const plan = pairPlan({
        rows: Int32Array.from({ length: 4 * batch }, (_, i) => rowOf(i)),
        mixWeight,
        box: cutBox({ ...size, mixWeight, centre: [row!, column!] }),
      });
      const inputs = stepInputs(plan, {
        prepared: await source.prepare(plan),
        schedule: { plainWeight: values.alpha!.data[n]! },
        learningRate: values.lr!.data[n]!,
      });
      const result = step({ state, plan: inputs });
      losses.push(result.losses.dataSync()[0]!);
      disposeTensors({ state, inputs, losses: result.losses });
      state = result.state;
    }

    // The golden table: the reference ran in float64 and training amplifies rounding.
    losses.forEach((loss, n) => {
      const expected = values.loss!.data[n]!;
      const tolerance = n === 0 ? 1e-5 : n < 4 ? 2e-3 : 2e-2;
      assert(
        Math.abs(loss - expected) <= tolerance * Math.abs(expected),
        `loss ${n + 1} is ${loss}, not ${expected}`,
      );
      const which = n === 0 ? "first" : n < 4 ? "first four" : "12";
      noteParity({
        what: `loss of ResNet-32's ${which} step${n === 0 ? "" : "s"} of training`,
        unit: "relative",
        tolerance,
        share: Math.abs(loss / expected - 1) / tolerance,
      });
    });
    const classifier = "fc_cb.weight";
    const weights = await exportWeights(state);
    assert(
      relativeError(
        weights[classifier]!.data as Float32Array,
        values[`final.${classifier}`]!.data,
      ) <= 1e-3,
    );
    const tested = values.eval_x!;
    const count = tested.shape[0]!;
    const test = memorySource({
      ...size,
      images: tested.data as Uint8Array,
      labels: new Int32Array(count),
      classNames,
    }, { mean, std });
    const head = "rebalancedLogits";
    const predict = createPredictor({ engine, network, source: test, head, mode });
    const logits = await predict(state);
    assertEquals(logits.length, values.eval_out!.data.length);
    assert(relativeError(logits, values.eval_out!.data) <= 5e-2);
    disposeTensors({ state, labels, classWeights });
    source.dispose();
    test.dispose();
    step.dispose();
    predict.dispose();
  });
}

Deno.test("op by op and compiled give the same step", async () => {
  const { cases: { mix: { mean, std } } } = goldenIndex();
  const network = createNetwork("resnet32", { classes: 10, width: 8 });
  const { parameters, statistics } = network.init(randomStream(1, "init"));
  const random = randomStream(1, "pixels");
  const images = Uint8Array.from({ length: 32 * 32 * 32 * 3 }, () => random.integer(256));
  const classes = Int32Array.from({ length: 32 }, (_, i) => i % 10);
  const source = memorySource({ ...size, images, labels: classes, classNames }, { mean, std });
  const labels = tf.tensor1d(classes, "int32");
  const classWeights = tf.tensor1d(Array.from({ length: 10 }, (_, i) => 0.5 + 0.1 * i));
  const stage = smallStage({ options: { consistencyWeight: 4 } });
  const constants = { classWeights };
  const step = createTrainStep({ stage, network, source, labels, constants });
  // Images 0 to 15 and 16 to 31 make 16 pairs, in both groups of views.
  const plan = pairPlan({
    rows: Int32Array.from({ length: 64 }, (_, i) => i % 32),
    crops: Int32Array.from({ length: 128 }, (_, i) => i % 9),
    flips: Int32Array.from({ length: 64 }, (_, i) => i % 2),
    mixWeight: 0.3,
    box: Int32Array.of(4, 6, 20, 22),
  });
  const prepared = await source.prepare(plan);
  const numbers = { schedule: { plainWeight: 0.75 }, learningRate: 0.01 };
  const inputs = {
    state: { parameters, statistics, momentum: atRest(parameters), carried: {} },
    plan: stepInputs(plan, { prepared, ...numbers }),
  };
  const run = (mode: ExecutionMode) => {
    const compiled = engine.compile(step, { mode });
    const result = compiled(inputs);
    compiled.dispose();
    return result;
  };

  const [compiled, eager] = [run("compiled"), run("eager")];

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
  disposeTensors({ ...inputs, compiled, eager, labels, classWeights });
  source.dispose();
});
