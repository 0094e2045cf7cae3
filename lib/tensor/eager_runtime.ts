/**
 * Runs TensorFlow operations one by one and owns the tensors they make.
 *
 * @module
 */

import { type Attribute, dataType, setAttributes } from "./attributes.ts";
import { cConfig, cInt64List, cText, type RuntimeConfig, textOf } from "./c_values.ts";
import type { Handle, LibTensorFlow } from "./libtensorflow.ts";
import { Status } from "./status.ts";
import { describe, type TensorRecord } from "./tensor_record.ts";
import { type LiveTensor, TensorTable } from "./tensor_table.ts";

/** A device TensorFlow found. */
export interface Device {
  /** Its full name, such as `/job:localhost/replica:0/task:0/device:GPU:0`. */
  readonly name: string;
  /** `CPU`, `GPU` or another kind. */
  readonly type: string;
}

/** Shape and element type of an output, or `undefined` where they depend on values. */
export type KnownOutput = Omit<TensorRecord, "id"> | undefined;

/** The values of a tensor on the host. */
export type HostValues = Float32Array | Int32Array | Uint8Array | BigInt64Array;

/** TensorFlow writes the handles of outputs here; it grows when an operation has more of them. */
function outputBuffer(count: number): { handles: BigUint64Array; bytes: Uint8Array<ArrayBuffer> } {
  const handles = new BigUint64Array(count);
  return { handles, bytes: new Uint8Array(handles.buffer) };
}

/** A bfloat16 number is the upper half of a float32. */
function widened(halves: Uint16Array): Float32Array {
  const bits = Uint32Array.from(halves, (half) => half << 16);
  return new Float32Array(bits.buffer);
}

/** TensorFlow's eager context together with the tensors alive in it. */
export class EagerRuntime {
  readonly library: LibTensorFlow;
  readonly status: Status;
  readonly context: Handle;
  /** Operations run so far; a compiled function counts as one. */
  executed = 0;
  /** Milliseconds spent so far. */
  readonly spent = { recording: 0, native: 0 };
  readonly #tensors = new TensorTable();
  // A compiled training step returns some 350 tensors.
  #outputs = outputBuffer(512);
  readonly #count = new Int32Array(1);
  readonly #countBytes = new Uint8Array(this.#count.buffer);

  /** Starts a context with the given threads and devices. */
  constructor(library: LibTensorFlow, config: RuntimeConfig) {
    this.library = library;
    this.status = new Status(library);
    const options = library.TFE_NewContextOptions();
    const bytes = cConfig(config);
    try {
      library.TFE_ContextOptionsSetConfig(
        options,
        bytes,
        BigInt(bytes.length),
        this.status.pointer,
      );
      this.status.check(() => "Configuring TensorFlow");
      this.context = library.TFE_NewContext(options, this.status.pointer);
    } finally {
      library.TFE_DeleteContextOptions(options);
    }
    this.status.check(() => "Starting TensorFlow");
  }

  /** Devices that operations can run on. */
  devices(): Device[] {
    const { library, status } = this;
    const list = library.TFE_ContextListDevices(this.context, status.pointer);
    status.check(() => "Listing devices");
    const count = library.TF_DeviceListCount(list);
    const devices = Array.from({ length: count }, (_, i) => ({
      name: textOf(library.TF_DeviceListName(list, i, status.pointer)),
      type: textOf(library.TF_DeviceListType(list, i, status.pointer)),
    }));
    library.TF_DeleteDeviceList(list);
    return devices;
  }

  /** A number that stands for no tensor of this runtime. */
  newId(): number {
    return this.#tensors.reserve();
  }

  /** Tensors alive. */
  get tensorCount(): number {
    return this.#tensors.size;
  }

  /** What is known of tensor `id`, or `undefined` if it is not alive here. */
  record(id: number): TensorRecord | undefined {
    return this.#tensors.get(id)?.record;
  }

  /** Copies values into a new C tensor; the caller deletes it. */
  allocate(shape: readonly number[], dtype: number, values: ArrayBufferView): Handle {
    const { buffer, byteOffset, byteLength } = values;
    const pointer = this.library.TF_AllocateTensor(
      dtype,
      cInt64List(shape),
      shape.length,
      BigInt(byteLength),
    );
    if (byteLength > 0) {
      const target = Deno.UnsafePointerView.getArrayBuffer(
        this.library.TF_TensorData(pointer)!,
        byteLength,
      );
      new Uint8Array(target).set(new Uint8Array(buffer, byteOffset, byteLength));
    }
    return pointer;
  }

