import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { crossEntropyMethod } from "../../lib/method/methods.ts";
import type { Method } from "../../lib/method/method.ts";
import { exportTensors, exportWeights } from "../../lib/model/weights.ts";
import type { Settings } from "../../lib/settings/field.ts";
import { disposeTensors } from "../../lib/tensor/named_tensors.ts";
import { tf } from "../../lib/tensor/tfjs.ts";
import { DivergedError, type EpochRecord, type Progress } from "../../lib/train/events.ts";
import { initialProgress, trainEpochs } from "../../lib/train/loop.ts";
import { createPredictor } from "../../lib/train/predict.ts";
import type { Stage } from "../../lib/train/stage.ts";
import type { Training } from "../../lib/train/training.ts";
import { assertNoLeak, relativeError } from "../assertions.ts";
import { testEngine } from "../engine.ts";
import { readCheckpoint, smallStage, smallTraining, writeCheckpoint } from "./small_training.ts";

const engine = await testEngine();

interface Outcome {
  readonly checkpoint: Uint8Array;
  readonly history: readonly EpochRecord[];
  readonly stopped: boolean;
}

/** Trains until the end, until so many steps are done in all, or until so many epochs are evaluated. */
async function trainUntil(
  training: Training,
  { from, steps = Infinity, epochs = Infinity }: {
    from?: Progress;
    steps?: number;
    epochs?: number;
  } = {},
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
      const checkpoint = await writeCheckpoint(training, progress);
      outcome = { checkpoint, history: progress.history, stopped: event.type === "stopped" };
      if (event.type === "epoch" && progress.epoch >= epochs) controller.abort();
    }
  }
  return outcome!;
}

/** A record without the seconds, which no two runs share. */
function untimed({ trainSeconds: _, evaluateSeconds: __, ...record }: EpochRecord): unknown {
  return record;
}

async function weightsOf(checkpoint: Uint8Array, training: Training): Promise<unknown> {
  const { state } = readCheckpoint(training, checkpoint);
  const { momentum, carried, ...variables } = state;
  const weights = [
    await exportWeights(variables),
    await exportTensors(momentum),
    await exportTensors(carried),
  ];
  disposeTensors(state);
  return weights;
}

Deno.test("trainEpochs() reports losses and an evaluation for each epoch", async () => {
  const training = smallTraining(engine);
  const { history } = await trainUntil(training);
  assertEquals(history.map(({ epoch, stage }) => [epoch, stage]), [[0, "train"], [1, "train"]]);
  assertEquals(history.map(({ schedule }) => schedule), [{ plainWeight: 1 }, {
    plainWeight: 0.75,
  }]);
  for (const { losses, evaluation } of history) {
    assertEquals(Object.keys(losses), ["total", "balanced", "rebalanced", "consistency"]);
    const { consistency } = losses as { consistency: number };
    assert(Object.values(losses).every(Number.isFinite));
    assert(consistency >= -2 && consistency <= 2);
    assert(evaluation.top1 >= 0 && evaluation.top1 <= evaluation.top5 && evaluation.top5 <= 100);
    assertEquals(evaluation.classAccuracy.length, 10);
  }
  const balanced = history.map(({ losses }) => losses.balanced!) as [number, number];
  assert(balanced[1] < balanced[0], "the network learns");
  training.dispose();
});

const second: Stage = smallStage({
  name: "classifier",
  trains: "classifier",
  statistics: "kept",
  epochs: 1,
});
const plans: Record<string, readonly Stage[]> = {
  "GLMC": [smallStage()],
  "GLMC cut twice, with an MLP and the mean of its classifiers": [smallStage({
    options: {
      pairViews: "cutmix",
      mixWeights: "own",
      predictor: "mlp",
      testedClassifier: "mean",
      cumulative: "step",
    },
  })],
  "GLMC blended twice, tested by its plain classifier": [smallStage({
    options: { pairViews: "mixup", testedClassifier: "plain", cumulative: "increase" },
  })],
  "cross-entropy": [smallStage({ method: crossEntropyMethod as Method })],
  "GLMC and its classifiers alone": [smallStage({ epochs: 1 }), second],
  "SAM, Nesterov and averages": [
    smallStage({
      method: crossEntropyMethod,
      samRadius: 0.05,
      nesterov: true,
      averageDecay: 0.9,
    }),
  ],
  "a fresh classifier under MaxNorm": [
    smallStage({ method: crossEntropyMethod, epochs: 1, averageDecay: 0.5 }),
    {
      ...second,
      method: crossEntropyMethod,
      freshClassifier: true,
      maxNorm: { share: 0.5, every: "step" },
    },
  ],
  "MaxNorm after each epoch": [
    smallStage({ method: crossEntropyMethod, maxNorm: { share: 0.5, every: "epoch" } }),
  ],
  "evaluated now and then": [
    smallStage({ method: crossEntropyMethod, epochs: 3, evaluateEvery: 2 }),
    { ...second, method: crossEntropyMethod, epochs: 2, evaluateEvery: 2 },
  ],
  "scales alone": [
    smallStage({ method: crossEntropyMethod, epochs: 1 }),
    { ...second, name: "scales", method: crossEntropyMethod, trains: "scales" },
  ],
};

