/**
 * One of several processes that are timed together: `deno run -A lib/bench/rank_worker.ts <options as JSON>`.
 *
 * It prints milliseconds as a JSON array.
 *
 * @module
 */

import { chooseMethod } from "../method/choose.ts";
import { methods } from "../method/methods.ts";
import { type Peers, sumOverPeers } from "../ops/collectives.ts";
import type { Engine } from "../tensor/engine.ts";
import { disposeTensors } from "../tensor/named_tensors.ts";
import { startEngine } from "../tensor/start.ts";
import { tf } from "../tensor/tfjs.ts";
import { runSteps } from "../train/run_steps.ts";
import { epochNumbers } from "../train/step_inputs.ts";
import { initialState, type TrainingStage } from "../train/training.ts";
import { syntheticTraining } from "./synthetic.ts";

/** What is timed. */
export type RankWork =
  | {
    /** Steps of a training. */
    readonly kind: "steps";
    /** Name of the method. */
    readonly method: string;
    /** Channels of the first stage. */
    readonly width: number;
    /** Examples of a step, of all processes together. */
    readonly batchSize: number;
    /** How many steps. */
    readonly times: number;
  }
  | {
    /** Sums of a flat tensor. */
    readonly kind: "sums";
    /** Its numbers, float32. */
    readonly numbers: number;
    /** How many sums. */
    readonly times: number;
  };

/** Options of the worker, as JSON in its first argument. */
export interface RankWorkerOptions {
  /** Addresses of all processes; a single one works alone. */
  readonly addresses: readonly string[];
  /** Which of them this is. */
  readonly rank: number;
  /** Threads within an operation. */
  readonly intraOpThreads: number;
  /** Operations at a time. */
  readonly interOpThreads: number;
  /** What is timed. */
  readonly work: RankWork;
}

/** What comes first has to be recorded, and to find the others. */
const warmUp = 2;

async function main(options: RankWorkerOptions): Promise<number[]> {
  const { addresses, rank, work, ...threads } = options;
  const engine = await startEngine({ device: "cpu", ...threads });
  const count = addresses.length;
  if (count > 1) engine.join({ addresses, rank });
  const peers: Peers | undefined = count > 1 ? { rank, count, transport: "ring" } : undefined;
  const run = work.kind === "steps"
    ? trainer(engine, { ...work, peers })
    : adder(engine, { ...work, peers: peers! });
  const times: number[] = [];
  for (let i = 0; i < warmUp + work.times; i++) {
    const start = performance.now();
    await run();
    if (i >= warmUp) times.push(performance.now() - start);
  }
  return times;
}

function adder(
  engine: Engine,
  { numbers, peers }: { readonly numbers: number; readonly peers: Peers },
): () => Promise<void> {
  const own = tf.ones([numbers]);
  const sum = engine.compile(({ own }: { own: tf.Tensor }) => ({
    all: sumOverPeers(own, { peers, key: 1 }),
  }));
  return async () => {
    const { all } = await sum.beside({ own });
    all.dispose();
  };
}

function trainer(
  engine: Engine,
  { method, width, batchSize, peers }: Extract<RankWork, { kind: "steps" }> & {
    readonly peers: Peers | undefined;
  },
): () => Promise<void> {
  const training = syntheticTraining(engine, {
    method: chooseMethod({ method }, methods),
    ...{ width, batchSize, trainingType: "float32", mode: "compiled", peers },
  });
  const [onDevice] = training.stages as [TrainingStage];
  const numbers = epochNumbers(training, 1, onDevice.stage);
  const plans = training.plan(1).filter(({ count }) => count === batchSize);
  let state = initialState(training);
  let done = 0;
  return async () => {
    const steps = runSteps(onDevice, {
      plans: [plans[done++ % plans.length]!],
      source: training.parts.train,
      state: () => state,
      peers,
      ...numbers,
    });
    for await (const { result } of steps) {
      await result.losses.data();
      disposeTensors({ state, losses: result.losses, peers: result.peers });
      state = result.state;
    }
  };
}

/** Milliseconds in which the others fetch what they still need of the last sum. */
const grace = 2000;

if (import.meta.main) {
  console.log(JSON.stringify(await main(JSON.parse(Deno.args[0]!))));
  await new Promise((resolve) => setTimeout(resolve, grace));
  Deno.exit(0);
}
