/**
 * Single TensorFlow operations, below TensorFlow.js's own.
 *
 * @module
 */

import type { Attribute } from "./attributes.ts";
import { type Tensor, tf } from "./tfjs.ts";

interface OperationBackend {
  readonly binding: { readonly target: OperationTarget };
  executeMultipleOutputs(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly tf.TensorInfo[],
    outputCount: number,
  ): Tensor[];
}

/** Whose kernels run the operations: the CPU's, the GPU's, or those that XLA makes of a recorded function. */
export type OperationTarget = "cpu" | "gpu" | "xla";

/** What will run the operations that are issued now. */
export function operationTarget(): OperationTarget {
  return (tf.backend() as unknown as OperationBackend).binding.target;
}

/** Runs one TensorFlow operation outside of automatic differentiation. */
export function runOperation(
  name: string,
  attributes: readonly Attribute[],
  inputs: readonly tf.TensorInfo[],
  outputCount = 1,
): Tensor[] {
  const backend = tf.backend() as unknown as OperationBackend;
  return backend.executeMultipleOutputs(name, attributes, inputs, outputCount);
}
