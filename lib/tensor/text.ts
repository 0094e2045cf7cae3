/**
 * Texts inside C tensors: the one kind of value that owns memory of its own.
 *
 * @module
 */

import type { Handle, LibTensorFlow } from "./libtensorflow.ts";

/** Size of `TF_TString`, which stands in the tensor. */
export const textStructBytes = 24;

/**
 * Copies a text into a tensor that was made for one.
 *
 * @param library The opened C API.
 * @param tensor A `TF_Tensor` of {@linkcode textStructBytes} bytes.
 * @param bytes The text.
 */
export function fillText(
  library: LibTensorFlow,
  tensor: Handle,
  bytes: Uint8Array<ArrayBuffer>,
): void {
  const text = library.TF_TensorData(tensor);
  library.TF_StringInit(text);
  library.TF_StringCopy(text, bytes, BigInt(bytes.length));
}

/**
 * Frees a tensor with the text in it, which TensorFlow leaves behind.
 *
 * @param library The opened C API.
 * @param tensor A `TF_Tensor` that {@linkcode fillText} filled; nothing may use it any more.
 */
export function deleteText(library: LibTensorFlow, tensor: Handle): void {
  library.TF_StringDealloc(library.TF_TensorData(tensor));
  library.TF_DeleteTensor(tensor);
}