/** After how many steps a plan is stopped; epochs have three. */
const stops: Record<string, readonly number[]> = {
  "GLMC": [2, 3, 6],
  "GLMC and its classifiers alone": [3, 4],
  "a fresh classifier under MaxNorm": [3, 5],
  "evaluated now and then": [2, 3, 6, 9, 12],
};

for (const [name, stages] of Object.entries(plans)) {
  Deno.test(`${name}: stopped anywhere and continued ends with the same bits`, async (t) => {
    const whole = smallTraining(engine, { stages });
    const expected = await trainUntil(whole);
    const weights = await weightsOf(expected.checkpoint, whole);
    whole.dispose();
    const places = [
      ...(stops[name] ?? [4]).map((steps) => ({ steps })),
      // Before a second stage begins.
      ...(stages.length > 1 ? [{ epochs: stages[0]!.epochs }] : []),
    ];
    for (const place of places) {
      await t.step(`after ${JSON.stringify(place)}`, async () => {
        const half = smallTraining(engine, { stages });
        const stopped = await trainUntil(half, place);
        assert(stopped.stopped);
        half.dispose();
        const rest = smallTraining(engine, { stages });
        const from = readCheckpoint(rest, stopped.checkpoint);
        const continued = await trainUntil(rest, { from });
        assertEquals(await weightsOf(continued.checkpoint, rest), weights);
        assertEquals(continued.history.map(untimed), expected.history.map(untimed));
        rest.dispose();
      });
    }
  });
}

Deno.test("fewer evaluations change no weights, and leave records of the evaluated epochs alone", async () => {
  const stages = plans["evaluated now and then"]!;
  const [often, seldom] = await Promise.all([1, 2].map(async (evaluateEvery) => {
    const training = smallTraining(engine, {
      stages: stages.map((stage) => ({ ...stage, evaluateEvery })),
    });
    const { checkpoint, history } = await trainUntil(training);
    const weights = await weightsOf(checkpoint, training);
    training.dispose();
    return { weights, history };
  }));

  assertEquals(seldom!.weights, often!.weights);
  assertEquals(
    seldom!.history.map(untimed),
    [1, 2, 4].map((epoch) => untimed(often!.history[epoch]!)),
  );
});

Deno.test("the time of epochs without an evaluation is that of the next record", async () => {
  const training = smallTraining(engine, { stages: [smallStage({ evaluateEvery: 2 })] });
  let [before, after] = [0, 0];
  for await (const event of trainEpochs(training, { from: initialProgress(training) })) {
    if (event.type === "checkpoint" && event.progress.epoch === 0) before = event.progress.seconds;
    if (event.type === "epoch") after = event.record.trainSeconds;
  }
  training.dispose();
  assert(before > 0 && after > before, `${before} s after an epoch, ${after} s after two`);
});

Deno.test("a classifier stage trains the classifiers, and nothing else moves", async () => {
  const stages = [smallStage({ epochs: 1 }), second];
  const training = smallTraining(engine, { stages });
  const checkpoints: Uint8Array[] = [];
  for await (const event of trainEpochs(training, { from: initialProgress(training) })) {
    if (event.type === "epoch") checkpoints.push(await writeCheckpoint(training, event.progress));
  }
  const [before, after] = await Promise.all(checkpoints.map(async (checkpoint) => {
    const { state } = readCheckpoint(training, checkpoint);
    const weights = await exportWeights(state);
    disposeTensors(state);
    return weights;
  }));

  const moved = Object.keys(before!).filter((name) =>
    `${before![name]!.data}` !== `${after![name]!.data}`
  );
  assertEquals(moved.sort(), ["fc.bias", "fc.weight", "fc_cb.bias", "fc_cb.weight"]);
  training.dispose();
});

for (const mode of ["compiled", "eager"] as const) {
  Deno.test(`50 steps in ${mode} mode neither leak tensors nor native handles`, async () => {
    const stages = [smallStage({ epochs: 30, batchSize: 34 })];
    const training = smallTraining(engine, { mode, stages });
    const counts: string[] = [];
    for await (const event of trainEpochs(training, { from: initialProgress(training) })) {
      if (event.type !== "step") continue;
      // Steps ahead are prepared while there are any: one place of an epoch is like another epoch's.
      if (event.step === event.steps) {
        counts.push(`${tf.memory().numTensors} ${engine.tensorCount()}`);
      }
      if (event.epoch === 25) break;
    }
    // The first epoch compiles; from then on nothing may grow.
    assertEquals(new Set(counts.slice(2)).size, 1);
    assert(counts.length >= 25);
    training.dispose();
  });
}

Deno.test("trainEpochs() stops when the loss is no longer finite, and frees the state", async () => {
  await assertNoLeak(engine, async () => {
    const training = smallTraining(engine, { stages: [smallStage({ learningRate: 1e20 })] });
    await assertRejects(() => trainUntil(training), DivergedError, "epoch 1, step");
    training.dispose();
  });
});

