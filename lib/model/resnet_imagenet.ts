/**
 * Residual networks for large images, as torchvision has them and under its names: a stem that takes the image to a
 * quarter of its sides, four stages, basic blocks or bottlenecks, and shortcuts with parameters.
 *
 * @module
 */

import { type BlockPosition, blockPositions } from "./resnet_stages.ts";
import type { Backbone, BackboneOptions, Block, Convolution } from "./structure.ts";

/** What tells one of these networks from another. */
export interface ImagenetShape {
  /** Blocks of each stage. */
  readonly depths: readonly number[];
  /**
   * Two 3 × 3 convolutions; a bottleneck that ends in four times the channels; or a bottleneck twice as wide whose
   * 3 × 3 convolution has groups (ResNeXt), of 4 channels in the first stage.
   */
  readonly block: "basic" | "bottleneck" | "grouped";
}

/**
 * Describes a network for large images.
 *
 * @param shape Depths and blocks.
 * @param options Width of the first stage and channels of the images; with groups, half the width is their number.
 * @returns The network without heads.
 * @throws {RangeError} If the width cannot be divided into groups.
 * @example The 32 groups of ResNeXt-50 32x4d
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { imagenetResnet } from "glmc/model/resnet_imagenet.ts";
 *
 * const shape = { depths: [3, 4, 6, 3], block: "grouped" } as const;
 * const { blocks, featureSize } = imagenetResnet(shape, { width: 64, channels: 3 });
 * assertEquals(blocks[0]?.convolutions.map(({ groups = 1 }) => groups), [1, 32, 1]);
 * assertEquals(featureSize, 2048);
 * ```
 */
export function imagenetResnet(
  { depths, block }: ImagenetShape,
  { width, channels }: BackboneOptions,
): Backbone {
  if (block === "grouped" && width % 2 !== 0) {
    throw new RangeError(
      `Cannot make a network of width ${width}: it has half as many groups of channels: ` +
        "choose an even --width",
    );
  }
  const expansion = block === "basic" ? 1 : 4;
  const blockAt = { basic, bottleneck, grouped: (at: BlockPosition) => grouped(at, width / 2) };
  return {
    stem: {
      name: "conv1",
      batchNorm: "bn1",
      kernel: 7,
      stride: 2,
      inputs: channels,
      outputs: width,
      pooling: "3x3",
    },
    blocks: blockPositions(depths, { width, expansion }).map(blockAt[block]),
    featureSize: width * 2 ** (depths.length - 1) * expansion,
    headSize: 256,
    initialWeights: "fan_out",
  };
}

function basic(position: BlockPosition): Block {
  const { stride, inputs, channels } = position;
  return withShortcut(position, [
    { kernel: 3, stride, inputs, outputs: channels },
    { kernel: 3, stride: 1, inputs: channels, outputs: channels },
  ]);
}

function bottleneck(position: BlockPosition): Block {
  const { stride, inputs, channels } = position;
  return withShortcut(position, [
    { kernel: 1, stride: 1, inputs, outputs: channels },
    { kernel: 3, stride, inputs: channels, outputs: channels },
    { kernel: 1, stride: 1, inputs: channels, outputs: 4 * channels },
  ]);
}

function grouped(position: BlockPosition, groups: number): Block {
  const { stride, inputs, channels } = position;
  const inner = 2 * channels;
  return withShortcut(position, [
    { kernel: 1, stride: 1, inputs, outputs: inner },
    { kernel: 3, stride, inputs: inner, outputs: inner, groups },
    { kernel: 1, stride: 1, inputs: inner, outputs: 4 * channels },
  ]);
}

function withShortcut(
  { stage, index, stride, inputs }: BlockPosition,
  parts: readonly Omit<Convolution, "name" | "batchNorm">[],
): Block {
  const name = `layer${stage + 1}.${index}`;
  const { outputs } = parts.at(-1)!; // A block without convolutions is no block.
  return {
    convolutions: parts.map((part, i) => ({
      name: `${name}.conv${i + 1}`,
      batchNorm: `${name}.bn${i + 1}`,
      ...part,
    })),
    shortcut: stride === 1 && inputs === outputs ? "identity" : {
      name: `${name}.downsample.0`,
      batchNorm: `${name}.downsample.1`,
      kernel: 1,
      stride,
      inputs,
      outputs,
    },
  };
}
