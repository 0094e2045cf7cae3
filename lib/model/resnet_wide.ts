/**
 * Residual networks for small images with the widths of the ImageNet networks: four stages, basic
 * blocks or bottlenecks, and shortcuts with parameters.
 *
 * @module
 */

import { type BlockPosition, blockPositions } from "./resnet_stages.ts";
import type { Backbone, BackboneOptions, Block, Convolution } from "./structure.ts";

/**
 * Describes a wide residual network.
 *
 * @param shape `depths`: blocks of each stage; `block`: two 3 × 3 convolutions, or a bottleneck of three
 * that ends in four times the channels.
 * @param options Width of the first stage and channels of the images.
 * @returns The network without heads.
 * @example A bottleneck
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { wideResnet } from "glmc/model/resnet_wide.ts";
 *
 * const shape = { depths: [3, 4, 6, 3], block: "bottleneck" } as const;
 * const { blocks, featureSize } = wideResnet(shape, { width: 64, channels: 3 });
 * assertEquals(blocks[0]?.convolutions.map(({ kernel }) => kernel), [1, 3, 1]);
 * assertEquals(featureSize, 2048);
 * ```
 */
export function wideResnet(
  { depths, block }: {
    readonly depths: readonly number[];
    readonly block: "basic" | "bottleneck";
  },
  { width, channels }: BackboneOptions,
): Backbone {
  const expansion = block === "basic" ? 1 : 4;
  return {
    stem: {
      name: "conv1.0",
      batchNorm: "conv1.1",
      kernel: 3,
      stride: 1,
      inputs: channels,
      outputs: width,
    },
    blocks: blockPositions(depths, { width, expansion }).map((position) =>
      wideBlock(position, expansion)
    ),
    featureSize: width * 2 ** (depths.length - 1) * expansion,
    headSize: 256,
    initialWeights: "uniform",
  };
}

function wideBlock(
  { stage, index, stride, inputs, channels }: BlockPosition,
  expansion: 1 | 4,
): Block {
  const name = `conv${stage + 2}_x.${index}`;
  const outputs = channels * expansion;
  // The numbers count batch norms and ReLUs too: 0, 1, (2), 3, 4, (5), 6, 7.
  const part = (
    number: 0 | 1 | 2,
    shape: Omit<Convolution, "name" | "batchNorm">,
  ): Convolution => ({
    name: `${name}.residual_function.${3 * number}`,
    batchNorm: `${name}.residual_function.${3 * number + 1}`,
    ...shape,
  });
  return {
    convolutions: expansion === 1
      ? [
        part(0, { kernel: 3, stride, inputs, outputs }),
        part(1, { kernel: 3, stride: 1, inputs: channels, outputs }),
      ]
      : [
        part(0, { kernel: 1, stride: 1, inputs, outputs: channels }),
        part(1, { kernel: 3, stride, inputs: channels, outputs: channels }),
        part(2, { kernel: 1, stride: 1, inputs: channels, outputs }),
      ],
    shortcut: stride === 1 && inputs === outputs ? "identity" : {
      name: `${name}.shortcut.0`,
      batchNorm: `${name}.shortcut.1`,
      kernel: 1,
      stride,
      inputs,
      outputs,
    },
  };
}
