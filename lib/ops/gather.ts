/**
 * Rows of tables: image sets stay uint8, a quarter of the memory of float32. Beside a GPU, tables of
 * whole numbers and what is gathered from them are in the host's memory.
 *
 * TensorFlow.js's own `gather` reads the indices back to check them, which a compiled step cannot do.
 *
 * @module
 */

import { dataType, typeAttribute } from "../tensor/attributes.ts";
import type { Binding } from "../tensor/binding.ts";
import type { TensorBackend } from "../tensor/compile.ts";
import { type Tensor, tf } from "../tensor/tfjs.ts";
import { runOperation } from "../tensor/operation.ts";

/**
 * Copies bytes into a tensor.
 *
 * TensorFlow.js has no uint8: the result calls itself `int32` and may only be given to
 * {@linkcode gatherBytes}, or disposed.
 *
 * @param bytes Values.
 * @param shape Shape of the result.
 * @returns The bytes as a tensor; the caller owns it.
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { startEngine } from "glmc";
 * import { uint8Tensor } from "glmc/ops/gather.ts";
 *
 * await startEngine({ device: "cpu" });
 * const pixels = uint8Tensor(Uint8Array.of(1, 2, 3, 4), [2, 2]);
 * assertEquals(pixels.shape, [2, 2]);
 * ```
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
 * @throws {Error} If an index is out of range.
 * @example The second row
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { startEngine, tf } from "glmc";
 * import { gatherBytes, uint8Tensor } from "glmc/ops/gather.ts";
 *
 * await startEngine({ device: "cpu" });
 * const pixels = uint8Tensor(Uint8Array.of(1, 2, 3, 4), [2, 2]);
 * assertEquals([...gatherBytes(pixels, tf.tensor1d([1], "int32")).dataSync()], [3, 4]);
 * ```
 */
export function gatherBytes(table: Tensor, rows: Tensor): Tensor {
  return tf.tidy(() => {
    const types = [typeAttribute("SrcT", "uint8"), typeAttribute("DstT", "float32")];
    return runOperation("Cast", types, [gather(table, rows, "uint8")])[0];
  });
}

/**
 * Takes rows of an int32 tensor.
 *
 * @param table Values int32 `[N, ...]`.
 * @param rows Indices int32 of any shape, in `[0, N)`.
 * @returns int32 `[...rows.shape, ...]`; the caller owns it. Carries no gradient.
 * @throws {Error} If an index is out of range.
 * @example Labels of the last and the first image
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { startEngine, tf } from "glmc";
 * import { gatherIntegers } from "glmc/ops/gather.ts";
 *
 * await startEngine({ device: "cpu" });
 * const [labels, rows] = [tf.tensor1d([7, 8, 9], "int32"), tf.tensor1d([2, 0], "int32")];
 * assertEquals([...gatherIntegers(labels, rows).dataSync()], [9, 7]);
 * ```
 */
export function gatherIntegers(table: Tensor, rows: Tensor): Tensor {
  return tf.tidy(() => gather(table, rows, "int32"));
}

/**
 * Takes rows of a float32 tensor.
 *
 * @param table Values float32 `[N, ...]`.
 * @param rows Indices int32 of any shape, in `[0, N)`.
 * @returns float32 `[...rows.shape, ...]`; the caller owns it. Carries no gradient.
 * @throws {Error} If an index is out of range.
 * @example Two images in the other order
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { startEngine, tf } from "glmc";
 * import { gatherFloats } from "glmc/ops/gather.ts";
 *
 * await startEngine({ device: "cpu" });
 * const [images, partner] = [tf.tensor2d([[1, 2], [3, 4]]), tf.tensor1d([1, 0], "int32")];
 * assertEquals([...gatherFloats(images, partner).dataSync()], [3, 4, 1, 2]);
 * ```
 */
export function gatherFloats(table: Tensor, rows: Tensor): Tensor {
  return tf.tidy(() => gather(table, rows, "float32"));
}

function gather(table: Tensor, rows: Tensor, type: "uint8" | "int32" | "float32"): Tensor {
  const types = [
    typeAttribute("Tparams", type),
    typeAttribute("Tindices", "int32"),
    typeAttribute("Taxis", "int32"),
  ];
  return runOperation("GatherV2", types, [table, rows, tf.scalar(0, "int32")])[0];
}
