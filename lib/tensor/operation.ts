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

/** What runs operations. */
export interface OperationTarget {
  /** Where they run. */
  readonly device: "cpu" | "gpu";
  /** Whether XLA makes kernels of its own for them, as it does for a function recorded for it. */
  readonly xla: boolean;
}

/**
 * What will run the operations that are issued now.
 *
 * @returns The device, and whether XLA compiles.
 */
export function operationTarget(): OperationTarget {
  return (tf.backend() as unknown as OperationBackend).binding.target;
}

/**
 * Runs one TensorFlow operation with one output, outside of automatic differentiation.
 *
 * @param name The operation's name in TensorFlow.
 * @param attributes Its attributes.
 * @param inputs Its inputs.
 * @returns Its output; the caller owns it.
 */
export function runOperation(
  name: string,
  attributes: readonly Attribute[],
  inputs: readonly tf.TensorInfo[],
): Tensor {
  const [output] = runOperationFor(1, { name, attributes, inputs });
  return output;
}

/** Tensors, as many as an operation was asked for. */
export type Outputs = {
  readonly 1: [Tensor];
  readonly 5: [Tensor, Tensor, Tensor, Tensor, Tensor];
  readonly 6: [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
};

/**
 * Runs one TensorFlow operation with several outputs, outside of automatic differentiation.
 *
 * @param count How many outputs it has.
 * @param operation Its name in TensorFlow, attributes and inputs.
 * @returns Its outputs; the caller owns them.
 */
export function runOperationFor<Count extends keyof Outputs>(
  count: Count,
  { name, attributes, inputs }: {
    readonly name: string;
    readonly attributes: readonly Attribute[];
    readonly inputs: readonly tf.TensorInfo[];
  },
): Outputs[Count] {
  const backend = tf.backend() as unknown as OperationBackend;
  return backend.executeMultipleOutputs(name, attributes, inputs, count) as Outputs[Count];
}
