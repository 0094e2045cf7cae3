/**
 * Records operations into a TensorFlow graph and turns the graph into one callable function.
 *
 * @module
 */

import { type Attribute, attributeKind, setAttributes } from "./attributes.ts";
import { cOutputs, cShape, cText, forgetText, type GraphOutput } from "./c_values.ts";
import type { EagerRuntime } from "./eager_runtime.ts";
import { hostDevice, isForHost, isWhole } from "./host_operations.ts";
import type { Handle } from "./libtensorflow.ts";
import { describe, type KnownOutput, type TensorRecord } from "./tensor_record.ts";

/** Operations with a list among their inputs: where it starts, and how many inputs follow it. */
const listInputs: Record<string, { readonly start: number; readonly after: number }> = {
  AddN: { start: 0, after: 0 },
  ConcatV2: { start: 0, after: 1 },
  IdentityN: { start: 0, after: 0 },
  Pack: { start: 0, after: 0 },
  _MklNativeFusedBatchNormEx: { start: 5, after: 0 },
};

/** Attributes that TensorFlow infers from a list of inputs and refuses to be told. */
const inferredFromList = new Set(["N", "num_side_inputs"]);

/** A recorded function. */
export interface RecordedFunction {
  /** The name to execute it by. */
  readonly name: string;
  /** Eager tensors it uses besides its inputs; passed after the inputs at each call. */
  readonly captures: readonly number[];
  /** What it returns. */
  readonly outputs: readonly KnownOutput[];
  /** How many operations it holds. */
  readonly operations: number;
}

type SymbolicTensor = TensorRecord & {
  readonly output: GraphOutput;
  /** Whether the shape is certain, whatever the values. */
  readonly fixed: boolean;
};

/** A graph under construction. */
export class GraphRecorder {
  /** Whether XLA compiles the function. */
  readonly xla: boolean;
  readonly #runtime: EagerRuntime;
  readonly #graph: Handle;
  readonly #symbols = new Map<number, SymbolicTensor>();
  readonly #captures = new Map<number, SymbolicTensor>();
  readonly #constants = new Set<number>();
  #operations = 0;

  /** Starts an empty graph; eager tensors of `runtime` that are used in it are captured. */
  constructor(runtime: EagerRuntime, { xla }: { readonly xla: boolean }) {
    this.xla = xla;
    this.#runtime = runtime;
    this.#graph = runtime.library.TF_NewGraph();
  }

  /** What is known of a tensor of this graph, or `undefined` if it is not one. */
  known(id: number): TensorRecord | undefined {
    return this.#symbols.get(id);
  }

  /** Adds an input of the function. */
  placeholder(input: Omit<TensorRecord, "id">): TensorRecord {
    return this.#placeholder(input);
  }

