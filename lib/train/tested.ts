/**
 * Measures a network on the images of a source, batch after batch.
 *
 * @module
 */

import { createEvaluator, type Measure } from "../evaluate/evaluator.ts";
import type { EvaluateOptions, Evaluation } from "../evaluate/metrics.ts";
import type { Variables } from "../model/network.ts";
import type { Predictor } from "./predict.ts";

/** Whose outputs are measured, and until when. */
export interface TestedImages {
  /** Class of each image of the predictor's source. */
  readonly labels: Int32Array;
  /** Stops after a batch. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Shows the outputs for all images to measures; only those of one batch are held at a time.
 *
 * @param predict The network and its images.
 * @param variables Its weights.
 * @param options Labels, measures, and a signal to stop.
 */
export async function measured(
  predict: Predictor,
  variables: Variables,
  { labels, measures, signal }: TestedImages & {
    readonly measures: readonly Pick<Measure<unknown>, "add">[];
  },
): Promise<void> {
  for await (const { first, count, outputs } of predict.batches(variables, signal)) {
    const ofBatch = labels.subarray(first, first + count);
    for (const measure of measures) measure.add(outputs, ofBatch);
  }
}

/**
 * Evaluates a network.
 *
 * @param predict The network and its images.
 * @param variables Its weights.
 * @param options Labels, classes, and a signal to stop.
 * @returns The evaluation: to the last bit that of all outputs at once.
 * @throws {RangeError} If there are no images, an output is not finite, or a label is no class.
 */
export async function evaluated(
  predict: Predictor,
  variables: Variables,
  { labels, signal, ...options }: TestedImages & EvaluateOptions,
): Promise<Evaluation> {
  const evaluator = createEvaluator(options);
  await measured(predict, variables, { labels, measures: [evaluator], signal });
  return evaluator.result();
}
