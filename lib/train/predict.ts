/**
 * Outputs of a network for a whole image set.
 *
 * @module
 */

import { type ChannelStatistics, normalise } from "../images/normalise.ts";
import { cropViews, type PixelBank } from "../images/pixel_bank.ts";
import type { Network, Variables } from "../model/network.ts";
import type { Engine, ExecutionMode } from "../tensor/engine.ts";
import { type Tensor, tf } from "../tensor/tfjs.ts";

/** What predicting needs besides the variables. */
export interface PredictSettings {
  /** The engine to run on. */
  readonly engine: Engine;
  /** The network. */
  readonly network: Network;
  /** Images on the device. */
  readonly bank: PixelBank;
  /** Normalisation of the images. */
  readonly channels: ChannelStatistics;
  /** Images in one call; 500 by default. */
  readonly batchSize?: number;
  /** `eager` runs op by op. */
  readonly mode?: ExecutionMode;
}

/**
 * Makes a function that runs the tested classifier over all images of a bank.
 *
 * @param settings Network and images; they must stay alive as long as the function is used.
 * @returns A function from variables to logits `[N, C]`.
 */
export function createPredictor(
  settings: PredictSettings,
): (variables: Variables) => Promise<Float32Array> {
  const { engine, network, bank, channels, batchSize = 500, mode } = settings;
  const padding = 4;
  const logitsOf = (variables: Variables, rows: Tensor): Tensor => {
    const count = rows.shape[0];
    // The centre crop of the padded frame is the image itself.
    const crops = tf.fill([count, 2], padding, "int32");
    const flips = tf.zeros([count], "int32");
    const images = normalise(cropViews(bank, { rows, crops, flips }, { padding }), channels);
    return network.apply(variables, images, "evaluate").outputs.rebalancedLogits;
  };
  const predict = engine.compile(
    ({ rows, ...variables }: Variables & { readonly rows: Tensor }) => {
      // As many independent parts as operations run at a time: each keeps its own threads busy.
      const parts = Math.min(engine.threads.interOp, rows.shape[0]);
      const first = Math.ceil(rows.shape[0] / parts);
      const sizes = Array.from(
        { length: Math.ceil(rows.shape[0] / first) },
        (_, i) => Math.min(first, rows.shape[0] - i * first),
      );
      const logits = tf.split(rows, sizes).map((part) => logitsOf(variables, part));
      return { logits: tf.concat(logits) };
    },
    { mode },
  );
  return async ({ parameters, statistics }) => {
    const logits = new Float32Array(bank.count * network.classes);
    for (let start = 0; start < bank.count; start += batchSize) {
      const rows = tf.range(start, Math.min(start + batchSize, bank.count), 1, "int32");
      const result = predict({ parameters, statistics, rows });
      logits.set(await result.logits.data() as Float32Array, start * network.classes);
      rows.dispose();
      result.logits.dispose();
    }
    return logits;
  };
}
