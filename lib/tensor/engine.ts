/**
 * The engine: TensorFlow started once per process, and functions compiled for it.
 *
 * @module
 */

import { Binding } from "./binding.ts";
import {
  type CompiledFunction,
  compileFunction,
  eagerFunction,
  type TensorBackend,
} from "./compile.ts";
import type { Device } from "./devices.ts";
import { EagerRuntime } from "./eager_runtime.ts";
import { abortCollectives, enableCollectives } from "./join.ts";
import { openLibTensorFlow } from "./libtensorflow.ts";
import type { NamedTensors } from "./named_tensors.ts";
import { withQuietStderr } from "./quiet.ts";
import { dataType } from "./attributes.ts";
import {
  difference,
  type EngineOptions,
  type EngineSettings,
  withDefaults,
} from "./engine_options.ts";
import { setVariables } from "./environment.ts";
import { type ProcessPlace, serverDefinition } from "./server_definition.ts";
import { announceStart } from "./started.ts";
import type { TensorRecord } from "./tensor_record.ts";
import { NodeJSKernelBackend, tf } from "./tfjs.ts";

/** Whether functions are recorded and run as one native call, or op by op. */
export type ExecutionMode = "compiled" | "eager";

/** TensorFlow, ready to run. */
export interface Engine {
  /** Where operations run. */
  readonly device: "cpu" | "gpu";
  /** All devices TensorFlow lists. */
  readonly devices: readonly Device[];
  /** TensorFlow's version. */
  readonly tensorflowVersion: string;
  /** Whether GPUs take only algorithms whose results are the same every time. */
  readonly deterministic: boolean;
  /** Threads in use. */
  readonly threads: { readonly intraOp: number; readonly interOp: number };
  /**
   * Turns a pure function of named tensors into one native call.
   *
   * The function is recorded at the first call for each combination of input shapes and types, then
   * run as a whole. Tensors it uses from outside are captured and must stay alive; tensors it makes
   * are part of it; learning rates and other things that change must be inputs. The caller owns the
   * results and keeps its inputs. What is recorded stays in TensorFlow until it is disposed, some
   * megabytes for the step of a small network; what XLA made of it stays until the process ends.
   *
   * @param f Pure and synchronous; must not read tensors nor draw random numbers.
   * @param options `mode: "eager"` runs `f` op by op instead, with the same contract; `xla` has XLA
   * compile the function, which is meant for GPUs.
   * @returns The function; the caller disposes it.
   * @throws {Error} At the first call, if `f` reads a tensor or draws random numbers; names the line.
   * @example Usage
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { startEngine, type Tensor, tf } from "glmc";
   *
   * const engine = await startEngine();
   * using square = engine.compile(({ x }: { x: Tensor }) => ({ y: tf.square(x) }));
   * assertEquals([...square({ x: tf.tensor1d([1, 2, 3]) }).y.dataSync()], [1, 4, 9]);
   * ```
   */
  compile<I extends NamedTensors, O extends NamedTensors>(
    f: (inputs: I) => O,
    options?: { readonly mode?: ExecutionMode; readonly xla?: boolean },
  ): CompiledFunction<I, O>;
  /**
   * Joins the processes that compute together, by collective operations; before there is any tensor.
   *
   * It does not wait for the others: the first collective operation does.
   *
   * @throws {Error} If this process cannot listen at its address.
   */
  join(place: ProcessPlace): void;
  /** Ends all that waits for another process, with an error, once one is known to have ended. */
  abortJoined(): void;
  /** Tensors alive in TensorFlow. */
  tensorCount(): number;
  /** Operations run so far; a compiled function counts as one. */
  operationCount(): number;
  /**
   * Milliseconds spent so far in recording functions and in TensorFlow's operations; what a step takes
   * beyond is the host's work.
   */
  timeSpent(): { readonly recording: number; readonly native: number };
}

const backendName = "tensorflow";

let current: { readonly engine: Promise<Engine>; readonly settings: EngineSettings } | undefined;

