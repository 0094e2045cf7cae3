/**
 * Gradients against differences of values.
 *
 * @module
 */
import type { Engine, ExecutionMode } from "glmc/tensor/engine.ts";
import { withGradients } from "glmc/tensor/gradients.ts";
import { type Tensor, tf } from "glmc/tensor/tfjs.ts";

/** Settings of {@linkcode slopeError}. */
export interface SlopeOptions {
  readonly engine: Engine;
  readonly mode: ExecutionMode;
  /** Length of the step to either side. */
  readonly step: number;
}

/**
 * How far, relatively, the length of the gradient of a scalar function is from its mean slope over a
 * small step both ways along it; `loss` runs in the mode that is asked for.
 */
export function slopeError<T extends Record<string, Tensor>>(
  loss: (at: T) => Tensor,
  at: T,
  { engine, mode, step }: SlopeOptions,
): number {
  using run = engine.compile((at: T) => {
    const { gradients, others } = withGradients((at) => {
      const scalar = loss(at);
      return { scalar, others: { scalar } };
    }, at);
    return { gradients, scalar: others.scalar };
  }, { mode });
  return tf.tidy(() => {
    const gradients: Record<string, Tensor> = run(at).gradients;
    const squares = Object.values(gradients).map((gradient) => tf.sum(tf.square(gradient)));
    const norm = Math.sqrt(tf.addN(squares).dataSync()[0]!);
    const value = (sign: 1 | -1): number => {
      const moved = Object.fromEntries(
        Object.entries(at).map(([name, tensor]) => [
          name,
          tf.add(tensor, tf.mul(gradients[name]!, sign * step / norm)),
        ]),
      );
      return run(moved as T).scalar.dataSync()[0]!;
    };
    return Math.abs((value(1) - value(-1)) / (2 * step) / norm - 1);
  });
}
