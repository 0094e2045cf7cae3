import { assert, assertEquals, assertThrows } from "@std/assert";
import { readSafetensors } from "../../lib/disk/safetensors.ts";
import { randomStream } from "../../lib/data/random.ts";
import { deviceTensors } from "../../lib/ops/host_arrays.ts";
import { losses } from "../../lib/loss/losses.ts";
import { combine } from "../../lib/method/combination.ts";
import { chooseMethod } from "../../lib/method/choose.ts";
import { glmcWith } from "../../lib/method/glmc/glmc.ts";
import type { Method, NetworkOutputs } from "../../lib/method/method.ts";
import { methods, views } from "../../lib/method/methods.ts";
import { defaultsOf, type Settings } from "../../lib/settings/field.ts";
import { mapTensors } from "../../lib/tensor/named_tensors.ts";
import { type Tensor, tf } from "../../lib/tensor/tfjs.ts";
import { initialProgress, trainEpochs } from "../../lib/train/loop.ts";
import { epochNumbers, stepInputs } from "../../lib/train/step_inputs.ts";
import { initialState } from "../../lib/train/training.ts";
import { testEngine } from "../engine.ts";
import {
  readCheckpoint,
  smallStage,
  smallTraining,
  writeCheckpoint,
} from "../train/small_training.ts";

const engine = await testEngine();

/** The named methods: every loss and all views are in one of them. */
const named = methods.filter(({ name, parts }) => name !== `${parts!.views}_${parts!.loss}`);

/** Class weights that are deferred, in an epoch that is the only one. */
function atOnce({ fields }: Method): Settings {
  return "deferredFrom" in fields ? { deferredFrom: 0 } : {};
}

/** A checkpoint after an epoch of three steps, or after some of them. */
async function trained(
  method: Method,
  { from, steps = Infinity }: { readonly from?: Uint8Array; readonly steps?: number } = {},
): Promise<Uint8Array> {
  const options = { ...defaultsOf(method.fields), ...atOnce(method) };
  const training = smallTraining(engine, {
    stages: [smallStage({ method, options, epochs: 1 })],
    mode: "eager",
  });
  const stop = new AbortController();
  const progress = from === undefined ? initialProgress(training) : readCheckpoint(training, from);
  let checkpoint: Uint8Array = new Uint8Array();
  for await (const event of trainEpochs(training, { from: progress, signal: stop.signal })) {
    if (event.type === "step") {
      assert(Object.values(event.losses).every(Number.isFinite), `${method.name} learns numbers`);
      if (event.step >= steps) stop.abort();
    } else {
      checkpoint = await writeCheckpoint(training, event.progress);
    }
  }
  training.dispose();
  return checkpoint;
}
for (const method of named) {
  Deno.test(`${method.name} trains three steps on real images and resumes with the same bits`, async () => {
    const whole = await trained(method);
    const parts = await trained(method, { from: await trained(method, { steps: 1 }) });

    assertEquals(readSafetensors(parts).tensors, readSafetensors(whole).tensors);
  });
}

Deno.test("every method has a name of its own, and one that its parts choose", () => {
  const names = methods.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
  assertEquals(new Set(names).size, names.length);
  for (const { name, parts } of methods) {
    assertEquals(chooseMethod({ method: name }, methods).name, name);
    const { views, loss, classWeights } = parts!;
    if (classWeights === undefined) {
      assertEquals(chooseMethod({ views, loss }, methods).name, name);
    }
  }
});

Deno.test("views and a loss without a meaning together are refused with the reason", () => {
  const ldam = losses.find(({ name }) => name === "ldam")!;
  for (const name of ["mixup", "cutmix"]) {
    const mixed = views.find((views) => views.name === name)!;
    assertThrows(() => combine({ views: mixed, loss: ldam }), RangeError, "true class");
  }
  assertThrows(() => glmcWith(ldam), RangeError, "true class");
});

