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
  const names = Object.keys(parameters);
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
  const others = mapTensors(kept, (tensor) => tensor.clone()) as unknown as O;
  disposeTensors(kept);
  const missing = names.filter((_, i) => grads[i] === undefined || grads[i] === null);
  if (missing.length > 0) {
    throw new Error(
      `Cannot differentiate: the result does not depend on ${missing.join(", ")}: ` +
        "use every parameter, or leave it out",
    );
  }
  const gradients = Object.fromEntries(names.map((name, i) => [name, grads[i]])) as P;
  return { gradients, others };
}

/**
 * The same values, cut off from differentiation: the result counts as a constant.
 *
 * @param x Any tensor. Both tensors share their values; the caller disposes the result.
 */
export function stopGradient<T extends Tensor>(x: T): T {
  // A second tensor on the same values that no recorded operation has made.
  (tf.backend() as unknown as { incRef(dataId: object): void }).incRef(x.dataId);
  const { dataId, shape, dtype } = x;
  return tf.engine().makeTensorFromTensorInfo({ dataId, shape, dtype }) as T;
}
