/**
 * Runs TensorFlow operations one by one and owns the tensors they make.
 *
 * @module
 */

import { type Attribute, dataType, setAttributes } from "./attributes.ts";
import { cConfig, cText, forgetText, type RuntimeConfig } from "./c_values.ts";
import { type Device, listDevices } from "./devices.ts";
import { allocate, type HostValues, takeValues } from "./host_values.ts";
import { hostDevice } from "./host_operations.ts";
import type { Handle, LibTensorFlow } from "./libtensorflow.ts";
import { Status } from "./status.ts";
import { describe, type KnownOutput, recordOf, type TensorRecord } from "./tensor_record.ts";
import { type LiveTensor, TensorTable } from "./tensor_table.ts";
import { deleteText, fillText, textStructBytes } from "./text.ts";

/** How an operation is run. */
export interface ExecuteOptions {
  /** What is known of the outputs beforehand and need not be asked of TensorFlow. */
  readonly known?: readonly KnownOutput[];
  /** Whether it runs on the host beside a GPU. */
  readonly onHost?: boolean;
}

/** Inputs that a message names; a training step has some 350. */
const mostNamed = 8;

const doctor = 'run "deno task doctor"';

/** TensorFlow's eager context together with the tensors alive in it. */
export class EagerRuntime {
  /** TensorFlow's C API. */
  readonly library: LibTensorFlow;
  /** The status of the last call. */
  readonly status: Status;
  /** TensorFlow's context, which holds devices, functions and kernels. */
  readonly context: Handle;
  /** The GPU that operations run on, such as `/device:GPU:0`; `undefined` where they run on the CPU. */
  readonly gpu: string | undefined;
  /** Operations run so far; a compiled function counts as one. */
  executed = 0;
  /** Milliseconds spent so far. */
  readonly spent = { recording: 0, native: 0 };
  readonly #tensors = new TensorTable();
  /** The C tensors behind texts, by number: TensorFlow does not free the text of one by itself. */
  readonly #texts = new Map<number, Handle>();
  // TensorFlow writes the handles of outputs here; a compiled training step returns some 350.
  #outputs = new BigUint64Array(1024);
  #outputBytes = new Uint8Array(this.#outputs.buffer);
  readonly #count = new Int32Array(1);
  readonly #countBytes = new Uint8Array(this.#count.buffer);

  /**
   * Starts a context with the given threads and devices.
   *
   * @throws {Error} If TensorFlow does not start.
   */
  constructor(library: LibTensorFlow, config: RuntimeConfig) {
    this.library = library;
    this.status = new Status(library);
    const options = library.TFE_NewContextOptions();
    const bytes = cConfig(config);
    library.TFE_ContextOptionsSetConfig(
      options,
      bytes,
      BigInt(bytes.length),
      this.status.pointer,
    );
    try {
      this.status.check(() => "configure TensorFlow", doctor);
      this.context = library.TFE_NewContext(options, this.status.pointer);
      this.status.check(() => "start TensorFlow", doctor);
    } catch (error) {
      this.status.close();
      throw error;
    } finally {
      library.TFE_DeleteContextOptions(options);
    }
    const type = config.pretendedGpu === true ? "CPU" : "GPU";
    const name = this.devices().find((device) => device.type === type)?.name;
    this.gpu = name?.replace(/^.*(?=\/device:)/, "");
  }

  /** Ends the context, with all its functions; its tensors must be gone. */
  close(): void {
    this.library.TFE_DeleteContext(this.context);
    this.status.close();
  }

