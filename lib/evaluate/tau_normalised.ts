/**
 * What a classifier says once the lengths of its rows are evened out, from the logits that there are.
 *
 * @module
 */

/** A linear classifier, as far as the lengths of its rows matter. */
export interface RowLengths {
  /** Length of each row ‖W_c‖ `[C]`. */
  readonly lengths: ArrayLike<number>;
  /** Bias of each class b `[C]`. */
  readonly biases: ArrayLike<number>;
}

/** Settings of {@linkcode tauNormalisedLogits}. */
export interface TauOptions extends RowLengths {
  /** Exponent τ: 0 leaves the rows as they are, 1 makes them equally long. */
  readonly tau: number;
  /** Whether the bias stays; the public code drops it, BagofTricks keeps it. */
  readonly keepsBias: boolean;
}

/** Keeps divisions finite where a row is all zeros. */
const shortest = 1e-12;

/**
 * Logits of the τ-normalised classifier: (z_c − b_c) / ‖W_c‖^τ, with b_c added again where it stays (Kang et
 * al. 2020).
 *
 * @param logits Outputs of the classifier as it was trained z `[N, C]` in row-major order.
 * @param options Lengths, biases and τ.
 * @returns Logits `[N, C]`.
 * @throws {RangeError} If there is not one length and one bias for each class.
 * @example The second row is twice as long as the first
 * ```ts
 * import { tauNormalisedLogits } from "glmc/evaluate/tau_normalised.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const classifier = { lengths: [1, 2], biases: [0, 1], tau: 1 };
 * const logits = Float32Array.of(1, 5);
 *
 * assertEquals([...tauNormalisedLogits(logits, { ...classifier, keepsBias: false })], [1, 2]);
 * assertEquals([...tauNormalisedLogits(logits, { ...classifier, keepsBias: true })], [1, 3]);
 * ```
 */
export function tauNormalisedLogits(
  logits: Float32Array,
  { lengths, biases, tau, keepsBias }: TauOptions,
): Float32Array {
  const classes = lengths.length;
  if (biases.length !== classes || classes === 0 || logits.length % classes !== 0) {
    throw new RangeError(
      `Cannot normalise the logits: ${classes} lengths, ${biases.length} biases and ` +
        `${logits.length} logits are not of one classifier: give those of the tested one`,
    );
  }
  const powers = Array.from(lengths, (length) => Math.max(length, shortest) ** tau);
  return logits.map((logit, i) => {
    const label = i % classes;
    const bias = biases[label]!;
    return (logit - bias) / powers[label]! + (keepsBias ? bias : 0);
  });
}
