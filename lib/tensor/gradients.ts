/**
 * Gradients of a function of named tensors, with further results beside the loss.
 *
 * @module
 */

import { disposeTensors, mapTensors, type NamedTensors } from "./named_tensors.ts";
import { type Tensor, tf } from "./tfjs.ts";

/**
 * Differentiates a scalar function by each of its parameters.
 *
 * @param f Computes the scalar to differentiate and anything else worth keeping.
 * @param parameters The tensors to differentiate by.
 * @returns Gradients under the parameters' names and the other results; the caller owns them.
 * @throws {Error} If the scalar does not depend on a parameter.
 * @example Slope of a square
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { startEngine, tf, withGradients } from "glmc";
 *
 * await startEngine({ device: "cpu" });
 * const { gradients } = withGradients(
 *   ({ x }) => ({ scalar: tf.sum(tf.square(x)), others: {} }),
 *   { x: tf.tensor1d([3, 4]) },
 * );
 * assertEquals([...gradients.x.dataSync()], [6, 8]);
 * ```
 */
export function withGradients<P extends Record<string, Tensor>, O extends NamedTensors>(
  f: (parameters: P) => { readonly scalar: Tensor; readonly others: O },
  parameters: P,
): { readonly gradients: P; readonly others: O } {
  let kept: NamedTensors = {};
  try {
    const { grads } = tf.engine().gradients(
      () => {
        const result = f(parameters);
        // The engine disposes everything but the scalar when this function ends.
        kept = mapTensors(result.others, (tensor) => tf.keep(tensor.clone()));
        return result.scalar;
      },
      Object.values(parameters),
      undefined,
      true,
    );
    const gradients = named(Object.keys(parameters), grads);
    const others = mapTensors(kept, (tensor) => tensor.clone());
    return { gradients: gradients as P, others: others as unknown as O };
  } finally {
    disposeTensors(kept);
  }
}

function named(
  names: readonly string[],
  gradients: readonly (Tensor | null | undefined)[],
): Record<string, Tensor> {
  const found: Record<string, Tensor> = {};
  const missing: string[] = [];
  names.forEach((name, i) => {
    const gradient = gradients[i];
    if (gradient) found[name] = gradient;
    else missing.push(name);
  });
  if (missing.length === 0) return found;
  disposeTensors(found);
  throw new Error(
    `Cannot differentiate: the result does not depend on ${missing.join(", ")}: ` +
      "use every parameter, or leave it out",
  );
}

/**
 * The same values, cut off from differentiation: the result counts as a constant.
 *
 * @param x Any tensor.
 * @returns A tensor that shares the values of `x`; the caller disposes it.
 * @example A square whose slope is that of one factor
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { startEngine, stopGradient, tf, withGradients } from "glmc";
 *
 * await startEngine({ device: "cpu" });
 * const { gradients } = withGradients(
 *   ({ x }) => ({ scalar: tf.sum(tf.mul(x, stopGradient(x))), others: {} }),
 *   { x: tf.tensor1d([3]) },
 * );
 * assertEquals([...gradients.x.dataSync()], [3]);
 * ```
 */
export function stopGradient<T extends Tensor>(x: T): T {
  // A second tensor on the same values that no recorded operation has made.
  (tf.backend() as unknown as { incRef(dataId: object): void }).incRef(x.dataId);
  const { dataId, shape, dtype } = x;
  return tf.engine().makeTensorFromTensorInfo({ dataId, shape, dtype }) as T;
}
