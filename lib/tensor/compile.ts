/**
 * Turns a pure function of named tensors into one native TensorFlow function.
 *
 * @module
 */

import type { Binding } from "./binding.ts";
import type { EagerRuntime } from "./eager_runtime.ts";
import type { RecordedFunction } from "./graph_recorder.ts";
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

type Records = ReadonlyMap<string, TensorRecord>;

interface Trace<O> {
  /** What the inputs were, by their paths, in the order the recorded function takes them. */
  readonly inputs: Records;
  readonly recorded: RecordedFunction;
  readonly build: (tensors: Tensor[]) => O;
}

let functionCount = 0;

/** Compiles `f`; see `Engine.compile`. */
export function compileFunction<I extends NamedTensors, O extends NamedTensors>(
  f: (inputs: I) => O,
  { runtime, binding, backend, xla }: CompileContext & { readonly xla: boolean },
): (inputs: I) => O {
  const traces: Trace<O>[] = [];

  function trace(inputs: I, given: Records): Trace<O> {
    let outputs: O | undefined;
    const recorded = binding.record(`${f.name || "compiled"}_${functionCount++}`, {
      inputs: [...given.values()],
      xla,
      build: (placeholders) => {
        let next = 0;
        const symbolic = mapTensors(
          inputs,
          () => backend.createOutputTensor(placeholders[next++]),
        ) as unknown as I;
        outputs = pureOutputs(f, symbolic);
        return backend.getInputTensorIds(flatten(outputs).map(([, tensor]) => tensor));
      },
    });
    // Only the names matter from here on; symbolic tensors hold no memory in TensorFlow.
    const shape = outputs!;
    return {
      inputs: given,
      recorded,
      build(tensors) {
        let next = 0;
        return mapTensors(shape, () => tensors[next++]) as unknown as O;
      },
    };
  }

  return (inputs) => {
    const named = flatten(inputs);
    const ids = backend.getInputTensorIds(named.map(([, tensor]) => tensor));
    const given = new Map(named.map(([path], i) => [path, runtime.record(ids[i])!]));
    // Compared one by one: as one text, the shapes of a training's state took a seventh of the host's time.
    let found = traces.find((trace) => fits(trace.inputs, given));
    if (found === undefined) {
      const start = performance.now();
      traces.push(found = inScope(() => trace(inputs, given)));
      runtime.spent.recording += performance.now() - start;
    }
    const { recorded: { name, captures, outputs }, build } = found;
    // The order of names means nothing to the caller, but the recorded function has one.
    const parameters = Array.from(found.inputs.keys(), (path) => given.get(path)!.id);
    const results = runtime.execute(
      name,
      [],
      [...parameters, ...captures],
      outputs.length,
      outputs,
    );
    return build(results.map((record) => backend.createOutputTensor(record)));
  };
}

function fits(expected: Records, given: Records): boolean {
  if (expected.size !== given.size) return false;
  for (const [path, { dtype, shape }] of expected) {
    const found = given.get(path);
    const same = found !== undefined && found.dtype === dtype &&
      found.shape.length === shape.length &&
      found.shape.every((size, axis) => size === shape[axis]);
    if (!same) return false;
  }
  return true;
}

/** Runs `f` op by op with the same contract: results are new tensors, everything else is disposed. */
export function runEagerly<I extends NamedTensors, O extends NamedTensors>(
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
