/**
 * Which operations are better run on the host beside a GPU.
 *
 * @module
 */

import { type Attribute, attributeKind, dataType } from "./attributes.ts";

const wholeTypes: ReadonlySet<unknown> = new Set(
  [dataType.int32, dataType.uint8, dataType.int64, dataType.bool],
);

/**
 * Whether a type is one of whole numbers, which the host works with: a tensor of it stays there.
 *
 * @param type A `TF_DataType`.
 * @returns Whether it is; bool and bytes are.
 * @example Indices and weights
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { dataType } from "glmc/tensor/attributes.ts";
 * import { isWhole } from "glmc/tensor/host_operations.ts";
 *
 * assertEquals([dataType.int32, dataType.float32].map(isWhole), [true, false]);
 * ```
 */
export function isWhole(type: number): boolean {
  return wholeTypes.has(type);
}

/**
 * Whether an operation takes and makes whole numbers only.
 *
 * TensorFlow does half of the arithmetic of int32 on the host even beside a GPU (sums, comparisons, ranges)
 * and half on the GPU (selections, repetitions, gathers). Going to and fro, a step would wait for the GPU
 * again and again.
 *
 * @param attributes Its attributes, which name the types of what it makes.
 * @param inputs The types of what it takes.
 * @returns Whether it does; one that takes nothing does not, since it is a constant of what comes after it.
 * @example A sum, and a conversion
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { dataType, typeAttribute } from "glmc/tensor/attributes.ts";
 * import { isForHost } from "glmc/tensor/host_operations.ts";
 *
 * const { int32 } = dataType;
 * const cast = [typeAttribute("SrcT", "int32"), typeAttribute("DstT", "float32")];
 *
 * assertEquals(isForHost([typeAttribute("T", "int32")], [int32, int32]), true);
 * assertEquals(isForHost(cast, [int32]), false);
 * ```
 */
export function isForHost(attributes: readonly Attribute[], inputs: readonly number[]): boolean {
  return inputs.length > 0 && inputs.every(isWhole) &&
    attributes.every(({ type, value }) => type !== attributeKind.type || wholeTypes.has(value));
}

/** The host, as TensorFlow names it. */
export const hostDevice = "/device:CPU:0";
