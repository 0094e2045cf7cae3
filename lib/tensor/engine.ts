/**
 * The engine: TensorFlow started once per process, and functions compiled for it.
 *
 * @module
 */

import { Binding } from "./binding.ts";
import { compileFunction, runEagerly, type TensorBackend } from "./compile.ts";
import { type Device, EagerRuntime } from "./eager_runtime.ts";
import { openLibTensorFlow } from "./libtensorflow.ts";
import type { NamedTensors } from "./named_tensors.ts";
import { withQuietStderr } from "./quiet.ts";
import { dataType } from "./attributes.ts";
import { declareStarted } from "./startup.ts";
import type { TensorRecord } from "./tensor_record.ts";
import { NodeJSKernelBackend, tf } from "./tfjs.ts";

/** How to start the engine. */
export interface EngineOptions {
  /** Folder of libtensorflow, such as that of {@linkcode findLibraryFolder}. */
  readonly libraryFolder: string;
  /** CUDA's libraries, opened before TensorFlow looks for them. */
  readonly preload?: readonly string[];
  /** `auto` takes the GPU when TensorFlow lists one. */
  readonly device?: "auto" | "cpu" | "gpu";
  /** Threads within one operation; default: the cores shared out among `interOpThreads`. */
  readonly intraOpThreads?: number;
  /** Operations that may run at once; default 2, one for each view of a training step. */
  readonly interOpThreads?: number;
  /** Whether GPUs may shorten float32 to TensorFloat-32 in convolutions; false by default. */
  readonly tensorFloat32?: boolean;
}

/** Whether functions are recorded and run as one native call, or op by op. */
export type ExecutionMode = "compiled" | "eager";

/** A function that runs as one native call. */
export interface CompiledFunction<I extends NamedTensors, O extends NamedTensors> {
  /** Runs it; the caller owns the results and keeps the inputs. */
  (inputs: I): O;
  /** Removes it from TensorFlow; calling it afterwards is an error. */
  readonly dispose: () => void;
  /** As {@linkcode CompiledFunction.dispose}, for `using`. */
  readonly [Symbol.dispose]: () => void;
}