  /** Devices that operations can run on. */
  devices(): Device[] {
    return listDevices(this.library, this);
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

  /** Copies values into a new tensor. */
  create(shape: readonly number[], dtype: number, values: ArrayBufferView): TensorRecord {
    this.#tensors.checkRoom(1);
    const tensor = allocate(this.library, { shape, dtype }, values);
    const handle = this.library.TFE_NewTensorHandle(tensor, this.status.pointer);
    this.library.TF_DeleteTensor(tensor);
    this.status.check(() => `create a tensor ${describe({ shape: [...shape], dtype })}`);
    return this.#adopt(handle);
  }

  /** Copies bytes, such as those of a file, into a new tensor: one text without axes. */
  createText(bytes: Uint8Array<ArrayBuffer>): TensorRecord {
    this.#tensors.checkRoom(1);
    const dtype = dataType.string;
    const tensor = allocate(this.library, { shape: [], dtype }, new Uint8Array(textStructBytes));
    try {
      fillText(this.library, tensor, bytes);
      const handle = this.library.TFE_NewTensorHandle(tensor, this.status.pointer);
      this.status.check(() => `create a text of ${bytes.length} bytes`);
      const record = this.#adopt(handle, { shape: [], dtype });
      this.#texts.set(record.id, tensor);
      return record;
    } catch (error) {
      deleteText(this.library, tensor);
      throw error;
    }
  }

  /**
   * Moves a tensor's values to the GPU that operations run on, if there is one.
   *
   * TensorFlow makes tensors on the host, and instantiates a recorded function once for each set of places
   * that its inputs are in. The copy waits for all that the GPU has to do: it is for what stays.
   */
  bringToGpu(id: number): void {
    if (this.gpu === undefined) return;
    const { library, status, context } = this;
    const { handle, record } = this.#alive(id);
    const name = cText(this.gpu);
    const moved = library.TFE_TensorHandleCopyToDevice(handle, context, name, status.pointer);
    status.check(() => `bring a tensor ${describe(record)} to the GPU`);
    library.TFE_DeleteTensorHandle(handle);
    this.#tensors.replace(id, moved);
  }

  /** Releases a tensor; an unknown number is ignored, since a recorded tensor owns nothing. */
  delete(id: number): void {
    const tensor = this.#tensors.get(id);
    if (tensor === undefined) return;
    this.library.TFE_DeleteTensorHandle(tensor.handle);
    this.#tensors.delete(id);
    const text = this.#texts.get(id);
    if (text !== undefined) deleteText(this.library, text);
    this.#texts.delete(id);
  }

  /** A tensor's values as a C tensor, once the device has computed them; the caller deletes it. */
  resolve(id: number): Handle {
    const { handle, record } = this.#alive(id);
    const tensor = this.library.TFE_TensorHandleResolve(handle, this.status.pointer);
    this.status.check(() => `read a tensor ${describe(record)}`);
    return tensor;
  }

  /** Copies a tensor's values to the host, bfloat16 as float32; waits for the device. */
  read(id: number): HostValues {
    const { dtype } = this.#alive(id).record;
    return takeValues(this.library, this.resolve(id), dtype);
  }

  /** Takes a recorded function out of the context, with the kernels made for it. */
  removeFunction(name: string): void {
    this.library.TFE_ContextRemoveFunction(this.context, cText(name), this.status.pointer);
    forgetText(name);
    this.status.check(() => `remove function ${name}`);
  }

  /**
   * Runs one operation, or a recorded function by its name.
   *
   * @throws {OutOfMemoryError} If the memory of the device is full.
   * @throws {Error} If an input was disposed, or the operation does not fit its inputs.
   * @throws {RangeError} If more tensors would be alive than can be.
   */
  execute(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly number[],
    outputCount: number,
    { known = [], onHost = false }: ExecuteOptions = {},
  ): TensorRecord[] {
    const { library, status } = this;
    this.#tensors.checkRoom(outputCount);
    if (outputCount > this.#outputs.length) this.#growOutputs(outputCount);
    const operation = this.#prepare(name, attributes, inputs, status);
    try {
      if (onHost) library.TFE_OpSetDevice(operation, cText(hostDevice), status.pointer);
      this.#count[0] = outputCount;
      const start = performance.now();
      library.TFE_Execute(operation, this.#outputBytes, this.#countBytes, status.pointer);
      this.spent.native += performance.now() - start;
    } finally {
      library.TFE_DeleteOp(operation);
    }
    status.check(() => this.#whatRan(name, inputs));
    this.executed++;
    return Array.from(
      { length: this.#count[0]! },
      (_, i) => this.#adopt(Deno.UnsafePointer.create(this.#outputs[i]!), known[i]),
    );
  }

  /**
   * Runs an operation of one output on another thread, so that several run at a time.
   *
   * The inputs must stay alive until it is done.
   *
   * @throws {OutOfMemoryError} If the memory of the device is full.
   * @throws {Error} If an input was disposed, or the operation does not fit its inputs.
   */
  async executeBeside(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly number[],
  ): Promise<TensorRecord> {
    const [record] = await this.executeAllBeside(name, attributes, inputs, [undefined]);
    return record!;
  }

  /** As {@linkcode executeBeside}, with as many outputs as there are in `known`. */
  async executeAllBeside(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly number[],
    known: readonly KnownOutput[],
  ): Promise<TensorRecord[]> {
    const { library } = this;
    this.#tensors.checkRoom(known.length);
    // The shared one may be in use meanwhile.
    const status = new Status(library);
    try {
      const operation = this.#prepare(name, attributes, inputs, status);
      const outputs = new BigUint64Array(Math.max(1, known.length));
      const bytes = new Uint8Array(outputs.buffer);
      const count = new Uint8Array(Int32Array.of(known.length).buffer);
      try {
        await library.executeBeside(operation, bytes, count, status.pointer);
      } finally {
        library.TFE_DeleteOp(operation);
      }
      status.check(() => this.#whatRan(name, inputs));
      this.executed++;
      return known.map((output, i) => this.#adopt(Deno.UnsafePointer.create(outputs[i]!), output));
    } finally {
      status.close();
    }
  }

  #prepare(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly number[],
    status: Status,
  ): Handle {
    const { library } = this;
    const operation = library.TFE_NewOp(this.context, cText(name), status.pointer);
    status.check(() => `prepare ${name}`);
    try {
      setAttributes(library, { operation, recorded: false, status }, attributes);
      for (const id of inputs) {
        library.TFE_OpAddInput(operation, this.#alive(id).handle, status.pointer);
      }
      return operation;
    } catch (error) {
      library.TFE_DeleteOp(operation);
      throw error;
    }
  }

  #whatRan(name: string, inputs: readonly number[]): string {
    const shapes = inputs.slice(0, mostNamed).map((id) => describe(this.#alive(id).record));
    const more = inputs.length - shapes.length;
    const others = more > 0 ? ` and ${more} more` : "";
    return `run ${name} on ${shapes.join(", ") || "no inputs"}${others}`;
  }

  #growOutputs(count: number): void {
    this.#outputs = new BigUint64Array(count);
    this.#outputBytes = new Uint8Array(this.#outputs.buffer);
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
    return this.#tensors.add(handle, known ?? recordOf(handle, this));
  }
}
