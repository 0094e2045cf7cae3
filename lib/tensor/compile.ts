/**
 * Turns a pure function of named tensors into one native TensorFlow function.
 *
 * @module
 */

import { type Attribute, attributeKind } from "./attributes.ts";
import type { Binding } from "./binding.ts";
import { cLayoutConfig } from "./c_values.ts";
import type { EagerRuntime } from "./eager_runtime.ts";
import type { RecordedFunction } from "./graph_recorder.ts";
import { type InputNames, inputNames, pickInputs } from "./input_names.ts";
import { flatten, mapTensors, type NamedTensors } from "./named_tensors.ts";
import type { TensorRecord } from "./tensor_record.ts";
import { type Tensor, tf } from "./tfjs.ts";

/** The members of tfjs-node's back end that move tensors between the two worlds. */
export interface TensorBackend {
  /** Wraps a TensorFlow tensor as a TensorFlow.js tensor. */
  createOutputTensor(record: TensorRecord): Tensor;
  /** The numbers of tensors' values in TensorFlow. */
  getInputTensorIds(tensors: readonly Tensor[]): number[];
}

/** What compiling needs. */
export interface CompileContext {
  /** The runtime that executes recorded functions. */
  readonly runtime: EagerRuntime;
  /** Records functions. */
  readonly binding: Binding;
  /** Wraps tensors. */
  readonly backend: TensorBackend;
}

/** A function that runs as one native call, or op by op; made by `Engine.compile`. */
export interface CompiledFunction<I, O> extends Disposable {
  /** Runs it; the caller owns the results and keeps its inputs. */
  (inputs: I): O;
  /**
   * Runs it on another thread, so that this one hears what happens meanwhile, such as the end of another
   * process; the inputs must stay alive until it is done.
   */
  beside(inputs: I): Promise<O>;
  /**
   * Frees what was recorded, in TensorFlow too; it cannot be called any more. Tensors that it captured
   * or returned are left alone.
   */
  dispose(): void;
}

interface Trace<O> {
  /** Names of the inputs in the order the recorded function takes them, and what they were. */
  readonly names: InputNames;
  readonly records: readonly TensorRecord[];
  readonly recorded: RecordedFunction;
  readonly build: (tensors: Tensor[]) => O;
}

/**
 * Has TensorFlow's layout optimiser run: for a function it does so only if a call says so.
 *
 * TensorFlow normalises float32 images with their channels first on GPUs. The optimiser turns the whole
 * function that way, where a step of ResNet-32 would transpose 310 times. The optimisers beside it add up
 * in an order that differs from process to process.
 */
const layoutForGpu: Attribute = {
  name: "config_proto",
  type: attributeKind.string,
  value: cLayoutConfig(),
};

let functionCount = 0;

/**
 * Compiles `f`; see `Engine.compile`.
 *
 * @param f Pure and synchronous.
 * @param context The runtime, the binding, and whether XLA compiles.
 * @returns The compiled function.
 */
