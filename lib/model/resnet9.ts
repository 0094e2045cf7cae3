/**
 * A residual network of nine layers for trainings of minutes: few, large convolutions, each on as many
 * pixels as it needs and no more.
 *
 * The layers are those of the ResNet-9 of David Page's entry to DAWNBench (2018). Here the image is halved
 * one layer earlier, after the first convolution, and not before the last one: a third of the
 * multiplications, at a small loss. Our own network; in no official code.
 *
 * @module
 */

import type { Backbone, BackboneOptions, Block, Convolution } from "./structure.ts";

/**
 * Describes the network: a convolution, a stage with a residual block, one without, one with.
 *
 * @param options Channels of the first convolution w, doubled by each stage, and of the images.
 * @returns The network without heads.
 * @example Images of 32 × 32 pixels end as 4 × 4 features
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { resnet9 } from "glmc/model/resnet9.ts";
 *
 * const { blocks, featureSize } = resnet9({ width: 32, channels: 3 });
 * assertEquals([blocks.length, featureSize], [5, 256]);
 * ```
 */
export function resnet9({ width, channels }: BackboneOptions): Backbone {
  return {
    stem: { ...layer("conv1", channels, width), pooling: "2x2" },
    blocks: [
      {
        convolutions: [{ ...layer("layer1", width, 2 * width), pooling: "2x2" }],
        shortcut: "none",
      },
      residual("layer1", 2 * width),
      {
        convolutions: [{ ...layer("layer2", 2 * width, 4 * width), pooling: "2x2" }],
        shortcut: "none",
      },
      { convolutions: [layer("layer3", 4 * width, 8 * width)], shortcut: "none" },
      residual("layer3", 8 * width),
    ],
    featureSize: 8 * width,
    headSize: 128,
    initialWeights: "normal",
  };
}

function residual(stage: string, size: number): Block {
  return {
    convolutions: [0, 1].map((index) => layer(`${stage}.residual.${index}`, size, size)),
    shortcut: "identity",
  };
}

function layer(name: string, inputs: number, outputs: number): Convolution {
  return { name: `${name}.conv`, batchNorm: `${name}.bn`, kernel: 3, stride: 1, inputs, outputs };
}
