/**
 * The interface tfjs-node-gpu expects of its native add-on, on the eager runtime or a graph recorder.
 *
 * @module
 */

import { type Attribute, attributeKind, dataType } from "./attributes.ts";
import { textOf } from "./c_values.ts";
import type { EagerRuntime } from "./eager_runtime.ts";
import { GraphRecorder, type RecordedFunction } from "./graph_recorder.ts";
import type { HostValues } from "./host_values.ts";
import type { OperationTarget } from "./operation.ts";
import type { TensorRecord } from "./tensor_record.ts";

const thisRoom = new URL(".", import.meta.url).href;

/** What tfjs-node-gpu calls `TFJSBinding`, as far as its kernels use it. */
export class Binding {
  /** The element type float32. */
  readonly TF_FLOAT: number = dataType.float32;
  /** The element type int32. */
  readonly TF_INT32: number = dataType.int32;
  /** The element type int64. */
  readonly TF_INT64: number = dataType.int64;
  /** The element type bool. */
  readonly TF_BOOL: number = dataType.bool;
  /** The element type complex64. */
  readonly TF_COMPLEX64: number = dataType.complex64;
  /** The element type string. */
  readonly TF_STRING: number = dataType.string;
  /** The element type resource. */
  readonly TF_RESOURCE: number = dataType.resource;
  /** The element type uint8. */
  readonly TF_UINT8: number = dataType.uint8;
  /** The kind of attributes string. */
  readonly TF_ATTR_STRING: number = attributeKind.string;
  /** The kind of attributes int. */
  readonly TF_ATTR_INT: number = attributeKind.int;
  /** The kind of attributes float. */
  readonly TF_ATTR_FLOAT: number = attributeKind.float;
  /** The kind of attributes bool. */
  readonly TF_ATTR_BOOL: number = attributeKind.bool;
  /** The kind of attributes type. */
  readonly TF_ATTR_TYPE: number = attributeKind.type;
  /** The kind of attributes shape. */
  readonly TF_ATTR_SHAPE: number = attributeKind.shape;
  /** TensorFlow's version. */
  readonly TF_Version: string;
  readonly #runtime: EagerRuntime;
  readonly #onGpu: boolean;
  #recorder: GraphRecorder | undefined;

  /** Binds the kernels to a runtime. */
  constructor(runtime: EagerRuntime, { onGpu }: { readonly onGpu: boolean }) {
    this.#runtime = runtime;
    this.#onGpu = onGpu;
    this.TF_Version = textOf(runtime.library.TF_Version());
  }

  /** Whether operations run on a GPU by default. */
  isUsingGpuDevice(): boolean {
    return this.#onGpu;
  }

  /** What will run the operations that are issued now. */
  get target(): OperationTarget {
    return { device: this.#onGpu ? "gpu" : "cpu", xla: this.#recorder?.xla ?? false };
  }

  /** Tensors alive in TensorFlow. */
  getNumOfTensors(): number {
    return this.#runtime.tensorCount;
  }

  /** Copies host values into a new tensor and returns its number. */
  createTensor(shape: number[], dtype: number, values: ArrayBufferView): number {
    if (!ArrayBuffer.isView(values)) {
      throw new TypeError("Cannot create a tensor of texts: use numbers");
    }
    const { id } = this.#runtime.create(shape, dtype, values);
    this.#recorder?.markConstant(id);
    return id;
  }

  /** Copies the bytes of a text into a new tensor without axes and returns its number. */
  createText(bytes: Uint8Array<ArrayBuffer>): number {
    if (this.#recorder !== undefined) {
      throw new Error(
        `Cannot use a text inside a function that engine.compile() records, at ${callerLine()}: ` +
          "decode files before, and pass their pixels as an input",
      );
    }
    return this.#runtime.createText(bytes).id;
  }

  /** Releases a tensor. */
  deleteTensor(id: number): void {
    this.#runtime.delete(id);
  }

  /** Copies a tensor's values to the host. */
  tensorDataSync(id: number): HostValues {
    if (this.#recorder?.known(id) !== undefined && this.#runtime.record(id) === undefined) {
      throw new Error(
        `Cannot read a tensor inside a function that engine.compile() records, at ${callerLine()}: ` +
          "return the tensor from the function and read it afterwards",
      );
    }
    return this.#runtime.read(id);
  }

  /** Runs an operation, or records it. */
  executeOp(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly number[],
    outputCount: number,
  ): TensorRecord[] {
    const typed = inputs.some((id) => this.#dtype(id) === dataType.bfloat16)
      ? attributes.map(asBfloat16)
      : attributes;
    return (this.#recorder === undefined)
      ? this.#runtime.execute(name, typed, inputs, outputCount)
      : this.#recorder.record(name, typed, inputs, outputCount);
  }

  /** Runs an operation of one output on another thread; its inputs must stay alive meanwhile. */
  executeBeside(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly number[],
  ): Promise<TensorRecord> {
    return this.#runtime.executeBeside(name, attributes, inputs);
  }

  /** Address of TensorFlow's context, for threads that share it. */
  get contextAddress(): bigint {
    return BigInt(Deno.UnsafePointer.value(this.#runtime.context));
  }

  #dtype(id: number): number | undefined {
    return (this.#recorder?.known(id) ?? this.#runtime.record(id))?.dtype;
  }

  /**
   * Records what `build` executes as a function of tensors like `inputs`.
   *
   * @param name The function's name in TensorFlow.
   * @param options Shapes and types of the inputs; whether XLA compiles the function; and `build`,
   * which gets the symbolic inputs and returns the numbers of the outputs.
   * @throws {Error} If another function is being recorded, if `build` reads a tensor or draws random
   * numbers, or if an operation does not fit its inputs.
   */
  record(
    name: string,
    { inputs, xla, build }: {
      readonly inputs: readonly Omit<TensorRecord, "id">[];
      readonly xla: boolean;
      readonly build: (inputs: TensorRecord[]) => number[];
    },
  ): RecordedFunction {
    if (this.#recorder !== undefined) {
      throw new Error(
        `Cannot call a compiled function inside one that engine.compile() records, at ${callerLine()}: ` +
          "call the function that it was compiled from",
      );
    }
    const recorder = new GraphRecorder(this.#runtime, { xla });
    const random = Math.random;
    Math.random = () => {
      throw new Error(
        `Cannot draw random numbers inside a function that engine.compile() records, at ${callerLine()}: ` +
          "the draw would be frozen into the function: draw before and pass the result as an input",
      );
    };
    this.#recorder = recorder;
    try {
      const placeholders = inputs.map((input) => recorder.placeholder(input));
      const outputs = build(placeholders);
      return recorder.finish(name, { inputs: placeholders.map(({ id }) => id), outputs });
    } finally {
      this.#recorder = undefined;
      Math.random = random;
      recorder.close();
    }
  }
}

/** TensorFlow.js takes bfloat16 for float32; `T` is the name of the type that an operation computes in. */
function asBfloat16(attribute: Attribute): Attribute {
  const computes = attribute.name === "T" && attribute.value === dataType.float32;
  return computes ? { ...attribute, value: dataType.bfloat16 } : attribute;
}

/** The innermost place in the user's code that led here, as `file:line:column`. */
function callerLine(): string {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = Infinity;
  const lines = new Error().stack?.split("\n").slice(1) ?? [];
  Error.stackTraceLimit = stackTraceLimit;
  const frame = lines.find((line) =>
    line.includes("file://") && !line.includes(thisRoom) && !line.includes("/npm/")
  );
  return frame?.match(/file:\/\/(.*?:\d+:\d+)/)?.[1] ?? "an unknown line";
}
