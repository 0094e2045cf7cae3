/**
 * One of several processes that train together on the golden images of `train12`:
 * `deno run -A tests/train/rank.ts <task as JSON>`.
 *
 * It prints the losses of the steps, and the classifier after them, as JSON.
 *
 * @module
 */
import { hostScalar, type StepPlan } from "../../lib/data/plan.ts";
import { randomStream } from "../../lib/data/random.ts";
import { cutBox } from "../../lib/images/cut_box.ts";
import { memorySource } from "../../lib/images/memory_source.ts";
import { createNetwork } from "../../lib/model/network.ts";
import { exportWeights } from "../../lib/model/weights.ts";
import { startEngine } from "../../lib/tensor/start.ts";
import { disposeTensors, mapTensors } from "../../lib/tensor/named_tensors.ts";
import { tf } from "../../lib/tensor/tfjs.ts";
import { createAccumulatedStep } from "../../lib/train/accumulate.ts";
import { runSteps } from "../../lib/train/run_steps.ts";
import { createTrainStep, type TrainState } from "../../lib/train/step.ts";
import { golden, goldenIndex } from "../golden.ts";
import { smallStage } from "./small_training.ts";

/** What a process is to do. */
export interface RankTask {
  /** Which process. */
  readonly rank: number;
  /** Addresses of all; a single one computes alone. */
  readonly addresses: readonly string[];
  /** Whether batch norm is synchronised. */
  readonly synchronised: boolean;
  /** Pairs of a step; 64 are those of four golden steps. */
  readonly batchSize: number;
  /** Steps; 12 by default. */
  readonly steps?: number;
  /** Radius of sharpness-aware minimisation. */
  readonly samRadius?: number;
  /** Parts of a batch; 1 by default. */
  readonly accumulate?: number;
}

/** What a process has found. */
export interface RankOutcome {
  /** First loss of each step. */
  readonly losses: readonly number[];
  /** The tested classifier in the end. */
  readonly classifier: readonly number[];
  /** A running variance in the end. */
  readonly variance: readonly number[];
  /** The momentum of the first convolution in the end: of its gradients, which went through all layers. */
  readonly momentum: readonly number[];
}

type Values = Record<string, { shape: readonly number[]; data: ArrayLike<number> }>;

async function train(task: RankTask): Promise<RankOutcome> {
  const { rank, addresses, synchronised, batchSize, samRadius = 0, accumulate = 1 } = task;
  const engine = await startEngine({ device: "cpu", intraOpThreads: 1, interOpThreads: 1 });
  const count = addresses.length;
  if (count > 1) engine.join({ addresses, rank });
  const peers = { rank, count, transport: "ring" } as const;

  const values = golden("train12") as unknown as Values;
  const { cases: { train12, mix } } = goldenIndex();
  const { steps, momentum, weight_decay: weightDecay, gamma: consistencyWeight } = train12;
  const network = createNetwork("resnet32", { classes: 10, width: 4 });
  const { parameters, statistics } = network.init(randomStream(1, "init"));
  const atRest = mapTensors(parameters, (tensor) => tf.zerosLike(tensor));
  let state: TrainState = { parameters, statistics, momentum: atRest, carried: {} };

  const views = ["view1_i", "view1_j", "view2_i", "view2_j"].map((name) => values[name]!.data);
  const perView = views[0]!.length;
  const perLabel = steps * train12.batch;
  const images = new Uint8Array(4 * perView);
  views.forEach((view, n) => images.set(view as Uint8Array, n * perView));
  const classes = new Int32Array(4 * perLabel);
  for (const [n, name] of ["label_i", "label_j"].entries()) {
    classes.set(Array.from(values[name]!.data, Number), n * perLabel);
  }
  const size = { height: 32, width: 32, channels: 3 };
  const classNames = Array.from({ length: 10 }, (_, label) => `${label}`);
  const source = memorySource({ ...size, images, labels: classes, classNames }, mix);
  const stage = smallStage({
    momentum,
    weightDecay,
    samRadius,
    batchSize,
    accumulate,
    options: { consistencyWeight },
  });
  const settings = {
    stage,
    network,
    source,
    labels: tf.tensor1d(classes, "int32"),
    constants: { classWeights: tf.tensor1d(values.class_weight!.data as Float32Array) },
    ...(count > 1 && {
      together: { peers, stage: 0, synchronised, keepsStatistics: false },
    }),
  };
  const onDevice = {
    stage,
    step: engine.compile(createTrainStep(settings)),
    ...(accumulate > 1 && {
      accumulated: createAccumulatedStep(settings, { compile: (f) => engine.compile(f) }),
    }),
  };

  const losses: number[] = [];
  for (let n = 0; n < (task.steps ?? steps); n++) {
    const mixWeight = values.lam!.data[n]!;
    const [row, column] = [2 * n, 2 * n + 1].map((i) => Number(values.centre!.data[i]));
    const first = n * batchSize % perLabel;
    const rows = Int32Array.from(
      { length: 4 * batchSize },
      (_, i) => Math.floor(i / batchSize) * perLabel + (first + i % batchSize) % perLabel,
    );
    const box = cutBox({ ...size, mixWeight, centre: [row!, column!] });
    const whole: StepPlan = {
      count: batchSize,
      rows,
      cuts: {},
      draws: { mixWeight: hostScalar(mixWeight), box: { shape: [4], data: box } },
    };
    const ended = runSteps(onDevice, {
      plans: [whole],
      source,
      state: () => state,
      ...(count > 1 && { peers }),
      schedule: { plainWeight: values.alpha!.data[n]! },
      learningRate: values.lr!.data[n]!,
    });
    for await (const { result } of ended) {
      losses.push(result.losses.dataSync()[0]!);
      disposeTensors({ state, losses: result.losses, peers: result.peers });
      state = result.state;
    }
  }
  const weights = await exportWeights(state);
  return {
    losses,
    classifier: Array.from(weights["fc_cb.weight"]!.data as Float32Array),
    variance: Array.from(weights["bn1.running_var"]!.data as Float32Array),
    momentum: Array.from(state.momentum["conv1.weight"]!.dataSync()),
  };
}

if (import.meta.main) {
  console.log(JSON.stringify(await train(JSON.parse(Deno.args[0]!))));
  Deno.exit(0);
}