/** TensorFlow, ready to run. */
export interface Engine {
  /** Where operations run. */
  readonly device: "cpu" | "gpu";
  /** All devices TensorFlow lists. */
  readonly devices: readonly Device[];
  /** TensorFlow's version. */
  readonly tensorflowVersion: string;
  /** Threads in use. */
  readonly threads: { readonly intraOp: number; readonly interOp: number };
  /**
   * Turns a pure function of named tensors into one native call.
   *
   * The function is recorded at the first call for each combination of input shapes and types, then
   * run as a whole. Tensors it uses from outside are captured and must stay alive; tensors it makes
   * are part of it; learning rates and other things that change must be inputs. The caller owns the
   * results and keeps its inputs.
   *
   * @param f Pure and synchronous; must not read tensors nor draw random numbers.
   * @param options `mode: "eager"` runs `f` op by op instead, with the same contract; `xla` has XLA
   * compile the function, which is meant for GPUs.
   * @throws {Error} At the first call, if `f` reads a tensor or draws random numbers; names the line.
   * @example Usage
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { startEngine, type Tensor, tf } from "glmc";
   *
   * const engine = await startEngine();
   * const square = engine.compile(({ x }: { x: Tensor }) => ({ y: tf.square(x) }));
   * assertEquals([...square({ x: tf.tensor1d([1, 2, 3]) }).y.dataSync()], [1, 4, 9]);
   * ```
   */
  compile<I extends NamedTensors, O extends NamedTensors>(
    f: (inputs: I) => O,
    options?: {
      readonly mode?: ExecutionMode | undefined;
      readonly xla?: boolean | undefined;
    },
  ): CompiledFunction<I, O>;
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

const keepPrimitives = "TF_MKL_OPTIMIZE_PRIMITIVE_MEMUSE";

let started: { readonly engine: Promise<Engine>; readonly options: StartOptions } | undefined;

/**
 * Starts TensorFlow, or returns the engine that runs already: there is one per process.
 *
 * @throws {Error} If libtensorflow cannot be opened, if a GPU is asked for and none is listed, or if
 * the engine runs already with other options.
 */
export async function startTensorFlow(options: EngineOptions): Promise<Engine> {
  const wanted = complete(options);
  if (started === undefined) {
    const starting = { engine: start(wanted), options: wanted };
    started = starting;
    // A start that failed can be tried again.
    starting.engine.catch(() => started = undefined);
    return await starting.engine;
  }
  const { engine, options: had } = started;
  const differing = optionNames.filter((name) => `${wanted[name]}` !== `${had[name]}`);
  if (differing.length === 0) return await engine;
  const texts = differing.map((name) => `${name} ${wanted[name]} (it runs with ${had[name]})`);
  throw new Error(
    `Cannot start the engine again with other options: ${texts.join(", ")}: ` +
      "restart the process or the kernel, or leave them as they are",
  );
}

/** Options with their defaults, so that the same ones are known by their values. */
type StartOptions = Required<EngineOptions>;

const optionNames = [
  "libraryFolder",
  "preload",
  "device",
  "intraOpThreads",
  "interOpThreads",
  "tensorFloat32",
] as const;

function complete(options: EngineOptions): StartOptions {
  const { libraryFolder, preload = [], device = "auto", interOpThreads = 2 } = options;
  const { tensorFloat32 = false } = options;
  const shared = Math.ceil(navigator.hardwareConcurrency / interOpThreads);
  const { intraOpThreads = shared } = options;
  return { libraryFolder, preload, device, intraOpThreads, interOpThreads, tensorFloat32 };
}

async function start(options: StartOptions): Promise<Engine> {
  const { libraryFolder, preload, device } = options;
  const threads = { intraOp: options.intraOpThreads, interOp: options.interOpThreads };
  // Read by CUDA's libraries when they are opened.
  if (!options.tensorFloat32) Deno.env.set("NVIDIA_TF32_OVERRIDE", "0");
  // By default TensorFlow builds the primitives of oneDNN anew at every use; a step takes 2 % longer then.
  if (!Deno.env.has(keepPrimitives)) Deno.env.set(keepPrimitives, "false");
  const { runtime, devices } = withQuietStderr(() => {
    const runtime = new EagerRuntime(openLibTensorFlow(libraryFolder, preload), {
      intraOpThreads: threads.intraOp,
      interOpThreads: threads.interOp,
      hideGpus: device === "cpu",
    });
    return { runtime, devices: runtime.devices() };
  });
  const onGpu = devices.some(({ type }) => type === "GPU");
  if (device === "gpu" && !onGpu) {
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
  adoptBfloat16(backend as unknown as BackendWithTensors);
  tf.registerBackend("tensorflow", () => backend, 3);
  await tf.setBackend("tensorflow");
  declareStarted();
  const context = { runtime, binding, backend: backend as unknown as TensorBackend };
  return {
    device: onGpu ? "gpu" : "cpu",
    devices,
    tensorflowVersion: binding.TF_Version,
    threads,
    compile: (f, { mode = "compiled", xla = false } = {}) =>
      disposable(
        mode === "eager"
          ? { run: (inputs) => runEagerly(f, inputs), dispose() {} }
          : compileFunction(f, { ...context, xla }),
      ),
    tensorCount: () => runtime.tensorCount,
    operationCount: () => runtime.executed,
    timeSpent: () => ({ ...runtime.spent }),
  };
}

/** Puts a function and what frees it into one value. */
function disposable<I extends NamedTensors, O extends NamedTensors>(
  { run, dispose }: { readonly run: (inputs: I) => O; readonly dispose: () => void },
): CompiledFunction<I, O> {
  let isDisposed = false;
  const disposeOnce = (): void => {
    if (!isDisposed) dispose();
    isDisposed = true;
  };
  const call = (inputs: I): O => {
    if (isDisposed) {
      throw new Error("Cannot run a compiled function: it was disposed: compile it anew");
    }
    return run(inputs);
  };
  return Object.assign(call, { dispose: disposeOnce, [Symbol.dispose]: disposeOnce });
}

type BackendWithTensors = TensorBackend & {
  readonly tensorMap: { set(dataId: object, data: unknown): void };
};

/** Lets the back end wrap bfloat16 tensors, which its own method refuses. */
function adoptBfloat16(backend: BackendWithTensors): void {
  const wrap = backend.createOutputTensor.bind(backend);
  backend.createOutputTensor = (record: TensorRecord) => {
    if (record.dtype !== dataType.bfloat16) return wrap(record);
    const dataId = {};
    backend.tensorMap.set(dataId, { ...record, values: null, refCount: 1 });
    const { shape } = record;
    return tf.engine().makeTensorFromTensorInfo({ dataId, shape, dtype: "float32" });
  };
}
