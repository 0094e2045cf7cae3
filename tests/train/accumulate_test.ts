import { assert, assertEquals, assertThrows } from "@std/assert";
import type { StepPlan } from "../../lib/data/plan.ts";
import { chooseMethod } from "../../lib/method/choose.ts";
import { crossEntropyMethod, methods } from "../../lib/method/methods.ts";
import type { Method } from "../../lib/method/method.ts";
import type { Settings } from "../../lib/settings/field.ts";
import { disposeTensors, flatten, type NamedTensors } from "../../lib/tensor/named_tensors.ts";
import { initialProgress, trainEpochs } from "../../lib/train/loop.ts";
import { partsOf } from "../../lib/train/parts.ts";
import { runSteps } from "../../lib/train/run_steps.ts";
import type { Stage } from "../../lib/train/stage.ts";
import type { StepResult } from "../../lib/train/step.ts";
import { epochNumbers } from "../../lib/train/step_inputs.ts";
import { initialState, type TrainingOptions } from "../../lib/train/training.ts";
import { assertNoLeak, relativeError } from "../assertions.ts";
import { testEngine } from "../engine.ts";
import { readCheckpoint, smallStage, smallTraining, writeCheckpoint } from "./small_training.ts";

const engine = await testEngine();
const byName = (name: string): Method => chooseMethod({ method: name }, methods);

/** Sums in another order, through 31 convolutions and back. */
const rounding = 2e-5;

/** State and losses after the first steps of an epoch, and how often batch norm was updated. */
async function afterSteps(
  stage: Stage,
  { count = 1, learningRate = 0.01, parts, ...options }: Partial<TrainingOptions> & {
    readonly count?: number;
    readonly learningRate?: number;
    /** Plans in place of the first ones. */
    readonly parts?: readonly StepPlan[];
  } = {},
): Promise<StepResult & { readonly passes: number }> {
  using stack = new DisposableStack();
  const training = smallTraining(engine, { stages: [stage], ...options });
  stack.defer(training.dispose);
  const numbers = { ...epochNumbers(training, 0, stage), learningRate };
  let result: StepResult | undefined;
  let passes = 0;
  const first = initialState(training);
  const steps = runSteps(training.stages[0]!, {
    plans: parts ?? training.plan(0).slice(0, count),
    source: training.parts.train,
    state: () => result?.state ?? first,
    ...numbers,
  });
  for await (const ended of steps) {
    disposeTensors(result ?? { state: first });
    result = ended.result;
    passes += ended.parts;
  }
  return { ...result!, passes };
}

async function numbersOf(tensors: NamedTensors): Promise<number[]> {
  const parts = await Promise.all(flatten(tensors).map(([, tensor]) => tensor.data()));
  return parts.flatMap((values) => [...values as Float32Array]);
}

/** How far two steps are apart, in their gradients and in their losses. */
async function difference(stage: Stage, accumulate: number): Promise<number> {
  const [whole, inParts] = [
    await afterSteps({ ...stage, accumulate: 1 }, { mode: "eager" }),
    await afterSteps({ ...stage, accumulate }, { mode: "eager" }),
  ];
  assertEquals([whole.passes, inParts.passes], [1, accumulate]);
  // From rest and without decay the velocity is the gradient.
  const error = relativeError(
    await numbersOf(inParts.state.momentum),
    await numbersOf(whole.state.momentum),
  );
  const ofLosses = relativeError(
    await numbersOf({ losses: inParts.losses }),
    await numbersOf({ losses: whole.losses }),
  );
  disposeTensors({ ...whole.state, ...inParts.state, a: whole.losses, b: inParts.losses });
  return Math.max(error, ofLosses);
}

/** Batch norm as in evaluation, so that no image sees the others of its batch. */
const still = { statistics: "kept", weightDecay: 0 } as const;