export function compileFunction<I extends NamedTensors, O extends NamedTensors>(
  f: (inputs: I) => O,
  { runtime, binding, backend, xla }: CompileContext & { readonly xla: boolean },
): CompiledFunction<I, O> {
  // XLA lays images out by itself.
  const attributes = runtime.gpu === undefined || xla ? [] : [layoutForGpu];
  let traces: readonly Trace<O>[] = [];
  let disposed = false;

  function trace(inputs: I): Trace<O> {
    const records = recordsOf(flatten(inputs).map(([, tensor]) => tensor));
    let outputs: O | undefined;
    const recorded = binding.record(`${f.name || "compiled"}_${functionCount++}`, {
      inputs: records,
      xla,
      build: (placeholders) => {
        let next = 0;
        const symbolic = mapTensors(
          inputs,
          () => backend.createOutputTensor(placeholders[next++]!),
        ) as unknown as I;
        outputs = pureOutputs(f, symbolic);
        return backend.getInputTensorIds(flatten(outputs).map(([, tensor]) => tensor));
      },
    });
    // Only the names matter from here on; symbolic tensors hold no memory in TensorFlow.
    const shape = outputs!;
    return {
      names: inputNames(inputs),
      records,
      recorded,
      build(tensors) {
        let next = 0;
        return mapTensors(shape, () => tensors[next++]!) as unknown as O;
      },
    };
  }

  const recordsOf = (tensors: readonly Tensor[]): TensorRecord[] =>
    backend.getInputTensorIds(tensors).map((id) => runtime.record(id)!);

  function run({ recorded, build }: Trace<O>, records: readonly TensorRecord[]): O {
    const { name, captures, outputs } = recorded;
    const ids = [...records.map(({ id }) => id), ...captures];
    const results = runtime.execute(name, attributes, ids, outputs.length, { known: outputs });
    return build(results.map((record) => backend.createOutputTensor(record)));
  }

  async function runBeside(
    { recorded, build }: Trace<O>,
    records: readonly TensorRecord[],
  ): Promise<O> {
    const { name, captures, outputs } = recorded;
    const ids = [...records.map(({ id }) => id), ...captures];
    const results = await runtime.executeAllBeside(name, attributes, ids, outputs);
    return build(results.map((record) => backend.createOutputTensor(record)));
  }

  function withTrace<T>(
    inputs: I,
    use: (trace: Trace<O>, records: readonly TensorRecord[]) => T,
  ): T {
    for (const known of traces) {
      const given = pickInputs(known.names, inputs);
      const records = given && recordsOf(given);
      if (records && fits(known.records, records)) return use(known, records);
    }
    if (disposed) throw disposedError(f);
    const start = performance.now();
    const traced = inScope(() => trace(inputs));
    runtime.spent.recording += performance.now() - start;
    traces = [...traces, traced];
    return use(traced, traced.records);
  }

  const call = (inputs: I): O => withTrace(inputs, run);
  const beside = (inputs: I): Promise<O> => withTrace(inputs, runBeside);
  return disposable(call, beside, () => {
    const recorded = traces;
    [traces, disposed] = [[], true];
    for (const trace of recorded) runtime.removeFunction(trace.recorded.name);
  });
}

function disposable<I, O>(
  call: (inputs: I) => O,
  beside: (inputs: I) => Promise<O>,
  dispose: () => void,
): CompiledFunction<I, O> {
  return Object.assign(call, { beside, dispose, [Symbol.dispose]: dispose });
}

// deno-lint-ignore ban-types
function disposedError({ name }: Function): Error {
  return new Error(
    `Cannot call compiled function ${name || "without a name"}: it was disposed: compile it again`,
  );
}

// Compared one by one: as one text, the shapes of a training's state took a seventh of the host's time.
function fits(expected: readonly TensorRecord[], given: readonly TensorRecord[]): boolean {
  return expected.every(({ dtype, shape }, i) => {
    const record = given[i]!; // as many as expected, since the names are the same
    return record.dtype === dtype && record.shape.length === shape.length &&
      record.shape.every((size, axis) => size === shape[axis]);
  });
}

/**
 * `f` run op by op with the same contract; see `Engine.compile`.
 *
 * @param f Pure and synchronous.
 * @returns The function, op by op.
 */
export function eagerFunction<I extends NamedTensors, O extends NamedTensors>(
  f: (inputs: I) => O,
): CompiledFunction<I, O> {
  let disposed = false;
  const call = (inputs: I): O => {
    if (disposed) throw disposedError(f);
    return runEagerly(f, inputs);
  };
  // Op by op each operation is waited for.
  const beside = (inputs: I): Promise<O> => Promise.resolve(call(inputs));
  return disposable(call, beside, () => disposed = true);
}

/** Results are new tensors, everything else is disposed. */
function runEagerly<I extends NamedTensors, O extends NamedTensors>(
  f: (inputs: I) => O,
  inputs: I,
): O {
  return inScope(() => {
    const outputs = pureOutputs(f, inputs);
    // Clones share their values; kept, they outlive the scope and the caller's inputs.
    return mapTensors(outputs, (tensor) => tf.keep(tensor.clone())) as unknown as O;
  });
}

/** Runs `f` and disposes every tensor made in it that was not kept. */
function inScope<T>(f: () => T): T {
  tf.engine().startScope();
  try {
    return f();
  } finally {
    tf.engine().endScope();
  }
}

function pureOutputs<I, O extends NamedTensors>(f: (inputs: I) => O, inputs: I): O {
  const outputs = f(inputs);
  if (outputs instanceof Promise) {
    throw new TypeError("Cannot compile an asynchronous function: make it return tensors at once");
  }
  return outputs;
}
