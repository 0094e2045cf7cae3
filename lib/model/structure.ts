/**
 * What the networks are made of, as plain data: convolutions, residual blocks, heads, and their official names.
 *
 * @module
 */

/** A convolution without bias and the batch norm that follows it. */
export interface Convolution {
  /** Official name of the weight without `.weight`, such as `layer1.0.conv1`. */
  readonly name: string;
  /** Official name of the batch norm, such as `layer1.0.bn1`. */
  readonly batchNorm: string;
  /** Side K of the kernel; the image is padded by (K − 1) / 2 on every side. */
  readonly kernel: 1 | 3 | 7;
  /** Step between two outputs. */
  readonly stride: 1 | 2;
  /** Input channels. */
  readonly inputs: number;
  /** Output channels. */
  readonly outputs: number;
  /** Number of groups of channels that do not see each other; 1 by default. */
  readonly groups?: number;
  /**
   * How the largest outputs halve the image: those of each 2 × 2 before the batch norm, or those of 3 × 3 around
   * every second pixel after the ReLU; not at all by default.
   */
  readonly pooling?: "2x2" | "3x3";
}

/** Convolutions in a row; in a residual block a shortcut is added to their result. */
export interface Block {
  /** Two 3 × 3 convolutions, three of a bottleneck, or any number without a shortcut. */
  readonly convolutions: readonly Convolution[];
  /**
   * What is added: nothing, the input, every second pixel of it with channels of zero around (option A),
   * or a 1 × 1 convolution of it (option B).
   */
  readonly shortcut: "none" | "identity" | "subsample" | Convolution;
}

/** A fully connected layer, with a bias unless its outputs are cosines. */
export interface Linear {
  /** Official name, such as `fc_cb`. */
  readonly name: string;
  /** Size of its input. */
  readonly inputs: number;
  /** Size of its output. */
  readonly outputs: number;
  /** Whether its outputs are the cosines of its input and the rows of its weight; no by default. */
  readonly isCosine?: true;
  /** Whether each output is multiplied by a scale of its own (LWS); no by default. */
  readonly isScaled?: true;
  /** The layer before it; none by default. */
  readonly hidden?: HiddenLayer;
}

/** A fully connected layer without bias, the batch norm that follows it, and a ReLU. */
export interface HiddenLayer {
  /** Official name of the weight without `.weight`. */
  readonly name: string;
  /** Official name of the batch norm. */
  readonly batchNorm: string;
  /** Size of its input. */
  readonly inputs: number;
  /** Size of its output. */
  readonly outputs: number;
}

/** The heads that can stand on top of the features, the official ones in the order of their parameters. */
export interface Heads {
  /** First classifier, trained by the plain loss. */
  readonly logits: Linear;
  /** Second classifier, trained by the rebalanced loss and tested. */
  readonly rebalancedLogits: Linear;
  /** Predicts one view's projection from the other's; its input is the projection. */
  readonly prediction: Linear;
  /** Projects the features. */
  readonly projection: Linear;
  /** Classifier by cosines, which losses with margins between angles need; in no official network. */
  readonly cosine: Linear;
}

/** A network without its heads. */
export interface Backbone {
  /** First convolution. */
  readonly stem: Convolution;
  /** Residual blocks in order. */
  readonly blocks: readonly Block[];
  /** Size of the features, which the last block ends in. */
  readonly featureSize: number;
  /** Size of projection and prediction. */
  readonly headSize: number;
  /**
   * Law of the initial weights: normal or uniform, both scaled by the fan-in; `fan_out` is normal and scaled by the
   * fan-out in convolutions, and uniform in heads.
   */
  readonly initialWeights: "normal" | "uniform" | "fan_out";
}

/** Sizes of a backbone that can be chosen. */
export interface BackboneOptions {
  /** Channels of the first stage. */
  readonly width: number;
  /** Channels of the images. */
  readonly channels: number;
}

/** A whole network. */
export interface Structure extends Backbone {
  /** The heads it has, in the order of their initial draws. */
  readonly heads: Readonly<Partial<Heads>>;
}

/**
 * Convolutions of a structure in the order of the official parameters.
 *
 * @param backbone The network, with or without heads.
 * @returns The stem, then those of each block, its shortcut last.
 * @example The first two of resnet32
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { classicalResnet } from "glmc/model/resnet_classical.ts";
 * import { convolutions } from "glmc/model/structure.ts";
 *
 * const [stem, next] = convolutions(classicalResnet([5, 5, 5], { width: 16, channels: 3 }));
 * assertEquals([stem?.name, next?.name], ["conv1", "layer1.0.conv1"]);
 * ```
 */
export function convolutions({ stem, blocks }: Pick<Backbone, "stem" | "blocks">): Convolution[] {
  const ofBlocks = blocks.flatMap(({ convolutions, shortcut }) =>
    typeof shortcut === "string" ? convolutions : [...convolutions, shortcut]
  );
  return [stem, ...ofBlocks];
}

/**
 * Hidden layers of the heads of a structure, in the order of the heads.
 *
 * @param structure The network, with or without heads.
 * @returns The layers; none in the official networks.
 * @example An official network
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createNetwork } from "glmc";
 * import { hiddenLayers } from "glmc/model/structure.ts";
 *
 * assertEquals(hiddenLayers(createNetwork("resnet32", { classes: 10 }).structure), []);
 * ```
 */
export function hiddenLayers({ heads = {} }: Partial<Pick<Structure, "heads">>): HiddenLayer[] {
  return Object.values(heads).flatMap(({ hidden }) => hidden ?? []);
}