const glmc = byName("glmc");
const wholes: readonly [string, Partial<Stage> & { readonly method: Method }][] = [
  ["GLMC", { method: glmc }],
  ["GLMC with two boxes and own weights", {
    method: glmc,
    options: { pairViews: "cutmix", mixWeights: "own", cutMixLabel: "area", predictor: "mlp" },
  }],
  ["GLMC with SAM, averages and MaxNorm", {
    method: glmc,
    samRadius: 0.05,
    averageDecay: 0.9,
    maxNorm: { share: 0.1, every: "step" },
    nesterov: true,
  }],
  ["MixUp", { method: byName("mixup") }],
  ["CutMix", { method: byName("cutmix"), options: { cutMixProbability: 1 } }],
  ["CMO", { method: byName("cmo"), options: { cmoProbability: 1, cmoFirst: 0, cmoLast: 0 } }],
  ["scales alone", { method: crossEntropyMethod, trains: "scales" }],
];
for (const [name, changes] of wholes) {
  Deno.test(`a step in parts is that of the whole batch, where batch norm stands still: ${name}`, async () => {
    const stage = smallStage({ ...changes, ...still });
    // 24 examples in 3 parts, and in 5, which are not equal.
    for (const accumulate of [3, 5]) {
      const error = await difference(stage, accumulate);
      assert(error < rounding, `${accumulate} parts are off by ${error}`);
    }
  });
}

/**
 * Losses that are divided by the class weights of the batch, as PyTorch divides: a part is divided by those of its
 * own images.
 */
const dividedByBatch = new Set(["cb", "ce_drw", "ldam_drw"]);

for (const method of methods.filter(({ parts }) => parts?.views === "plain")) {
  const isDivided = dividedByBatch.has(method.name);
  Deno.test(`a step of ${method.name} in parts ${isDivided ? "differs from" : "is"} that of the whole batch`, async () => {
    const options: Settings = "deferredFrom" in method.fields ? { deferredFrom: 0 } : {};
    const stage = smallStage({ method, options, trains: "classifier", ...still });
    const error = await difference(stage, 4);
    assert(isDivided ? error > 1e-3 : error < rounding, `it is off by ${error}`);
  });
}

Deno.test("a step in parts moves the statistics of batch norm as often as it has parts", async () => {
  const stage = smallStage({ weightDecay: 0, batchSize: 20 });
  const training = smallTraining(engine, { stages: [stage] });
  const [plan] = training.plan(0);
  training.dispose();
  const parts = partsOf(plan!, { ...stage, accumulate: 4 });
  // Each part as a step of its own, which moves no weights.
  const one = await afterSteps(stage, { parts, learningRate: 0, mode: "eager" });
  const accumulated = await afterSteps({ ...stage, accumulate: 4 }, { mode: "eager" });

  const [expected, actual] = [
    await numbersOf(one.state.statistics),
    await numbersOf(accumulated.state.statistics),
  ];
  assertEquals(actual, expected);
  assertEquals([parts.length, accumulated.passes], [4, 4]);
  disposeTensors({ ...one.state, a: one.losses, ...accumulated.state, b: accumulated.losses });
});

Deno.test("parts hold every example of their batch once, with its own views, cuts and draws", () => {
  for (const name of ["glmc", "mixup", "cutmix", "cmo", "cross_entropy"]) {
    const method = byName(name);
    const stage = smallStage({ method, batchSize: 10 });
    const training = smallTraining(engine, { stages: [stage] });
    const plans = training.plan(0);
    training.dispose();
    for (const plan of plans) {
      const parts = partsOf(plan, { ...stage, accumulate: 3 });
      assertEquals(parts.reduce((sum, { count }) => sum + count, 0), plan.count);
      assert(Math.abs(parts.reduce((sum, { share }) => sum + share, 0) - 1) < 1e-12);
      assert(parts.every(({ count }) => count <= 4));
      let begin = 0;
      for (const part of parts) {
        const seen = viewsIn(part, method);
        const all = viewsIn(plan, method);
        assertEquals(seen, all.slice(begin, begin + part.count));
        begin += part.count;
      }
    }
  }
});

