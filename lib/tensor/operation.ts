/**
 * Single TensorFlow operations, below TensorFlow.js's own.
 *
 * @module
 */

import type { Attribute } from "./attributes.ts";
import { type Tensor, tf } from "./tfjs.ts";

/** A tensor as an operation takes it. */
export interface OperationInput {
  /** What the back end knows it by. */
  readonly dataId: object;
  /** Size of each dimension. */
  readonly shape: readonly number[];
  /** Element type as TensorFlow.js calls it. */
  readonly dtype: string;
}

interface OperationBackend {
  readonly binding: { readonly target: OperationTarget };
  executeMultipleOutputs(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly OperationInput[],
    outputCount: number,
  ): Tensor[];
}

/** What runs the operations. */
export interface OperationTarget {
  /** The device. */
  readonly device: "cpu" | "gpu";
  /** Whether XLA makes the kernels, of a recorded function, instead of TensorFlow's own running. */
  readonly xla: boolean;
}

/** As many tensors as `N` says; any number of them where that is not known beforehand. */
export type Tensors<N extends number, T extends Tensor[] = []> = number extends N ? Tensor[]
  : T["length"] extends N ? T
  : Tensors<N, [...T, Tensor]>;

/**
 * What will run the operations that are issued now.
 *
 * @returns The device, and whether XLA compiles.
 */
export function operationTarget(): OperationTarget {
  return (tf.backend() as unknown as OperationBackend).binding.target;
}

/**
 * Runs one TensorFlow operation outside of automatic differentiation.
 *
 * @param name The operation's name in TensorFlow.
 * @param attributes Its attributes.
 * @param inputs Its inputs in their order.
 * @param outputCount How many tensors it returns.
 * @returns The outputs; the caller owns them.
 * @throws {Error} If the operation does not fit its inputs.
 * @example A square
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { startEngine, tf } from "glmc";
 * import { typeAttribute } from "glmc/tensor/attributes.ts";
 * import { runOperation } from "glmc/tensor/operation.ts";
 *
 * await startEngine({ device: "cpu" });
 * const [square] = runOperation("Square", [typeAttribute("T", "float32")], [tf.tensor1d([3])]);
 * assertEquals([...square.dataSync()], [9]);
 * ```
 */
export function runOperation<N extends number = 1>(
  name: string,
  attributes: readonly Attribute[],
  inputs: readonly OperationInput[],
  outputCount = 1 as N,
): Tensors<N> {
  const backend = tf.backend() as unknown as OperationBackend;
  return backend.executeMultipleOutputs(name, attributes, inputs, outputCount) as Tensors<N>;
}