/** Weights after the first step of a method, from the same beginning and the same images. */
async function afterOneStep(
  method: Method,
  options: Settings = {},
): Promise<Record<string, Float32Array>> {
  const stage = smallStage({ method, options: { ...defaultsOf(method.fields), ...options } });
  const training = smallTraining(engine, { stages: [stage], mode: "eager" });
  const [plan] = training.plan(0);
  const prepared = await training.parts.train.prepare(plan!);
  const inputs = stepInputs(plan!, { prepared, ...epochNumbers(training, 0, stage) });
  const { state, losses } = training.stages[0]!.step({
    state: initialState(training),
    plan: inputs,
  });
  training.dispose();
  const weights = mapTensors(state.parameters, (tensor) => tf.clone(tensor));
  const values = Object.entries(weights).map(([name, tensor]) => [name, tensor.dataSync()]);
  return Object.fromEntries([...values, ["loss", losses.dataSync()]]);
}

const byName = (name: string): Method => chooseMethod({ method: name }, methods);

Deno.test("class weights of beta 0 are none", async () => {
  assertClose(
    await afterOneStep(byName("cb"), { cbBeta: 0 }),
    await afterOneStep(byName("cross_entropy")),
  );
});

Deno.test("deferred class weights are none in the first epoch, and all of them from their time on", async () => {
  const plain = await afterOneStep(byName("cross_entropy"));
  assertClose(await afterOneStep(byName("ce_drw")), plain);
  assertClose(
    await afterOneStep(byName("ce_drw"), { deferredFrom: 0 }),
    await afterOneStep(byName("cb")),
  );
});

Deno.test("focal with exponent 0 and CutMix that is never applied are cross-entropy", async () => {
  const plain = await afterOneStep(byName("cross_entropy"));
  assertClose(await afterOneStep(byName("focal"), { focalGamma: 0 }), plain);
  assertClose(await afterOneStep(byName("cutmix"), { cutMixProbability: 0 }), plain);
});

Deno.test("CMO that never pastes is cross-entropy of the images of the natural order", () => {
  const [images, rare] = [tf.randomNormal([4, 8, 8, 3], 0, 1, "float32", 1), tf.ones([4, 8, 8, 3])];
  const one = (classes: number[]) => tf.oneHot(tf.tensor1d(classes, "int32"), 10, 1, 0, "float32");
  const [labels, rareLabels] = [one([0, 1, 2, 3]), one([9, 9, 8, 8])];
  const context = (name: string, probability: number) => {
    const method = byName(name);
    const [plan] = method.plan({
      options: { ...defaultsOf(method.fields), cmoProbability: probability },
      counts: [4, ...Array(9).fill(1)],
      batchSize: 4,
      height: 8,
      width: 8,
      epoch: 50,
      epochs: 100,
      stream: (name) => randomStream(1, name),
    });
    const isCmo = name === "cmo";
    const { total } = method.loss({
      options: defaultsOf(method.fields),
      images: [isCmo ? tf.concat([images, rare]) : images],
      labels: () => isCmo ? tf.concat([labels, rareLabels]) : labels,
      draws: deviceTensors(plan!.draws) as Record<string, Tensor>,
      schedule: {},
      constants: {},
      network: (shown) =>
        ({ logits: tf.slice(tf.reshape(shown, [4, 192]), [0, 0], [4, 10]) }) as NetworkOutputs,
    });
    return total!.dataSync()[0]!;
  };

  assertEquals(context("cmo", 0), context("cross_entropy", 0));
  // Pasted into the top left corner, where these logits come from, in one of a few boxes.
  assert(context("cmo", 1) !== context("cross_entropy", 0));
});

Deno.test("balanced softmax and logit adjustment with tau 1 take the same step", async () => {
  assertClose(
    await afterOneStep(byName("balanced_softmax")),
    await afterOneStep(byName("logit_adjusted")),
  );
});

function assertClose(
  actual: Readonly<Record<string, Float32Array>>,
  expected: Readonly<Record<string, Float32Array>>,
): void {
  assertEquals(Object.keys(actual), Object.keys(expected));
  for (const [name, values] of Object.entries(expected)) {
    const differences = values.map((value, i) => Math.abs(value - actual[name]![i]!));
    const size = Math.max(...values.map(Math.abs));
    // Sums in another order, carried through one step.
    assert(Math.max(...differences) <= 1e-5 * size + 1e-7, `${name} differs`);
  }
}