Deno.test("an evaluation that fails comes after a checkpoint of its epoch", async () => {
  const training = smallTraining(engine);
  const broken: Training = {
    ...training,
    stages: training.stages.map((stage) => ({
      ...stage,
      predict: Object.assign(() => Promise.reject(new Error("no memory")), {
        batches() {
          throw new Error("no memory");
        },
        dispose: stage.predict.dispose,
      }),
    })),
  };
  let checkpoint: Uint8Array | undefined;
  const failing = async (): Promise<void> => {
    for await (const event of trainEpochs(broken, { from: initialProgress(training) })) {
      if (event.type === "checkpoint") checkpoint = await writeCheckpoint(training, event.progress);
    }
  };
  await assertRejects(failing, Error, "no memory");

  const whole = await trainUntil(training);
  const from = readCheckpoint(training, checkpoint!);
  assertEquals([from.epoch, from.step], [0, 3]);
  const continued = await trainUntil(training, { from });
  assertEquals(continued.history.map(untimed), whole.history.map(untimed));
  training.dispose();
});

Deno.test("an evaluation that is told to stop ends after a batch and is had again later", async () => {
  const training = smallTraining(engine);
  const { network, test: source } = training.parts;
  const head = training.stages[0]!.stage.method.testedHead;
  const predict = createPredictor({ engine, network, source, head, batchSize: 10 });
  const inBatches = { ...training, stages: training.stages.map((part) => ({ ...part, predict })) };
  const controller = new AbortController();
  const from = initialProgress(training);
  const types: string[] = [];
  let stopped: Uint8Array | undefined;
  for await (const event of trainEpochs(inBatches, { from, signal: controller.signal })) {
    types.push(event.type);
    // A signal comes while the first batch blocks.
    if (event.type === "checkpoint") setTimeout(() => controller.abort());
    if (event.type === "stopped") stopped = await writeCheckpoint(training, event.progress);
  }
  assertEquals(types.slice(-2), ["checkpoint", "stopped"]);

  const whole = await trainUntil(training);
  const progress = readCheckpoint(training, stopped!);
  assertEquals([progress.epoch, progress.step], [0, 3]);
  const continued = await trainUntil(training, { from: progress });
  assertEquals(continued.history.map(untimed), whole.history.map(untimed));
  predict.dispose();
  training.dispose();
});

Deno.test("a long epoch is worth checkpoints between its steps", async () => {
  const training = smallTraining(engine, {
    checkpointSeconds: 0,
    stages: [smallStage({ epochs: 1, batchSize: 4 })],
  });
  const positions: number[] = [];
  for await (const event of trainEpochs(training, { from: initialProgress(training) })) {
    if (event.type === "checkpoint") positions.push(event.progress.step);
  }
  // 17 steps, whose losses are read now and then; the last checkpoint is that before the evaluation.
  assertEquals(positions.at(-1), 17);
  training.dispose();
});

for (
  const change of [
    { classifiers: "one" },
    { cutMixLabel: "area" },
    { rebalanceTarget: "pair" },
    { lossScale: "mean" },
    { pairViews: "mixup" },
    { pairViews: "cutmix" },
    { mixWeights: "own" },
    { predictor: "mlp" },
    { cumulative: "constant" },
  ] as const
) {
  const [[name, value]] = Object.entries(change) as [[string, string]];
  Deno.test(`the reading ${name} = ${value} trains and differs from the official code`, async () => {
    const [official, other] = [{}, change].map((options) =>
      smallTraining(engine, { stages: [smallStage({ epochs: 1, options })] })
    ) as [Training, Training];
    const [a, b] = [await trainUntil(official), await trainUntil(other)];
    assert(Object.values(b.history[0]!.losses).every(Number.isFinite));
    assertNotEquals(b.history[0]!.losses, a.history[0]!.losses);
    official.dispose();
    other.dispose();
  });
}

for (
  const options of [
    { pairViews: "cutmix", mixWeights: "own", predictor: "mlp", testedClassifier: "mean" },
    { pairViews: "mixup", testedClassifier: "plain" },
  ] as Settings[]
) {
  Deno.test(`a step with ${Object.values(options)} is the same op by op and compiled`, async () => {
    const [compiled, eager] = await Promise.all(
      (["compiled", "eager"] as const).map(async (mode) => {
        const stages = [smallStage({ epochs: 1, batchSize: 68, options })];
        const training = smallTraining(engine, { mode, stages });
        const { checkpoint, history } = await trainUntil(training);
        const { state } = readCheckpoint(training, checkpoint);
        const weights = await exportTensors({ ...state.parameters, ...state.statistics });
        disposeTensors(state);
        training.dispose();
        return { weights, losses: Object.values(history[0]!.losses) };
      }),
    );
    // Both run the same kernels; the graph may fuse and reorder sums.
    assert(relativeError(compiled!.losses, eager!.losses) <= 1e-5);
    for (const [name, { data }] of Object.entries(compiled!.weights)) {
      const error = relativeError(data as Float32Array, eager!.weights[name]!.data as Float32Array);
      assert(error <= 1e-4, `${name} differs by ${error}`);
    }
  });
}
