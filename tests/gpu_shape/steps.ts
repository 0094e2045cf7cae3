/**
 * Training steps on the pretended GPU, in a process of its own: what each asked of the GPU, as JSON.
 *
 * @module
 */
import type { ImageSet } from "../../lib/data/image_set.ts";
import { randomStream } from "../../lib/data/random.ts";
import { memorySource } from "../../lib/images/memory_source.ts";
import { glmc } from "../../lib/method/glmc/glmc.ts";
import type { Architecture } from "../../lib/model/architectures.ts";
import { createNetwork } from "../../lib/model/network.ts";
import type { ComputeType } from "../../lib/ops/precision.ts";
import { defaultsOf } from "../../lib/settings/field.ts";
import { findLibraryFolder } from "../../lib/setup/find.ts";
import { type ExecutionMode, startTensorFlow } from "../../lib/tensor/engine.ts";
import { disposeTensors } from "../../lib/tensor/named_tensors.ts";
import { epochNumbers, stepInputs } from "../../lib/train/step_inputs.ts";
import type { Stage } from "../../lib/train/stage.ts";
import { createTraining, initialState } from "../../lib/train/training.ts";
import type { PretendedGpu } from "./build.ts";

/** What is run. */
export interface Subject {
  readonly architecture: Architecture;
  readonly width: number;
  readonly trainingType: ComputeType;
  readonly mode: ExecutionMode;
  readonly xla?: boolean;
  /** Whether it is a step of several processes, of which this is the only one. */
  readonly together?: boolean;
}

/** Amounts by name, as the pretended GPU has counted them. */
export type Counts = Readonly<Record<string, number>>;

/** What was asked of the GPU. */
export interface Report {
  readonly devices: readonly string[];
  readonly start: Counts;
  readonly steps: readonly Counts[];
  /** Milliseconds that the host took for each step. */
  readonly milliseconds: readonly number[];
  readonly prediction: Counts;
}

async function main(
  { subject, gpu, project }: {
    readonly subject: Subject;
    readonly gpu: PretendedGpu;
    readonly project: string;
  },
): Promise<void> {
  const { architecture, width, trainingType, mode, xla = false, together = false } = subject;
  const engine = await startTensorFlow({
    libraryFolder: findLibraryFolder(project),
    preload: gpu.preload,
    device: "gpu",
    bfloat16: trainingType === "bfloat16",
  });
  const read = countersOf(gpu.library);
  const images = (count: number): ImageSet => {
    const random = randomStream(0, "pixels", count);
    return {
      images: Uint8Array.from({ length: count * 32 * 32 * 3 }, () => random.integer(256)),
      labels: Int32Array.from({ length: count }, (_, i) => i % 10),
      ...{ height: 32, width: 32, channels: 3 },
      classNames: Array.from({ length: 10 }, (_, i) => `class ${i}`),
    };
  };
  const [train, test] = [images(200), images(100)];
  const channels = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] };
  const stage: Stage = {
    ...{ name: "train", method: glmc, options: defaultsOf(glmc.fields), trains: "all" },
    ...{ statistics: "updated", epochs: 1, batchSize: 64, learningRate: 0.01, weightDecay: 5e-3 },
  };
  const training = createTraining({
    engine,
    network: createNetwork(architecture, {
      ...{ classes: 10, width, trainingType, heads: glmc.heads },
    }),
    train: memorySource(train, channels),
    test: memorySource(test, channels),
    labels: { train: train.labels, test: test.labels },
    counts: new Array<number>(10).fill(20),
  }, {
    ...{ stages: [stage], seed: 0, mode, xla },
    ...(together && { peers: { rank: 0, count: 1, transport: "ring" } }),
  });
  let state = initialState(training);
  const start = read();
  const [plan] = training.plan(0);
  const [steps, milliseconds]: [Counts[], number[]] = [[], []];
  for (let n = 0; n < 4; n++) {
    const begin = performance.now();
    const prepared = await training.parts.train.prepare(plan!);
    const inputs = stepInputs(plan!, {
      ...{ ...epochNumbers(training, 0, stage), prepared },
      peers: together ? { share: 1, stops: false } : undefined,
    });
    const { step } = training.stages[0]!;
    const given = { state, plan: inputs };
    const result = together ? await step.beside(given) : step(given);
    disposeTensors({ state, inputs, losses: result.losses, peers: result.peers });
    state = result.state;
    milliseconds.push(performance.now() - begin);
    steps.push(read());
  }
  await training.predict(state);
  read();
  await training.predict(state);
  const prediction = read();
  const devices = engine.devices.map(({ type }) => type);
  console.log(JSON.stringify({ devices, start, steps, milliseconds, prediction } satisfies Report));
  Deno.exit(0);
}

/** Reads the counters of the pretended GPU, and sets them to zero. */
export function countersOf(library: string): () => Counts {
  const { symbols: { pretended_gpu_read } } = Deno.dlopen(library, {
    pretended_gpu_read: { parameters: ["buffer", "isize"], result: "isize" },
  });
  const room = new Uint8Array(1 << 20);
  return () => {
    const length = Number(pretended_gpu_read(room, BigInt(room.length)));
    const lines = new TextDecoder().decode(room.subarray(0, length)).trim().split("\n");
    return Object.fromEntries(
      lines.filter(Boolean).map((line) => {
        const [amount, ...name] = line.split(" ");
        return [name.join(" "), Number(amount)];
      }),
    );
  };
}

if (import.meta.main) await main(JSON.parse(Deno.args[0]!));