  /** Copies values into a new tensor. */
  create(shape: readonly number[], dtype: number, values: ArrayBufferView): TensorRecord {
    this.#tensors.makeSure(1);
    const tensor = this.allocate(shape, dtype, values);
    const handle = this.library.TFE_NewTensorHandle(tensor, this.status.pointer);
    this.library.TF_DeleteTensor(tensor);
    this.status.check(() => `Creating a tensor ${describe({ shape: [...shape], dtype })}`);
    return this.#adopt(handle);
  }

  /** Releases a tensor; an unknown number is ignored, since a recorded tensor owns nothing. */
  delete(id: number): void {
    const tensor = this.#tensors.get(id);
    if (tensor === undefined) return;
    this.library.TFE_DeleteTensorHandle(tensor.handle);
    this.#tensors.delete(id);
  }

  /** Copies a tensor's bytes, in the form of its own type, to the host; waits for the device. */
  readBytes(id: number): ArrayBuffer {
    const { handle, record } = this.#alive(id);
    const tensor = this.library.TFE_TensorHandleResolve(handle, this.status.pointer);
    this.status.check(() => `Reading a tensor ${describe(record)}`);
    const size = Number(this.library.TF_TensorByteSize(tensor));
    const copy = size === 0
      ? new ArrayBuffer(0)
      : Deno.UnsafePointerView.getArrayBuffer(this.library.TF_TensorData(tensor)!, size).slice(0);
    this.library.TF_DeleteTensor(tensor);
    return copy;
  }

  /** Copies a tensor's values to the host, bfloat16 as float32; waits for the device. */
  read(id: number): HostValues {
    const { record } = this.#alive(id);
    const copy = this.readBytes(id);
    switch (record.dtype) {
      case dataType.float32:
        return new Float32Array(copy);
      case dataType.int32:
        return new Int32Array(copy);
      case dataType.int64:
        return new BigInt64Array(copy);
      case dataType.bfloat16:
        return widened(new Uint16Array(copy));
      default:
        return new Uint8Array(copy);
    }
  }

  /**
   * Runs one operation, or a recorded function by its name.
   *
   * What is `known` of the outputs beforehand need not be asked of TensorFlow.
   */
  execute(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly number[],
    outputCount: number,
    known: readonly KnownOutput[] = [],
  ): TensorRecord[] {
    const { library, status } = this;
    this.#tensors.makeSure(outputCount);
    if (outputCount > this.#outputs.handles.length) this.#outputs = outputBuffer(outputCount);
    const operation = library.TFE_NewOp(this.context, cText(name), status.pointer);
    status.check(() => `Preparing ${name}`);
    try {
      setAttributes(library, { operation, recorded: false, status: status.pointer }, attributes);
      for (const id of inputs) {
        library.TFE_OpAddInput(operation, this.#alive(id).handle, status.pointer);
      }
      this.#count[0] = outputCount;
      const start = performance.now();
      library.TFE_Execute(operation, this.#outputs.bytes, this.#countBytes, status.pointer);
      this.spent.native += performance.now() - start;
    } finally {
      library.TFE_DeleteOp(operation);
    }
    status.check(() => {
      const shapes = inputs.map((id) => describe(this.#alive(id).record));
      return `TensorFlow operation ${name} on ${shapes.join(", ") || "no inputs"}`;
    });
    this.executed++;
    return Array.from(
      { length: this.#count[0]! },
      (_, i) => this.#adopt(Deno.UnsafePointer.create(this.#outputs.handles[i]!), known[i]),
    );
  }

  /** Forgets a recorded function, with the kernels that were made for it. */
  removeFunction(name: string): void {
    const { library, status } = this;
    library.TFE_ContextRemoveFunction(this.context, cText(name), status.pointer);
    status.check(() => `Removing function ${name}`);
  }

  #alive(id: number): LiveTensor {
    const tensor = this.#tensors.get(id);
    if (tensor === undefined) {
      throw new Error(
        `Cannot use tensor ${id}: it was disposed, or made inside a function that engine.compile() ` +
          "recorded: return it from that function instead",
      );
    }
    return tensor;
  }

  #adopt(handle: Handle, known?: KnownOutput): TensorRecord {
    return this.#tensors.add(handle, known ?? this.#ask(handle));
  }

  #ask(handle: Handle): NonNullable<KnownOutput> {
    const { library, status } = this;
    const rank = library.TFE_TensorHandleNumDims(handle, status.pointer);
    const shape = new Array<number>(rank);
    for (let axis = 0; axis < rank; axis++) {
      shape[axis] = Number(library.TFE_TensorHandleDim(handle, axis, status.pointer));
    }
    return { shape, dtype: library.TFE_TensorHandleDataType(handle) };
  }
}
