/**
 * What is known about a tensor that TensorFlow holds.
 *
 * @module
 */

import { dataType } from "./attributes.ts";

/** Shape and element type of a tensor, under the number the kit knows it by. */
export interface TensorRecord {
  /** The kit's number for the tensor. */
  readonly id: number;
  /** Its shape. */
  readonly shape: number[];
  /** Its element type, one of {@linkcode dataType}. */
  readonly dtype: number;
}

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