/**
 * Starts TensorFlow, or returns the engine that runs or starts already: there is one per process.
 *
 * @param options Where TensorFlow is, device and threads; options that are left out have their defaults.
 * @returns The engine. After a failure it can be started again.
 * @throws {RangeError} If a number of threads is not a whole number of at least 1.
 * @throws {Error} If libtensorflow cannot be opened, if a GPU is asked for and none is listed, or if
 * the engine runs already with other options.
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { findLibraryFolder } from "glmc/setup/find.ts";
 * import { startTensorFlow } from "glmc/tensor/engine.ts";
 *
 * const engine = await startTensorFlow({ libraryFolder: findLibraryFolder(), device: "cpu" });
 * assertEquals(engine.device, "cpu");
 * ```
 */
export async function startTensorFlow(options: EngineOptions): Promise<Engine> {
  const settings = withDefaults(options);
  if (current === undefined) {
    const starting = { engine: start(settings), settings };
    current = starting;
    try {
      return await starting.engine;
    } catch (error) {
      current = undefined;
      throw error;
    }
  }
  const differing = difference(settings, current.settings);
  if (differing === undefined) return current.engine;
  throw new Error(
    `Cannot start the engine with ${differing[0]}: it runs with ${differing[1]}: ` +
      "restart the process or the kernel, or leave these options as they are",
  );
}

async function start(settings: EngineSettings): Promise<Engine> {
  const { libraryFolder, preload, device, pretendedGpu } = settings;
  const threads = { intraOp: settings.intraOpThreads, interOp: settings.interOpThreads };
  const { deterministic } = setVariables(settings);
  const config = {
    intraOpThreads: threads.intraOp,
    interOpThreads: threads.interOp,
    hideGpus: device === "cpu" || pretendedGpu,
    pretendedGpu,
  };
  const { runtime, devices } = withQuietStderr(() => {
    const runtime = new EagerRuntime(openLibTensorFlow(libraryFolder, preload), config);
    return { runtime, devices: runtime.devices() };
  });
  const onGpu = runtime.gpu !== undefined;
  if (device === "gpu" && !onGpu) {
    runtime.close();
    throw new Error(
      'Cannot use a GPU: TensorFlow lists none: run "deno task doctor", or use --device cpu',
    );
  }
  const binding = new Binding(runtime, { onGpu });
  const backend = new NodeJSKernelBackend(
    // The declared binding also loads saved models, which this kit never does.
    binding as unknown as ConstructorParameters<typeof NodeJSKernelBackend>[0],
    "@tensorflow/tfjs-node-gpu",
  );
  adoptBfloat16(backend as unknown as BackendWithTensors, (id) => runtime.delete(id));
  tf.registerBackend(backendName, () => backend, 3);
  try {
    await tf.setBackend(backendName);
    announceStart();
  } catch (error) {
    // It would be used again under its name.
    tf.removeBackend(backendName);
    throw error;
  }
  const context = { runtime, binding, backend: backend as unknown as TensorBackend };
  return {
    device: onGpu ? "gpu" : "cpu",
    devices,
    tensorflowVersion: binding.TF_Version,
    deterministic,
    threads,
    compile: (f, { mode = "compiled", xla = false } = {}) =>
      mode === "eager" ? eagerFunction(f) : compileFunction(f, { ...context, xla }),
    join: (place) =>
      withQuietStderr(() => enableCollectives(runtime, serverDefinition(place, config))),
    abortJoined: () => withQuietStderr(() => abortCollectives(runtime)),
    tensorCount: () => runtime.tensorCount,
    operationCount: () => runtime.executed,
    timeSpent: () => ({ ...runtime.spent }),
  };
}

type BackendWithTensors = TensorBackend & {
  readonly tensorMap: { set(dataId: object, data: unknown): void };
};

/**
 * Lets the back end wrap bfloat16 tensors, which its own method refuses; of those that it still refuses,
 * nothing is left.
 */
function adoptBfloat16(backend: BackendWithTensors, release: (id: number) => void): void {
  const wrap = backend.createOutputTensor.bind(backend);
  backend.createOutputTensor = (record: TensorRecord) => {
    if (record.dtype !== dataType.bfloat16) {
      try {
        return wrap(record);
      } catch (error) {
        release(record.id);
        throw error;
      }
    }
    const dataId = {};
    backend.tensorMap.set(dataId, { ...record, values: null, refCount: 1 });
    const { shape } = record;
    return tf.engine().makeTensorFromTensorInfo({ dataId, shape, dtype: "float32" });
  };
}
