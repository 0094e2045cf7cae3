/**
 * The networks of the official code: a residual network for small images with two classifiers, a
 * projection and a prediction head.
 *
 * @module
 */

import { type ComputeType, convert } from "../ops/precision.ts";
import type { Tensor } from "../tensor/tfjs.ts";
import { initialVariables, type RandomSource, type Variables } from "./init.ts";
import { convolutionLayer, globalAverage, linear, type Mode, residualBlock } from "./layers.ts";
import { parameterShapes, type Shapes, statisticShapes } from "./shapes.ts";
import { type Architecture, describeNetwork, type Structure } from "./structure.ts";

export type { Architecture, Mode, RandomSource, Shapes, Structure, Variables };

/** Names of all networks. */
export const architectures: readonly Architecture[] = [
  "resnet32",
  "resnet18",
  "resnet34",
  "resnet50",
];

/** Names of the heads a network can have. */
export type HeadName = "logits" | "rebalancedLogits" | "projection" | "prediction";

/** What a network says about a batch of B images. */
export type NetworkOutputs = {
  /** First classifier `fc`, trained by the plain loss `[B, classes]`. */
  readonly logits: Tensor;
  /** Second classifier `fc_cb`, trained by the rebalanced loss and tested `[B, classes]`. */
  readonly rebalancedLogits: Tensor;
  /** Projection of the features z `[B, D]`. */
  readonly projection: Tensor;
  /** Prediction from the projection p `[B, D]`. */
  readonly prediction: Tensor;
  /** Features before the heads `[B, featureSize]`. */
  readonly features: Tensor;
};

/** A network: pure functions, no variables of its own. */
export interface Network {
  /** Its name. */
  readonly architecture: Architecture;
  /** Channels of its first stage. */
  readonly width: number;
  /** Number of classes. */
  readonly classes: number;
  /** Size of the features. */
  readonly featureSize: number;
  /** What it is made of. */
  readonly structure: Structure;
  /** Shapes of the trained tensors, in the official order. */
  readonly parameterShapes: Shapes;
  /** Shapes of the running statistics. */
  readonly statisticShapes: Shapes;
  /**
   * Draws the official initial variables.
   *
   * @param random Where the numbers come from.
   * @returns Variables; the caller owns them.
   */
  readonly init: (random: RandomSource) => Variables;
  /**
   * Runs the network.
   *
   * @param variables Parameters and running statistics; not changed.
   * @param images float32 `[B, H, W, 3]`, normalised.
   * @param mode `train` normalises by the batch and returns new running statistics; `evaluate`
   * normalises by the running statistics and returns them as they are.
   * @returns Outputs and statistics. Whatever is made on the way is left to the caller's `tf.tidy` or
   * to `engine.compile`.
   */
  readonly apply: (
    variables: Variables,
    images: Tensor,
    mode: Mode,
  ) => { readonly outputs: NetworkOutputs; readonly statistics: Record<string, Tensor> };
}

/** Settings of {@linkcode createNetwork}. */
export interface NetworkOptions {
  /** Number of classes. */
  readonly classes: number;
  /** Channels of the first stage of resnet32: 64 (official, the default) or 16 (classical); others have 64. */
  readonly width?: number;
  /**
   * Element type of convolutions and of what lies between them in mode `train`; float32 by default.
   * Weights, statistics, heads and evaluation are float32 in either case.
   */
  readonly trainingType?: ComputeType;
}

/**
 * Makes a network of the official code.
 *
 * @param architecture Its name.
 * @param options Classes and width.
 * @returns The network, without variables.
 * @throws {RangeError} If the name is unknown, or classes or width cannot be had.
 * @example An untrained network
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createNetwork } from "glmc/model/network.ts";
 * import { startEngine } from "glmc/tensor/start.ts";
 * import { tf } from "glmc/tensor/tfjs.ts";
 *
 * await startEngine({ device: "cpu" });
 * const network = createNetwork("resnet32", { classes: 10, width: 4 });
 * const variables = network.init({ normal: () => 0, uniform: () => 0.5 });
 * const { outputs } = network.apply(variables, tf.zeros([2, 32, 32, 3]), "evaluate");
 *
 * assertEquals(outputs.features.shape, [2, 16]);
 * assertEquals([...await outputs.rebalancedLogits.data()], Array(20).fill(0));
 * ```
 */
export function createNetwork(
  architecture: Architecture,
  { classes, width = 64, trainingType = "float32" }: NetworkOptions,
): Network {
  checkOptions(architecture, { classes, width });
  const structure = describeNetwork(architecture, { classes, width });
  return {
    architecture,
    width,
    classes,
    featureSize: structure.heads.logits.inputs,
    structure,
    parameterShapes: parameterShapes(structure),
    statisticShapes: statisticShapes(structure),
    init: (random) => initialVariables(structure, random),
    apply({ parameters, statistics }, images, mode) {
      const computeType = mode === "train" ? trainingType : "float32";
      // A copy, since the layers replace what it holds.
      const pass = { parameters, statistics: { ...statistics }, mode, computeType };
      const { stem, blocks, heads } = structure;
      const input = convert(images, { from: "float32", to: computeType });
      const first = convolutionLayer(input, stem, { pass, relu: true });
      const last = blocks.reduce((x, block) => residualBlock(x, block, pass), first);
      const features = globalAverage(convert(last, { from: computeType, to: "float32" }));
      const projection = linear(features, heads.projection, pass);
      return {
        outputs: {
          logits: linear(features, heads.logits, pass),
          rebalancedLogits: linear(features, heads.rebalancedLogits, pass),
          projection,
          prediction: linear(projection, heads.prediction, pass),
          features,
        },
        statistics: pass.statistics,
      };
    },
  };
}

function checkOptions(
  architecture: Architecture,
  { classes, width }: Required<Pick<NetworkOptions, "classes" | "width">>,
): void {
  if (!architectures.includes(architecture)) {
    throw new RangeError(
      `Cannot make a network: "${architecture}" is unknown: choose one of ${
        architectures.join(", ")
      } (--arch)`,
    );
  }
  if (!(Number.isSafeInteger(classes) && classes > 0)) {
    throw new RangeError(
      `Cannot make a network: the number of classes must be a positive integer: it is ${classes}: ` +
        "pass for example --num_classes 10",
    );
  }
  if (!(Number.isSafeInteger(width) && width > 0)) {
    throw new RangeError(
      `Cannot make a network: width must be a positive integer: it is ${width}: pass for example --width 16`,
    );
  }
  if (architecture !== "resnet32" && width !== 64) {
    throw new RangeError(
      `Cannot make ${architecture} with width ${width}: only resnet32 comes in other widths than 64: ` +
        "leave --width out, or choose --arch resnet32",
    );
  }
}
