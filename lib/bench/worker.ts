/**
 * Our contender: `deno run -A lib/bench/worker.ts '{"width": 16, "batchSize": 64, ...}'`.
 *
 * @module
 */

import { createInterface } from "node:readline";
import { stdin } from "node:process";
import { chooseMethod } from "../method/choose.ts";
import { methods } from "../method/methods.ts";
import { disposeTensors } from "../tensor/named_tensors.ts";
import { startEngine } from "../tensor/start.ts";
import { intraOpThreadsFor } from "../tensor/threads.ts";
import { epochNumbers, stepInputs } from "../train/step_inputs.ts";
import { initialState, type TrainingStage } from "../train/training.ts";
import { type SyntheticOptions, syntheticTraining } from "./synthetic.ts";

/** Options of the worker, as JSON in its first argument. */
export interface WorkerOptions extends Omit<SyntheticOptions, "method"> {
  /** Name of the method; the kit's default one if not given. */
  readonly method?: string;
  /** Where to run. */
  readonly device: "auto" | "cpu" | "gpu";
  /** Threads within an operation; by default as many as trainings of this mode take. */
  readonly intraOpThreads?: number;
  /** Operations at a time; the engine's default if not given. */
  readonly interOpThreads?: number;
  /** Whether convolutions may be shortened to TensorFloat-32. */
  readonly tensorFloat32?: boolean;
  /** Time the evaluation of the 500 test images instead of training steps. */
  readonly evaluate?: boolean;
}

async function main(options: WorkerOptions): Promise<void> {
  const { device, mode, interOpThreads, trainingType, tensorFloat32 = false } = options;
  const method = chooseMethod({ method: options.method }, methods);
  const intraOpThreads = options.intraOpThreads ??
    intraOpThreadsFor({ mode, passes: method.passes });
  const engine = await startEngine({
    device,
    tensorFloat32,
    bfloat16: trainingType === "bfloat16",
    ...(intraOpThreads !== undefined && { intraOpThreads }),
    ...(interOpThreads !== undefined && { interOpThreads }),
  });
  const training = syntheticTraining(engine, { ...options, method });
  const [{ stage, step: runStep }] = training.stages as [TrainingStage];
  const numbers = epochNumbers(training, 1, stage);
  const plans = training.plan(1);
  // All batches of one size: a smaller one would compile a second function.
  const whole = plans.filter(({ count }) => count === plans[0]!.count);
  let state = initialState(training);
  let done = 0;
  let terms: number[] = [];

  /** Runs a step and returns the milliseconds that were not spent in TensorFlow. */
  async function step(): Promise<number> {
    const hostTime = (): number => {
      const { native, recording } = engine.timeSpent();
      return performance.now() - native - recording;
    };
    const start = hostTime();
    const planned = whole[done++ % whole.length]!;
    const prepared = await training.parts.train.prepare(planned);
    const plan = stepInputs(planned, { ...numbers, prepared });
    const { state: next, losses } = runStep({ state, plan });
    const called = hostTime();
    terms = [...await losses.data()];
    const finished = hostTime();
    disposeTensors({ plan, state, losses });
    state = next;
    return called - start + hostTime() - finished;
  }

  const host: number[] = [];
  const work = async (): Promise<void> => {
    if (options.evaluate) await training.predict(state);
    else host.push(await step());
  };
  const timed = async (): Promise<number> => {
    const start = performance.now();
    await work();
    return performance.now() - start;
  };
  const first = await timed();
  await timed();
  const { recording } = engine.timeSpent();
  console.log(JSON.stringify({ ready: engine.tensorflowVersion, first, recording }));
  for await (const line of createInterface({ input: stdin })) {
    host.length = 0;
    const times: number[] = [];
    for (let i = 0; i < JSON.parse(line).steps; i++) times.push(await timed());
    const memory = { peakBytes: peakBytes(), bytes: nativeBytes() };
    console.log(JSON.stringify({ times, host, losses: terms, ...memory }));
  }
  Deno.exit(0);
}

/** Largest memory of this process so far; where the system does not tell, the memory now. */
function peakBytes(): number {
  try {
    const status = Deno.readTextFileSync("/proc/self/status");
    return 1024 * Number(/VmHWM:\s+(\d+)/.exec(status)![1]);
  } catch {
    return Deno.memoryUsage().rss;
  }
}

/** Memory of this process without JavaScript's heap, which breathes. */
function nativeBytes(): number {
  const { rss, heapTotal } = Deno.memoryUsage();
  return rss - heapTotal;
}

if (import.meta.main) await main(JSON.parse(Deno.args[0]!));
