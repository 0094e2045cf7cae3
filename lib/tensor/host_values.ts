/**
 * Values of tensors on their way from the host to TensorFlow and back.
 *
 * @module
 */

import { dataType } from "./attributes.ts";
import { cShape } from "./c_values.ts";
import type { Handle, LibTensorFlow } from "./libtensorflow.ts";
import { OutOfMemoryError } from "./status.ts";
import { describe } from "./tensor_record.ts";

/** The values of a tensor on the host. */
export type HostValues = Float32Array | Int32Array | Uint8Array | BigInt64Array;

/**
 * Copies values into a new C tensor.
 *
 * @param library The opened C API.
 * @param form Shape and `TF_DataType`.
 * @param values The values.
 * @returns A `TF_Tensor`; the caller deletes it.
 * @throws {OutOfMemoryError} If there is no memory for it.
 */
export function allocate(
  library: LibTensorFlow,
  form: { readonly shape: readonly number[]; readonly dtype: number },
  values: ArrayBufferView,
): Handle {
  const { shape, dtype } = form;
  const { buffer, byteOffset, byteLength } = values;
  const pointer = library.TF_AllocateTensor(
    dtype,
    cShape(shape),
    shape.length,
    BigInt(byteLength),
  );
  if (byteLength === 0) return pointer;
  const data = pointer && library.TF_TensorData(pointer);
  if (data === null) {
    library.TF_DeleteTensor(pointer);
    throw new OutOfMemoryError(
      `Cannot create a tensor ${describe({ shape: [...shape], dtype })}: there is no memory for ` +
        `its ${byteLength} bytes: free tensors, or make a smaller one`,
    );
  }
  const target = Deno.UnsafePointerView.getArrayBuffer(data, byteLength);
  new Uint8Array(target).set(new Uint8Array(buffer, byteOffset, byteLength));
  return pointer;
}

/**
 * Copies the values of a C tensor to the host, bfloat16 as float32, and deletes it.
 *
 * @param library The opened C API.
 * @param tensor The `TF_Tensor`.
 * @param dtype Its `TF_DataType`.
 * @returns The values.
 */
export function takeValues(library: LibTensorFlow, tensor: Handle, dtype: number): HostValues {
  const copy = takeBytes(library, tensor);
  switch (dtype) {
    case dataType.float32:
      return new Float32Array(copy);
    case dataType.bfloat16:
      // The upper half of a float32.
      return new Float32Array(Uint32Array.from(new Uint16Array(copy), (b) => b << 16).buffer);
    case dataType.int32:
      return new Int32Array(copy);
    case dataType.int64:
      return new BigInt64Array(copy);
    default:
      return new Uint8Array(copy);
  }
}

function takeBytes(library: LibTensorFlow, tensor: Handle): ArrayBuffer {
  try {
    const size = Number(library.TF_TensorByteSize(tensor));
    return size === 0
      ? new ArrayBuffer(0)
      : Deno.UnsafePointerView.getArrayBuffer(library.TF_TensorData(tensor)!, size).slice(0);
  } finally {
    library.TF_DeleteTensor(tensor);
  }
}
