/**
 * Single TensorFlow operations, below TensorFlow.js's own.
 *
 * @module
 */

import type { Attribute } from "./attributes.ts";
import { type Tensor, tf } from "./tfjs.ts";

interface OperationBackend {
  executeMultipleOutputs(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly tf.TensorInfo[],
    outputCount: number,
  ): Tensor[];
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
