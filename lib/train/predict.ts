/**
 * Outputs of a network for a whole image set.
 *
 * @module
 */

import type { ImageSource } from "../images/source.ts";
import type { HeadName, Network, NetworkOutputs, Variables } from "../model/network.ts";
import type { Engine, ExecutionMode } from "../tensor/engine.ts";
import { usableMemory } from "../process/memory.ts";
import { nextTurn } from "../process/turn.ts";
import { disposeTensors, type NamedTensors } from "../tensor/named_tensors.ts";
import { OutOfMemoryError } from "../tensor/status.ts";
import { type Tensor, tf } from "../tensor/tfjs.ts";

/** What predicting needs besides the variables. */
export interface PredictSettings {
  /** The engine to run on. */
  readonly engine: Engine;
  /** The network. */
  readonly network: Network;
  /** The images; they must stay alive as long as the predictor is used. */
  readonly source: ImageSource;
  /** The head whose outputs are wanted, or several of which {@linkcode meanOutputs} are. */
  readonly head: HeadName | readonly HeadName[];
  /** What their outputs are multiplied by, to make logits of cosines; 1 by default. */
  readonly scale?: number | undefined;
  /** Images in one call; by default at most 500, and fewer where memory is short. */
  readonly batchSize?: number | undefined;
  /** `eager` runs op by op. */
  readonly mode?: ExecutionMode | undefined;
}

/** Outputs of some images. */
export interface PredictedBatch {
  /** Row of the first image. */
  readonly first: number;
  /** Number of images n. */
  readonly count: number;
  /** Their outputs `[n, C]`. */
  readonly outputs: Float32Array;
}

/** Runs heads over all images of a source. */
export interface Predictor {
  /** From variables to outputs `[N, C]`, image after image; throws the reason of an aborted signal. */
  (variables: Variables, signal?: AbortSignal): Promise<Float32Array>;
  /**
   * The same batch after batch, of which only the present one is held; of a range of rows, from the first
   * to before the last, if one is given.
   */
  readonly batches: (
    variables: Variables,
    signal?: AbortSignal,
    range?: readonly [begin: number, end: number],
  ) => AsyncGenerator<PredictedBatch>;
  /** Frees the compiled function. */
  readonly dispose: () => void;
}

/**
 * Makes a function that runs heads of the network over all images of a source.
 *
 * @param settings Network, heads and images.
 * @returns The function; the caller disposes it.
 */
export function createPredictor(settings: PredictSettings): Predictor {
  const { engine, network, source, head, scale = 1, mode } = settings;
  const heads = [head].flat() as readonly HeadName[];
  type Inputs = Variables & { readonly rows: Tensor; readonly prepared: NamedTensors };
  const forward = engine.compile(
    ({ rows, prepared, ...variables }: Inputs) => {
      const [images] = source.views({ rows, prepared, groups: 1 });
      // As many independent parts as operations run at a time: each keeps its own threads busy. One keeps
      // a GPU busy.
      const parts = tf.split(
        images!,
        partSizes(rows.size, engine.device === "gpu" ? 1 : engine.threads.interOp),
      );
      const outputs = parts.map((part) => {
        const { outputs } = network.apply(variables, part, "evaluate");
        return meanOutputs(heads.map((head) => scaled((outputs as NetworkOutputs)[head], scale)));
      });
      return { outputs: tf.concat(outputs) };
    },
    { mode },
  );

  async function outputsOf(variables: Variables, rows: Int32Array): Promise<Float32Array> {
    const prepared = await source.prepare({ rows });
    const inputs = { rows: tf.tensor1d(rows, "int32"), prepared };
    try {
      const { outputs } = forward({ ...variables, ...inputs });
      const values = await outputs.data() as Float32Array;
      outputs.dispose();
      return values;
    } finally {
      disposeTensors(inputs);
    }
  }

  async function* batches(
    { parameters, statistics }: Variables,
    signal?: AbortSignal,
    [begin, end]: readonly [begin: number, end: number] = [0, source.count],
  ): AsyncGenerator<PredictedBatch> {
    let batchSize = settings.batchSize ?? fittingBatch(network, source);
    for (let first = begin; first < end;) {
      // Lets signals and displays run: a batch itself never yields to them.
      if (first > begin) await nextTurn();
      signal?.throwIfAborted();
      const count = Math.min(batchSize, end - first);
      const rows = Int32Array.from({ length: count }, (_, i) => first + i);
      try {
        const outputs = await outputsOf({ parameters, statistics }, rows);
        yield { first, count, outputs };
        first += count;
      } catch (error) {
        // Smaller batches need less memory and give the same outputs.
        if (!(error instanceof OutOfMemoryError) || batchSize === 1) throw error;
        batchSize = Math.ceil(batchSize / 2);
      }
    }
  }

  async function predict(variables: Variables, signal?: AbortSignal): Promise<Float32Array> {
    const all = new Float32Array(source.count * network.classes);
    for await (const { first, outputs } of batches(variables, signal)) {
      all.set(outputs, first * network.classes);
    }
    return all;
  }
  return Object.assign(predict, { batches, dispose: () => forward.dispose() });
}

/**
 * The outputs of several classifiers together: logarithms of the mean of their probabilities, so that what
 * reads outputs through a softmax sees that mean.
 *
 * @param outputs Outputs of each classifier `[B, C]`, at least one.
 * @returns Outputs `[B, C]`; those of one classifier as they are.
 * @example A classifier that is sure and one that is not
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { startEngine, tf } from "glmc";
 * import { meanOutputs } from "glmc/train/predict.ts";
 *
 * await startEngine({ device: "cpu" });
 * const mean = meanOutputs([tf.tensor2d([[100, 0]]), tf.tensor2d([[0, 0]])]);
 * assertAlmostEquals(tf.softmax(mean).dataSync()[0]!, 0.75, 1e-6);
 * ```
 */
export function meanOutputs(outputs: readonly Tensor[]): Tensor {
  const [only, ...others] = outputs;
  if (others.length === 0) return only!;
  return tf.tidy(() => {
    const logProbabilities = tf.stack(outputs.map((of) => tf.logSoftmax(of)));
    return tf.sub(tf.logSumExp(logProbabilities, 0), tf.scalar(Math.log(outputs.length)));
  });
}

function scaled(outputs: Tensor, scale: number): Tensor {
  return scale === 1 ? outputs : tf.mul(outputs, tf.scalar(scale));
}

/** Sizes of at most `parts` nearly equal parts of `count` images. */
function partSizes(count: number, parts: number): number[] {
  const size = Math.ceil(count / Math.min(parts, count));
  return Array.from(
    { length: Math.ceil(count / size) },
    (_, part) => Math.min(size, count - part * size),
  );
}

const largestBatch = 500;

/** Feature maps of the first stage that are alive at a time, with some for what TensorFlow holds back. */
const mapsAlive = 6;

/** As many images as half of the memory holds that may still be taken. */
function fittingBatch({ width }: Network, { height, width: columns }: ImageSource): number {
  const bytesPerImage = mapsAlive * 4 * width * height * columns;
  return Math.min(largestBatch, Math.max(1, Math.floor(usableMemory() / 2 / bytesPerImage)));
}