/** For each example everything that it shows: row and cut of each of its views, partner included. */
function viewsIn({ count, rows, cuts, draws }: StepPlan, { groups }: Method): unknown[] {
  const perGroup = rows.length / groups;
  const partner = draws.partner?.data;
  const blocks = Math.floor((perGroup - (partner ? count : 0)) / count) || 1;
  const { data: crops } = cuts.crops!;
  const { data: flips } = cuts.flips!;
  const viewAt = (view: number) => [rows[view], crops[2 * view], crops[2 * view + 1], flips[view]];
  return Array.from({ length: count }, (_, i) => [
    ...Array.from(
      { length: groups * blocks },
      (_, n) => viewAt(Math.floor(n / blocks) * perGroup + n % blocks * count + i),
    ),
    ...(partner ? [viewAt(partner[i]!)] : []),
    draws.mixWeight?.data,
    draws.box?.data,
  ]);
}

Deno.test("a training in parts stops and resumes within an epoch with the same bits, and leaves nothing", async () => {
  const stage = smallStage({ batchSize: 24, accumulate: 5, epochs: 1 });
  const run = async (from?: Uint8Array, stopAfter = Infinity): Promise<Uint8Array> => {
    const training = smallTraining(engine, { stages: [stage] });
    const controller = new AbortController();
    let checkpoint: Uint8Array | undefined;
    const progress = from ? readCheckpoint(training, from) : initialProgress(training);
    for await (
      const event of trainEpochs(training, { from: progress, signal: controller.signal })
    ) {
      if (event.type === "step" && event.step >= stopAfter) controller.abort();
      if (event.type !== "checkpoint" && event.type !== "stopped") continue;
      checkpoint = await writeCheckpoint(training, event.progress);
      // 68 examples in steps of 24, 24 and 20: five parts of each but the last, which has four, in two passes.
      const [steps, batches] = stopAfter === Infinity ? [3, 28] : [1, 10];
      assertEquals([event.progress.step, event.progress.batches], [steps, batches]);
    }
    training.dispose();
    return checkpoint!;
  };
  await assertNoLeak(engine, async () => {
    const whole = await run();
    const resumed = await run(await run(undefined, 1));
    assertEquals(await weightsIn(resumed), await weightsIn(whole));
  });

  async function weightsIn(checkpoint: Uint8Array): Promise<number[]> {
    const training = smallTraining(engine, { stages: [stage] });
    const { state } = readCheckpoint(training, checkpoint);
    const numbers = await numbersOf(state);
    training.dispose();
    disposeTensors(state);
    return numbers;
  }
});

Deno.test("a step is not cut where the method does not say whom its draws belong to", () => {
  const rows = new Int32Array(6);
  const draws = { noise: { shape: [6, 2], data: new Float32Array(12) } };
  const plan = { count: 6, rows, cuts: {}, draws };
  const cut = (changes: Partial<Method>, other: Partial<StepPlan> = {}) =>
    partsOf({ ...plan, ...other }, {
      method: { ...crossEntropyMethod, name: "own", ...changes },
      batchSize: 6,
      accumulate: 2,
    });

  assertThrows(() => cut({}), RangeError, 'of its draw "noise" [6,2] the method does not say');
  assertThrows(
    () => cut({ drawsOf: { noise: "examples" } }, { count: 3 }),
    RangeError,
    "it is said to have a value for each of 3 examples",
  );
  assertThrows(() => cut({}, { rows: new Int32Array(7) }), RangeError, "not equally many each");
  const parts = cut({ drawsOf: { noise: "examples" } });
  assertEquals(parts.map(({ draws: { noise } }) => noise!.shape), [[3, 2], [3, 2]]);
});