  #placeholder({ shape, dtype }: Omit<TensorRecord, "id">): SymbolicTensor {
    const { library } = this.#runtime;
    const dims = cShape(shape);
    const description = this.#describe("Placeholder");
    library.TF_SetAttrType(description, cText("dtype"), dtype);
    library.TF_SetAttrShape(description, cText("shape"), dims, shape.length);
    return this.#output(this.#finish(description, "Placeholder"), 0);
  }

  /** Declares that eager tensor `id` was made while recording: its values become part of the graph. */
  markConstant(id: number): void {
    this.#constants.add(id);
  }

  /** Adds an operation. */
  record(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly number[],
    outputCount: number,
  ): TensorRecord[] {
    const operation = this.#add(name, attributes, inputs);
    return Array.from({ length: outputCount }, (_, index) => this.#output(operation, index));
  }

  #add(name: string, attributes: readonly Attribute[], inputs: readonly number[]): Handle {
    const { library, status } = this.#runtime;
    const outputs = inputs.map((id) => this.#symbol(id).output);
    const description = this.#describe(name);
    const addEach = (single: readonly GraphOutput[]): void => {
      for (const output of single) library.TF_AddInput(description, cOutputs([output]));
    };
    const list = listInputs[name];
    if (list === undefined) addEach(outputs);
    else {
      const end = outputs.length - list.after;
      const listed = outputs.slice(list.start, end);
      addEach(outputs.slice(0, list.start));
      library.TF_AddInputList(description, cOutputs(listed), listed.length);
      addEach(outputs.slice(end));
    }
    const beside = this.#runtime.gpu !== undefined && !this.xla;
    if (beside && isForHost(attributes, inputs.map((id) => this.#symbol(id).dtype))) {
      library.TF_SetDevice(description, cText(hostDevice));
    }
    try {
      setAttributes(
        library,
        { operation: description, recorded: true, status },
        list === undefined ? attributes : attributes.filter((a) => !inferredFromList.has(a.name)),
      );
    } catch (error) {
      this.#abandon(description);
      throw error;
    }
    return this.#finish(
      description,
      `${name} on ${inputs.map((id) => describe(this.#symbol(id))).join(", ")}`,
    );
  }

  /** Turns the graph into a function of the runtime; the recorder is used up. */
  finish(
    name: string,
    { inputs, outputs }: {
      readonly inputs: readonly number[];
      readonly outputs: readonly number[];
    },
  ): RecordedFunction {
    const { library, status, context } = this.#runtime;
    // An output must be made by an operation of its own: TensorFlow returns no input as it came.
    const results = outputs.map((id) => {
      const type = { name: "T", type: attributeKind.type, value: this.#symbol(id).dtype };
      return this.#output(this.#add("Identity", [type], [id]), 0);
    });
    const parameters = [
      ...inputs.map((id) => this.#symbol(id).output),
      ...[...this.#captures.values()].map((symbol) => symbol.output),
    ];
    const definition = library.TF_GraphToFunction(
      this.#graph,
      cText(name),
      0,
      -1,
      null,
      parameters.length,
      cOutputs(parameters),
      results.length,
      cOutputs(results.map(({ output }) => output)),
      null,
      null,
      null,
      status.pointer,
    );
    forgetText(name);
    status.check(() => `build function ${name}`);
    try {
      if (this.xla) {
        const yes = Uint8Array.of(0x28, 1); // AttrValue { b: true }
        library.TF_FunctionSetAttrValueProto(
          definition,
          cText("_XlaMustCompile"),
          yes,
          BigInt(yes.length),
          status.pointer,
        );
        status.check(() => `have XLA compile function ${name}`);
      }
      library.TFE_ContextAddFunction(context, definition, status.pointer);
      status.check(() => `add function ${name}`);
    } finally {
      library.TF_DeleteFunction(definition);
    }
    return {
      name,
      captures: [...this.#captures.keys()],
      outputs: results.map(({ fixed, shape, dtype }) => fixed ? { shape, dtype } : undefined),
      operations: this.#operations,
    };
  }

  /** Frees the graph. */
  close(): void {
    this.#runtime.library.TF_DeleteGraph(this.#graph);
  }

  #symbol(id: number): SymbolicTensor {
    const known = this.#symbols.get(id) ?? this.#captures.get(id);
    if (known !== undefined) return known;
    const record = this.#runtime.record(id);
    if (record === undefined) {
      throw new Error(
        `Cannot record an operation on tensor ${id}: it was disposed, or belongs to another ` +
          "compiled function: pass it as an input",
      );
    }
    if (this.#constants.has(id)) return this.#constant(record);
    const { output } = this.#placeholder(record);
    // It comes with every call. Whole numbers are worked with on the host.
    if (!isWhole(record.dtype)) this.#runtime.bringToGpu(id);
    const capture = { ...record, output, fixed: true };
    this.#captures.set(id, capture);
    return capture;
  }

  #constant(record: TensorRecord): SymbolicTensor {
    const { library, status } = this.#runtime;
    const tensor = this.#runtime.resolve(record.id);
    const description = this.#describe("Const");
    library.TF_SetAttrType(description, cText("dtype"), record.dtype);
    library.TF_SetAttrTensor(description, cText("value"), tensor, status.pointer);
    library.TF_DeleteTensor(tensor);
    try {
      status.check(() => `record constant ${describe(record)}`);
    } catch (error) {
      this.#abandon(description);
      throw error;
    }
    const operation = this.#finish(description, `Const ${describe(record)}`);
    const symbol = { ...record, output: { operation, index: 0 }, fixed: true };
    this.#symbols.set(record.id, symbol);
    return symbol;
  }

  #describe(operation: string): Handle {
    // Names are only read by people looking at the graph; the counter makes them unique. TensorFlow
    // takes no underscore at their beginning.
    const name = `${operation.replace(/^_/, "")}_${this.#operations++}\0`;
    return this.#runtime.library.TF_NewOperation(
      this.#graph,
      cText(operation),
      new TextEncoder().encode(name),
    );
  }

  #finish(description: Handle, what: string): Handle {
    const { library, status } = this.#runtime;
    const operation = library.TF_FinishOperation(description, status.pointer);
    status.check(() => `record ${what}`);
    return operation;
  }

  /** Frees an operation that is half described: only finishing it does. Nothing uses what comes of it. */
  #abandon(description: Handle): void {
    const { library, status } = this.#runtime;
    library.TF_FinishOperation(description, status.pointer);
  }

  #output(operation: Handle, index: number): SymbolicTensor {
    const { library, status } = this.#runtime;
    const output = { operation, index };
    const bytes = cOutputs([output]);
    const rank = library.TF_GraphGetTensorNumDims(this.#graph, bytes, status.pointer);
    status.check(() => "infer a shape");
    const dims = new BigInt64Array(Math.max(1, rank));
    if (rank > 0) {
      library.TF_GraphGetTensorShape(
        this.#graph,
        bytes,
        new Uint8Array(dims.buffer),
        rank,
        status.pointer,
      );
    }
    // The scratch output of FusedBatchNormV3 has no known rank; it is only ever handed on.
    const shape = rank < 0 ? [0] : Array.from(dims.slice(0, rank), Number);
    const dtype = library.TF_OperationOutputType(bytes);
    const fixed = rank >= 0 && !shape.includes(-1);
    const symbol = { id: this.#runtime.newId(), shape, dtype, output, fixed };
    this.#symbols.set(symbol.id, symbol);
    return symbol;
  }
}
