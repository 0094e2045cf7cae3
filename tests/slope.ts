/**
 * Gradients against differences of values.
 *
 * @module
 */
import type { Engine, ExecutionMode } from "glmc/tensor/engine.ts";
import { withGradients } from "glmc/tensor/gradients.ts";
import { type Tensor, tf } from "glmc/tensor/tfjs.ts";
import { relativeError } from "./assertions.ts";

/** Settings of {@linkcode gradientError}. */
export interface GradientErrorOptions {
  readonly engine: Engine;
  readonly mode: ExecutionMode;
  /** How far each element is moved to either side. */
  readonly step: number;
}

/**
 * |∇ − Δ| / |Δ| of a scalar function, where Δ are the central differences by every element of every
 * parameter; the function runs in the mode that is asked for.
 */
export function gradientError<T extends Record<string, Tensor>>(
  f: (at: T) => Tensor,
  at: T,
  { engine, mode, step }: GradientErrorOptions,
): number {
  using value = engine.compile((at: T) => ({ scalar: f(at) }), { mode });
  using slope = engine.compile((at: T) => {
    const { gradients } = withGradients((at) => ({ scalar: f(at), others: {} }), at);
    return { gradients };
  }, { mode });
  return tf.tidy(() => {
    const { gradients } = slope(at);
    const [found, expected]: [number[], number[]] = [[], []];
    for (const [name, tensor] of Object.entries(at)) {
      found.push(...gradients[name]!.dataSync());
      const values = Float32Array.from(tensor.dataSync());
      const moved = (place: number, by: number): number => {
        const data = values.with(place, values[place]! + by);
        return value({ ...at, [name]: tf.tensor(data, tensor.shape) }).scalar.dataSync()[0]!;
      };
      values.forEach((_, i) => expected.push((moved(i, step) - moved(i, -step)) / (2 * step)));
    }
    return relativeError(found, expected);
  });
}
