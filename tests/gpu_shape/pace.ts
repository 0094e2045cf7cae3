/**
 * How long a GPU would wait between kernels that all take the same time, while a training runs on the pretended one:
 * `deno run -A tests/gpu_shape/pace.ts`; see README.md beside. Of a machine that does nothing else.
 *
 * @module
 */
import { setImmediate } from "node:timers/promises";
import { syntheticTraining } from "../../lib/bench/synthetic.ts";
import { glmc } from "../../lib/method/glmc/glmc.ts";
import type { Method } from "../../lib/method/method.ts";
import type { ComputeType } from "../../lib/ops/precision.ts";
import { findLibraryFolder } from "../../lib/setup/find.ts";
import { startTensorFlow } from "../../lib/tensor/engine.ts";
import { disposeTensors } from "../../lib/tensor/named_tensors.ts";
import { runSteps } from "../../lib/train/run_steps.ts";
import { epochNumbers } from "../../lib/train/step_inputs.ts";
import { initialState } from "../../lib/train/training.ts";
import { buildPretendedGpu, type PretendedGpu } from "./build.ts";
import { gpuProject, nvidiaPackages } from "./pretend.ts";
import { countersOf } from "./steps.ts";

interface Subject {
  readonly gpu: PretendedGpu;
  readonly trainingType: ComputeType;
}

const [warmUp, steps] = [20, 200];

/** Steps as the training loop runs them, but for its reading of losses. */
async function measure({ gpu, trainingType }: Subject): Promise<string> {
  const engine = await startTensorFlow({
    ...{ libraryFolder: findLibraryFolder(gpuProject), preload: gpu.preload, device: "gpu" },
    bfloat16: trainingType === "bfloat16",
  });
  const read = countersOf(gpu.library);
  const training = syntheticTraining(engine, {
    ...{ method: glmc as unknown as Method, width: 16, batchSize: 64, mode: "compiled" },
    trainingType,
  });
  const [onDevice] = training.stages;
  // All batches of one size: a smaller one would compile a second function.
  const plans = training.plan(0).slice(0, -1);
  const planned = Array.from({ length: warmUp + steps }, (_, i) => plans[i % plans.length]!);
  let [state, start, last] = [initialState(training), 0, performance.now()];
  const waits: number[] = [];
  for await (
    const { result } of runSteps(onDevice!, {
      ...{ plans: planned, source: training.parts.train, state: () => state },
      ...epochNumbers(training, 0, onDevice!.stage),
    })
  ) {
    disposeTensors({ state, losses: result.losses });
    state = result.state;
    await setImmediate();
    waits.push((read()["nanoseconds without a kernel"] ?? 0) / 1e6);
    if (waits.length === warmUp) start = performance.now();
    last = performance.now();
  }
  const [low, median, high] = quartiles(waits.slice(warmUp)).map((value) => value.toFixed(2));
  const milliseconds = (last - start) / steps;
  return `${
    milliseconds.toFixed(1)
  } ms a step, ${median} (${low} to ${high}) of them without a kernel`;
}

function quartiles(values: readonly number[]): number[] {
  const sorted = values.toSorted((a, b) => a - b);
  return [1, 2, 3].map((quarter) => sorted[Math.floor(quarter * sorted.length / 4)]!);
}

if (Deno.args.length > 0) {
  console.log(await measure(JSON.parse(Deno.args[0]!)));
  Deno.exit(0);
}
if (nvidiaPackages === undefined) throw new Error(`There is no CUDA in "${gpuProject}/.venv"`);
const folder = await Deno.makeTempDir();
const gpu = await buildPretendedGpu(folder, nvidiaPackages);
for (const trainingType of ["float32", "bfloat16"]) {
  for (const microseconds of ["2", "5", "10", "20"]) {
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", import.meta.filename!, JSON.stringify({ gpu, trainingType })],
      env: { PRETENDED_GPU_KERNEL_US: microseconds },
    }).output();
    const said = new TextDecoder().decode(stdout).trim();
    console.log(`${trainingType}, ${microseconds} us a kernel: ${said}`);
  }
}
await Deno.remove(folder, { recursive: true });
