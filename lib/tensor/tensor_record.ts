/**
 * What is known about a tensor that TensorFlow holds.
 *
 * @module
 */

import { dataType } from "./attributes.ts";
import type { Handle, LibTensorFlow } from "./libtensorflow.ts";
import type { Status } from "./status.ts";

/** Shape and element type of a tensor, under the number the kit knows it by. */
export interface TensorRecord {
  /** The kit's number for the tensor. */
  readonly id: number;
  /** Its shape. */
  readonly shape: number[];
  /** Its element type, one of {@linkcode dataType}. */
  readonly dtype: number;
}

/** Shape and element type of an output, or `undefined` where they depend on values. */
export type KnownOutput = Omit<TensorRecord, "id"> | undefined;

const typeNames = new Map<number, string>(
  Object.entries(dataType).map(([name, number]) => [number, name]),
);

/**
 * A tensor's type as people write it, such as `float32[64,32,32,3]`.
 *
 * @param tensor Its shape and element type.
 * @returns The text.
 */
export function describe({ shape, dtype }: Omit<TensorRecord, "id">): string {
  return `${typeNames.get(dtype) ?? `type ${dtype}`}[${shape.join(",")}]`;
}

/**
 * Asks TensorFlow for a tensor's shape and element type.
 *
 * @param handle The tensor.
 * @param context The opened C API, and the status of the calls.
 * @returns Shape and element type.
 */
export function recordOf(
  handle: Handle,
  { library, status }: { readonly library: LibTensorFlow; readonly status: Status },
): NonNullable<KnownOutput> {
  const rank = library.TFE_TensorHandleNumDims(handle, status.pointer);
  const shape = new Array<number>(rank);
  for (let axis = 0; axis < rank; axis++) {
    shape[axis] = Number(library.TFE_TensorHandleDim(handle, axis, status.pointer));
  }
  return { shape, dtype: library.TFE_TensorHandleDataType(handle) };
}
