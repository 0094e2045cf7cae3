/**
 * Bytes on the device: image sets stay uint8 there, a quarter of the memory of float32.
 *
 * @module
 */

import { dataType, typeAttribute } from "./attributes.ts";
import type { Binding } from "./binding.ts";
import type { TensorBackend } from "./compile.ts";
import { type Tensor, tf } from "./tfjs.ts";
import { runOperation } from "./training_kernels.ts";

/**
 * Copies bytes to the device.
 *
 * TensorFlow.js has no uint8: the result calls itself `int32` and may only be given to
 * {@linkcode gatherBytes}, or disposed.
 *
 * @param bytes Values.
 * @param shape Shape of the result; the caller owns it.
 */
export function uint8Tensor(bytes: Uint8Array, shape: readonly number[]): Tensor {
  const backend = tf.backend() as unknown as TensorBackend & { readonly binding: Binding };
  const id = backend.binding.createTensor([...shape], dataType.uint8, bytes);
  return backend.createOutputTensor({ id, shape: [...shape], dtype: dataType.uint8 });
}

/**
 * Takes rows of a byte tensor as float32.
 *
 * @param table Bytes `[N, ...]` made by {@linkcode uint8Tensor}.
 * @param rows Indices int32 of any shape, in `[0, N)`.
 * @returns float32 `[...rows.shape, ...]`, 0 to 255; the caller owns it. Carries no gradient.
 */
export function gatherBytes(table: Tensor, rows: Tensor): Tensor {
  return tf.tidy(() => {
    const axis = tf.scalar(0, "int32");
    const [bytes] = runOperation("GatherV2", [
      typeAttribute("Tparams", "uint8"),
      typeAttribute("Tindices", "int32"),
      typeAttribute("Taxis", "int32"),
    ], [table, rows, axis]);
    return runOperation(
      "Cast",
      [typeAttribute("SrcT", "uint8"), typeAttribute("DstT", "float32")],
      [
        bytes,
      ],
    )[0];
  });
}
