/**
 * What the networks are made of, as plain data: convolutions, residual blocks, heads, and their official names.
 *
 * @module
 */

/** Names of the networks, as the official `--arch` writes them. */
export type Architecture = "resnet32" | "resnet18" | "resnet34" | "resnet50";

/** A convolution without bias and the batch norm that follows it. */
export interface Convolution {
  /** Official name of the weight without `.weight`, such as `layer1.0.conv1`. */
  readonly name: string;
  /** Official name of the batch norm, such as `layer1.0.bn1`. */
  readonly batchNorm: string;
  /** Side of the kernel; a kernel of 3 is padded by 1 on every side. */
  readonly kernel: 1 | 3;
  /** Step between two outputs. */
  readonly stride: 1 | 2;
  /** Input channels. */
  readonly inputs: number;
  /** Output channels. */
  readonly outputs: number;
}

/** A residual block: convolutions whose result is added to a shortcut. */
export interface Block {
  /** Two 3 × 3 convolutions, or three of a bottleneck. */
  readonly convolutions: readonly Convolution[];
  /**
   * What is added: the input, every second pixel of it with channels of zero around (option A), or a
   * 1 × 1 convolution of it (option B).
   */
  readonly shortcut: "identity" | "subsample" | Convolution;
}

/** A fully connected layer with bias. */
export interface Linear {
  /** Official name, such as `fc_cb`. */
  readonly name: string;
  /** Size of its input. */
  readonly inputs: number;
  /** Size of its output. */
  readonly outputs: number;
}

/** The four heads on top of the features. */
export interface Heads {
  /** First classifier, trained by the plain loss. */
  readonly logits: Linear;
  /** Second classifier, trained by the rebalanced loss and tested. */
  readonly rebalancedLogits: Linear;
  /** Predicts one view's projection from the other's; its input is the projection. */
  readonly prediction: Linear;
  /** Projects the features. */
  readonly projection: Linear;
}

/** A whole network. */
export interface Structure {
  /** First convolution. */
  readonly stem: Convolution;
  /** Residual blocks in order. */
  readonly blocks: readonly Block[];
  /** Heads, in the order of the official parameters. */
  readonly heads: Heads;
  /** Law of the initial weights: normal or uniform, both scaled by the fan-in. */
  readonly initialWeights: "normal" | "uniform";
}

const depths = { resnet18: [2, 2, 2, 2], resnet34: [3, 4, 6, 3], resnet50: [3, 4, 6, 3] } as const;

/**
 * Describes a network for images of three channels.
 *
 * @param architecture Its name.
 * @param options Number of classes, and channels of the first stage.
 * @example Blocks of resnet32
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { describeNetwork } from "glmc/model/structure.ts";
 *
 * const { blocks } = describeNetwork("resnet32", { classes: 10, width: 16 });
 * assertEquals(blocks.length, 15);
 * assertEquals(blocks[5].convolutions[0].name, "layer2.0.conv1");
 * assertEquals(blocks[5].shortcut, "subsample");
 * ```
 */
export function describeNetwork(
  architecture: Architecture,
  { classes, width }: { readonly classes: number; readonly width: number },
): Structure {
  if (architecture === "resnet32") {
    const blocks = stages([5, 5, 5], { width, expansion: 1 }).map(classicalBlock);
    return {
      stem: stem("conv1", { batchNorm: "bn1", width }),
      blocks,
      heads: heads({ classes, featureSize: 4 * width, headSize: 128 }),
      initialWeights: "normal",
    };
  }
  const expansion = architecture === "resnet50" ? 4 : 1;
  const blocks = stages(depths[architecture], { width, expansion }).map((position) =>
    wideBlock(position, expansion)
  );
  return {
    stem: stem("conv1.0", { batchNorm: "conv1.1", width }),
    blocks,
    heads: heads({ classes, featureSize: 8 * width * expansion, headSize: 256 }),
    initialWeights: "uniform",
  };
}

/** Convolutions of a structure in the order of the official parameters. */
export function convolutions({ stem, blocks }: Structure): Convolution[] {
  const ofBlocks = blocks.flatMap(({ convolutions, shortcut }) =>
    typeof shortcut === "string" ? convolutions : [...convolutions, shortcut]
  );
  return [stem, ...ofBlocks];
}

interface Position {
  readonly stage: number;
  readonly index: number;
  readonly stride: 1 | 2;
  readonly inputs: number;
  readonly channels: number;
}

/** Where each block stands; every stage but the first halves the image and doubles the channels. */
function stages(
  depths: readonly number[],
  { width, expansion }: { readonly width: number; readonly expansion: number },
): Position[] {
  return depths.flatMap((depth, stage) =>
    Array.from({ length: depth }, (_, index): Position => {
      const channels = width * 2 ** stage;
      const before = stage === 0 ? width : channels / 2 * expansion;
      return {
        stage,
        index,
        stride: stage > 0 && index === 0 ? 2 : 1,
        inputs: index === 0 ? before : channels * expansion,
        channels,
      };
    })
  );
}

function stem(
  name: string,
  { batchNorm, width }: { readonly batchNorm: string; readonly width: number },
): Convolution {
  return { name, batchNorm, kernel: 3, stride: 1, inputs: 3, outputs: width };
}

function classicalBlock({ stage, index, stride, inputs, channels }: Position): Block {
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

function wideBlock(
  { stage, index, stride, inputs, channels }: Position,
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

function heads(
  { classes, featureSize, headSize }: {
    readonly classes: number;
    readonly featureSize: number;
    readonly headSize: number;
  },
): Heads {
  return {
    logits: { name: "fc", inputs: featureSize, outputs: classes },
    rebalancedLogits: { name: "fc_cb", inputs: featureSize, outputs: classes },
    prediction: { name: "contrast_head.0", inputs: headSize, outputs: headSize },
    projection: { name: "projection_head.0", inputs: featureSize, outputs: headSize },
  };
}
