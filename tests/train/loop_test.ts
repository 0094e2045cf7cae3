import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { drawSplit } from "../../lib/data/long_tail.ts";
import { createNetwork } from "../../lib/model/network.ts";
import { exportWeights } from "../../lib/model/weights.ts";
import { disposeTensors } from "../../lib/tensor/named_tensors.ts";
import { tf } from "../../lib/tensor/tfjs.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../../lib/train/checkpoint.ts";
import { DivergedError, type EpochRecord, type Progress } from "../../lib/train/events.ts";
import { initialProgress, trainEpochs } from "../../lib/train/loop.ts";
import { createTraining, type Training, type TrainingOptions } from "../../lib/train/training.ts";
import { testEngine } from "../engine.ts";
import { smallDataset } from "../fixtures.ts";

const engine = await testEngine();

function smallTraining(changes: Partial<TrainingOptions> = {}): Training {
  const { train, test, mean, std } = smallDataset();
  const network = createNetwork("resnet32", { classes: 10, width: 4 });
  const counts = [15, 12, 10, 8, 6, 5, 4, 3, 3, 2];
  const split = drawSplit(train.labels, { counts, seed: 0 });
  return createTraining({ engine, network, train, test, split, channels: { mean, std } }, {
    seed: 42,
    epochs: 2,
    batchSize: 24,
    learningRate: 0.01,
    weightDecay: 5e-3,
    resampleExponent: 0.5,
    labelWeightExponent: 1,
    consistencyWeight: 4,
    mixtureBeta: 1,
    ...changes,
  });
}

interface Outcome {
  readonly checkpoint: Uint8Array;
  readonly history: readonly EpochRecord[];
  readonly stopped: boolean;
}

/** Trains until the end, or until so many steps are done in all. */
async function trainUntil(
  training: Training,
  { from, steps = Infinity }: { from?: Progress; steps?: number } = {},
): Promise<Outcome> {
  const controller = new AbortController();
  let done = 0;
  let outcome: Outcome | undefined;
  for await (
    const event of trainEpochs(training, {
      from: from ?? initialProgress(training),
      signal: controller.signal,
    })
  ) {
    if (event.type === "step") {
      done = event.epoch * event.steps + event.step;
      if (done >= steps) controller.abort();
    } else {
      const { progress } = event;
      const checkpoint = await encodeCheckpoint(progress);
      outcome = { checkpoint, history: progress.history, stopped: event.type === "stopped" };
    }
  }
  return outcome!;
}

/** A record without the seconds, which no two runs share. */
function untimed({ trainSeconds: _, evaluateSeconds: __, ...record }: EpochRecord): unknown {
  return record;
}

async function weightsOf(checkpoint: Uint8Array, training: Training): Promise<unknown> {
  const { state } = decodeCheckpoint(checkpoint, training.parts.network);
  const { momentum, ...variables } = state;
  const weights = [
    await exportWeights(variables),
    await exportWeights({
      parameters: momentum,
      statistics: {},
    }),
  ];
  disposeTensors(state);
  return weights;
}

Deno.test("trainEpochs() reports losses and an evaluation for each epoch", async () => {
  const training = smallTraining();
  const { history } = await trainUntil(training);
  assertEquals(history.map(({ epoch }) => epoch), [0, 1]);
  assertEquals(history.map(({ plainWeight }) => plainWeight), [1, 0.75]);
  for (const { losses, evaluation } of history) {
    // With plain weight a: total = a balanced + (1 - a) rebalanced + 4 consistency, within float32.
    assert(Number.isFinite(losses.total) && losses.balanced > 0 && losses.rebalanced > 0);
    assert(losses.consistency >= -2 && losses.consistency <= 2);
    assert(evaluation.top1 >= 0 && evaluation.top1 <= evaluation.top5 && evaluation.top5 <= 100);
    assertEquals(evaluation.classAccuracy.length, 10);
  }
  assert(history[1].losses.balanced < history[0].losses.balanced, "the network learns");
  training.dispose();
});

for (const steps of [2, 4, 6]) {
  Deno.test(`trainEpochs() stopped after ${steps} steps and continued ends with the same bits`, async () => {
    const whole = smallTraining();
    const expected = await trainUntil(whole);
    const half = smallTraining();
    const stopped = await trainUntil(half, { steps });
    assert(stopped.stopped);
    half.dispose();
    const rest = smallTraining();
    const from = decodeCheckpoint(stopped.checkpoint, rest.parts.network);
    const continued = await trainUntil(rest, { from });
    assertEquals(
      await weightsOf(continued.checkpoint, rest),
      await weightsOf(expected.checkpoint, whole),
    );
    assertEquals(continued.history.map(untimed), expected.history.map(untimed));
    whole.dispose();
    rest.dispose();
  });
}

for (const mode of ["compiled", "eager"] as const) {
  Deno.test(`50 steps in ${mode} mode neither leak tensors nor native handles`, async () => {
    const training = smallTraining({ mode, epochs: 30, batchSize: 34 });
    const counts: string[] = [];
    for await (const event of trainEpochs(training, { from: initialProgress(training) })) {
      if (event.type !== "step") continue;
      counts.push(`${tf.memory().numTensors} ${engine.tensorCount()}`);
      if (event.epoch === 25) break;
    }
    // The first epoch compiles; from then on nothing may grow.
    assertEquals(new Set(counts.slice(2)).size, 1);
    assert(counts.length >= 25);
    training.dispose();
  });
}

Deno.test("trainEpochs() stops when the loss is no longer finite, naming epoch, step and terms", async () => {
  const training = smallTraining({ learningRate: 1e20 });
  await assertRejects(() => trainUntil(training), DivergedError, "epoch 1, step");
  training.dispose();
});

for (
  const change of [
    { classifiers: "one" },
    { cutMixLabel: "area" },
    { rebalanceTarget: "pair" },
    { lossScale: "mean" },
  ] as const
) {
  const [[name, value]] = Object.entries(change);
  Deno.test(`the reading ${name} = ${value} trains and differs from the official code`, async () => {
    const [official, other] = [
      smallTraining({ epochs: 1 }),
      smallTraining({ epochs: 1, ...change }),
    ];
    const [a, b] = [await trainUntil(official), await trainUntil(other)];
    assert(Object.values(b.history[0].losses).every(Number.isFinite));
    assertNotEquals(b.history[0].losses, a.history[0].losses);
    official.dispose();
    other.dispose();
  });
}
