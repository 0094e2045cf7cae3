import { assert, assertEquals } from "@std/assert";
import { setTimeout as delay } from "node:timers/promises";
import { crossEntropyMethod, type Method } from "glmc";
import { tf } from "../../lib/tensor/tfjs.ts";
import { estimateEpochSeconds } from "../../lib/train/estimate.ts";
import type { PredictedBatch } from "../../lib/train/predict.ts";
import type { Training } from "../../lib/train/training.ts";
import { testEngine } from "../engine.ts";
import { smallStage, smallTraining } from "./small_training.ts";

const engine = await testEngine();

/** Seconds that each image of the evaluation takes in {@linkcode slowlyEvaluated}. */
const perImage = 0.02;

/** A training whose evaluation takes its time, and how many images each call of it was for. */
function slowlyEvaluated(training: Training): { training: Training; calls: number[] } {
  const calls: number[] = [];
  async function* batches(
    _: unknown,
    __: unknown,
    [begin, end]: readonly [number, number] = [0, training.parts.test.count],
  ): AsyncGenerator<PredictedBatch> {
    calls.push(end - begin);
    await delay(1000 * perImage * (end - begin));
    yield { first: begin, count: end - begin, outputs: new Float32Array() };
  }
  const stages = training.stages.map((stage) => ({
    ...stage,
    predict: Object.assign(stage.predict.bind(undefined), { batches, dispose: () => {} }),
  }));
  return { training: { ...training, stages }, calls };
}

Deno.test("the estimate has the evaluation in it as it was measured, for all test images", async () => {
  const small = smallTraining(engine);
  const { parts: { test } } = small;
  const { training, calls } = slowlyEvaluated(small);

  const seconds = await estimateEpochSeconds(training);

  const [{ count } = { count: 0 }] = training.plan(0);
  const batch = Math.min(count, test.count);
  assert(calls.length >= 2 && calls.every((images) => images === batch), `${calls}`);
  // Timers may end a millisecond early.
  assert(seconds > 0.9 * perImage * test.count, `${seconds} s for ${test.count} images`);
  small.dispose();
});

Deno.test("the estimate knows that moving averages are evaluated beside the weights", async () => {
  const stages = [smallStage({ method: crossEntropyMethod as Method, averageDecay: 0.9 })];
  const small = smallTraining(engine, { stages });
  const { training } = slowlyEvaluated(small);

  const seconds = await estimateEpochSeconds(training);

  assert(seconds > 0.9 * 2 * perImage * small.parts.test.count, `${seconds} s`);
  small.dispose();
});

Deno.test("an estimate leaves no tensor behind", async () => {
  const training = smallTraining(engine);
  await estimateEpochSeconds(training);
  const before = tf.memory().numTensors;

  await estimateEpochSeconds(training, 1);

  assertEquals(tf.memory().numTensors, before);
  training.dispose();
});
