/**
 * What a network is shown in a step, as pictures: a method's views after crops, flips and mixing.
 *
 * @module
 */

import type { ChannelStatistics } from "../images/normalise.ts";
import type { NetworkOutputs } from "../model/network.ts";
import { disposeTensors, mapTensors } from "../tensor/named_tensors.ts";
import { type Tensor, tf } from "../tensor/tfjs.ts";
import type { Progress } from "./events.ts";
import { lossOf } from "./step_gradients.ts";
import { epochNumbers, stepInputs } from "./step_inputs.ts";
import { type Training, trainingStageAt } from "./training.ts";

/** Images of one pass through the network. */
export interface ShownViews {
  /** Name of the pass, such as `global`. */
  readonly name: string;
  /** How many images. */
  readonly count: number;
  /** Height of each in pixels. */
  readonly height: number;
  /** Width of each in pixels. */
  readonly width: number;
  /** Values of a pixel. */
  readonly channels: number;
  /** The values, 0 to 255 `[count, height, width, channels]`. */
  readonly data: Uint8Array;
}

/** Pixels of all images of a pass: 32 small ones or a few large ones. */
const mostPixels = 512 * 512;
const mostImages = 32;

/**
 * The images that the next step shows the network.
 *
 * The method's loss is computed with a network that looks at one image alone and says the same of all: any
 * method shows its views, and it costs little.
 *
 * @param training The training; nothing of it is changed.
 * @param options Where it stands, before the last step of an epoch; mean and deviation of the channels.
 * @returns The first images of each pass.
 */
export async function shownViews(
  training: Training,
  { from, statistics }: {
    readonly from: Pick<Progress, "epoch" | "step" | "state">;
    readonly statistics: ChannelStatistics;
  },
): Promise<ShownViews[]> {
  const { parts: { train, labels, counts } } = training;
  const { stage, first } = trainingStageAt(training, from.epoch);
  const { method, options } = stage;
  const plan = training.plan(from.epoch)[from.step]!;
  const numbers = epochNumbers(training, from.epoch - first, stage);
  const inputs = stepInputs(plan, { prepared: await train.prepare(plan), ...numbers });
  const pixels = Math.floor(mostPixels / (train.height * train.width));
  const most = Math.max(1, Math.min(mostImages, pixels));
  let shown: readonly Tensor[] = [];
  try {
    shown = tf.tidy(() => {
      const { network, passes } = recorder(training, most);
      const { rows, prepared } = inputs;
      lossOf(from.state, {
        views: train.views({ rows, prepared, groups: method.groups }),
        plan: inputs,
      }, {
        stage,
        network,
        labels: tf.tensor1d(labels.train, "int32"),
        constants: method.constants?.({ options, counts }) ?? {},
      });
      return passes;
    });
    return await Promise.all(shown.map(async (images, pass) => {
      const [count, height, width, channels] = images.shape as [number, number, number, number];
      const data = pixelsOf(await images.data() as Float32Array, statistics);
      const name = method.passNames?.[pass] ?? `${pass + 1}`;
      return { name, count, height, width, channels, data };
    }));
  } finally {
    disposeTensors(inputs);
    for (const images of shown) images.dispose();
  }
}

/** A network that keeps what it is shown. */
function recorder(
  { parts: { network } }: Training,
  most: number,
): { readonly network: Training["parts"]["network"]; readonly passes: Tensor[] } {
  const passes: Tensor[] = [];
  return {
    passes,
    network: {
      ...network,
      apply(variables, images) {
        const [count] = images.shape as [number];
        passes.push(tf.slice(images, 0, Math.min(count, most)));
        const { outputs } = network.apply(variables, tf.slice(images, 0, 1), "evaluate");
        const forAll = mapTensors(outputs, (output) => tf.tile(output, [count, 1]));
        return { outputs: forAll as NetworkOutputs, statistics: variables.statistics };
      },
    },
  };
}

function pixelsOf(values: Float32Array, { mean, std }: ChannelStatistics): Uint8Array {
  const channels = mean.length;
  // Values are rounded, and kept within 0 to 255.
  return new Uint8Array(Uint8ClampedArray.from(
    values,
    (value, i) => 255 * (value * std[i % channels]! + mean[i % channels]!),
  ));
}
