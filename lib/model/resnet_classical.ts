/**
 * Residual networks for small images as He et al. 2016 describe them: three stages, basic blocks and
 * shortcuts without parameters.
 *
 * @module
 */

import { type BlockPosition, blockPositions } from "./resnet_stages.ts";
import type { Backbone, BackboneOptions, Block, Convolution } from "./structure.ts";

/**
 * Describes a classical residual network.
 *
 * @param depths Blocks of each stage, such as `[5, 5, 5]` for resnet32.
 * @param options Width of the first stage and channels of the images.
 * @returns The network without heads.
 * @example Blocks of resnet32
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { classicalResnet } from "glmc/model/resnet_classical.ts";
 *
 * const { blocks, featureSize } = classicalResnet([5, 5, 5], { width: 16, channels: 3 });
 * assertEquals([blocks.length, featureSize], [15, 64]);
 * assertEquals(blocks[5]?.shortcut, "subsample");
 * ```
 */
export function classicalResnet(
  depths: readonly number[],
  { width, channels }: BackboneOptions,
): Backbone {
  return {
    stem: {
      name: "conv1",
      batchNorm: "bn1",
      kernel: 3,
      stride: 1,
      inputs: channels,
      outputs: width,
    },
    blocks: blockPositions(depths, { width }).map(classicalBlock),
    featureSize: width * 2 ** (depths.length - 1),
    headSize: 128,
    initialWeights: "normal",
  };
}

function classicalBlock({ stage, index, stride, inputs, channels }: BlockPosition): Block {
  const name = `layer${stage + 1}.${index}`;
  const part = (number: 1 | 2, stride: 1 | 2, inputs: number): Convolution => ({
    name: `${name}.conv${number}`,
    batchNorm: `${name}.bn${number}`,
    kernel: 3,
    stride,
    inputs,
    outputs: channels,
  });
  return {
    convolutions: [part(1, stride, inputs), part(2, 1, channels)],
    shortcut: stride === 1 ? "identity" : "subsample",
  };
}
