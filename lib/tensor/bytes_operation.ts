/**
 * Single operations on files, run in the running engine's context from another thread of JavaScript.
 *
 * A worker opens the library for itself and uses the context that the engine has started; TensorFlow lets
 * several threads use one. Nothing here needs TensorFlow.js, so that workers start fast and stay small.
 *
 * @module
 */

import { findLibraryFolder } from "../setup/find.ts";
import { type Attribute, dataType, setAttributes } from "./attributes.ts";
import { cText } from "./c_values.ts";
import { allocate } from "./host_values.ts";
import { type Handle, type LibTensorFlow, openLibTensorFlow } from "./libtensorflow.ts";
import { Status } from "./status.ts";
import { deleteText, fillText, textStructBytes } from "./text.ts";

/** An operation with its attributes. */
export interface OperationCall {
  /** Its name in TensorFlow. */
  readonly name: string;
  /** Its attributes. */
  readonly attributes: readonly Attribute[];
}

/** Bytes that an operation returned. */
export interface BytesResult {
  /** Size of each dimension. */
  readonly shape: readonly number[];
  /** The values, in memory of TensorFlow that is freed afterwards. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Runs operations of one byte output. */
export interface BytesRunner {
  /**
   * Runs an operation on the content of a file.
   *
   * @param call The operation.
   * @param inputs The file, and whole numbers as the second input.
   * @param use Takes what is wanted of the result, before its memory is freed.
   * @returns What `use` returns.
   * @throws {OutOfMemoryError} If there is no memory for the result.
   * @throws {Error} If TensorFlow refuses the inputs.
   */
  readonly run: <T>(
    call: OperationCall,
    inputs: { readonly file: Uint8Array<ArrayBuffer>; readonly numbers?: Int32Array },
    use: (result: BytesResult) => T,
  ) => T;
}

/**
 * Opens the engine's context in another thread.
 *
 * @param context Address of the context: `contextAddress` of the engine's binding.
 * @returns What runs operations there.
 * @throws {Error} If TensorFlow cannot be opened.
 */
export function bytesRunner(context: bigint): BytesRunner {
  const library = openLibTensorFlow(findLibraryFolder());
  const status = new Status(library);
  const shared = { library, status, context: Deno.UnsafePointer.create(context) };
  return {
    run(call, { file, numbers }, use) {
      const text = textTensor(library, file);
      const tensors = numbers === undefined ? [text] : [text, numbersTensor(library, numbers)];
      try {
        return execute(shared, { ...call, tensors }, use);
      } finally {
        deleteText(library, text);
        for (const tensor of tensors.slice(1)) library.TF_DeleteTensor(tensor);
      }
    },
  };
}

interface Shared {
  readonly library: LibTensorFlow;
  readonly status: Status;
  readonly context: Handle;
}

function execute<T>(
  { library, status, context }: Shared,
  { name, attributes, tensors }: OperationCall & { readonly tensors: readonly Handle[] },
  use: (result: BytesResult) => T,
): T {
  const { pointer } = status;
  const handles: Handle[] = [];
  const operation = library.TFE_NewOp(context, cText(name), pointer);
  const output = new BigUint64Array(1);
  try {
    status.check(() => `prepare ${name}`);
    setAttributes(library, { operation, recorded: false, status }, attributes);
    for (const tensor of tensors) {
      handles.push(library.TFE_NewTensorHandle(tensor, pointer));
      library.TFE_OpAddInput(operation, handles.at(-1)!, pointer);
    }
    const [outputs, count] = [
      new Uint8Array(output.buffer),
      new Uint8Array(Int32Array.of(1).buffer),
    ];
    library.TFE_Execute(operation, outputs, count, pointer);
    status.check(() => `run ${name}`);
  } finally {
    library.TFE_DeleteOp(operation);
    for (const handle of handles) library.TFE_DeleteTensorHandle(handle);
  }
  const handle = Deno.UnsafePointer.create(output[0]!);
  const shape = Array.from(
    { length: library.TFE_TensorHandleNumDims(handle, pointer) },
    (_, axis) => Number(library.TFE_TensorHandleDim(handle, axis, pointer)),
  );
  const tensor = library.TFE_TensorHandleResolve(handle, pointer);
  library.TFE_DeleteTensorHandle(handle);
  status.check(() => `read the result of ${name}`);
  try {
    const size = Number(library.TF_TensorByteSize(tensor));
    const data = library.TF_TensorData(tensor)!;
    return use({ shape, bytes: new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(data, size)) });
  } finally {
    library.TF_DeleteTensor(tensor);
  }
}

function textTensor(library: LibTensorFlow, bytes: Uint8Array<ArrayBuffer>): Handle {
  const form = { shape: [], dtype: dataType.string };
  const tensor = allocate(library, form, new Uint8Array(textStructBytes));
  fillText(library, tensor, bytes);
  return tensor;
}

function numbersTensor(library: LibTensorFlow, numbers: Int32Array): Handle {
  return allocate(library, { shape: [numbers.length], dtype: dataType.int32 }, numbers);
}
