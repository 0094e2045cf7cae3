/**
 * The networks of the official code: a residual network for small images with the heads that are asked
 * for, up to two classifiers, a projection and a prediction.
 *
 * @module
 */

import { type ComputeType, convert } from "../ops/precision.ts";
import type { WholeBatch } from "../ops/synchronised_batch_norm.ts";
import type { Tensor } from "../tensor/tfjs.ts";
import {
  type Architecture,
  architectureEntry,
  architectures,
  namesOfAnyWidth,
} from "./architectures.ts";
import {
  type HeadName,
  headNames,
  headParameters,
  type OfficialHead,
  officialHeads,
  type PredictorKind,
  withHeads,
} from "./heads.ts";
import { initialVariables, type RandomSource, type Variables } from "./init.ts";
import {
  blockLayers,
  convolutionLayer,
  cosineLinear,
  globalAverage,
  hiddenLayer,
  linear,
  type Mode,
  type Pass,
} from "./layers.ts";
import { parameterShapes, type Shapes, statisticShapes } from "./shapes.ts";
import type { Linear, Structure } from "./structure.ts";

export { architectures, headNames };
export type {
  Architecture,
  HeadName,
  Mode,
  OfficialHead,
  PredictorKind,
  RandomSource,
  Shapes,
  Structure,
  Variables,
};

/** What a network with all heads says about a batch of B images. */
export type AllOutputs = {
  /** First classifier `fc`, trained by the plain loss `[B, classes]`. */
  readonly logits: Tensor;
  /** Second classifier `fc_cb`, trained by the rebalanced loss and tested `[B, classes]`. */
  readonly rebalancedLogits: Tensor;
  /** Projection of the features z `[B, D]`. */
  readonly projection: Tensor;
  /** Prediction from the projection p `[B, D]`. */
  readonly prediction: Tensor;
  /** Cosines of the features and a vector of each class `fc_cos` `[B, classes]`, in `[-1, 1]`. */
  readonly cosine: Tensor;
  /** Features before the heads `[B, featureSize]`. */
  readonly features: Tensor;
};

/** What a network with the heads `Head` says about a batch of B images; with all heads by default. */
export type NetworkOutputs<Head extends HeadName = HeadName> = Pick<AllOutputs, Head | "features">;

/**
 * A network: pure functions, no variables of its own.
 *
 * `Head` names the heads it has, the official ones by default; a network with more heads can stand
 * where one with fewer is asked for, and `Network<never>` is any network.
 */
export interface Network<Head extends HeadName = OfficialHead> {
  /** Its name. */
  readonly architecture: Architecture;
  /** Channels of its first stage. */
  readonly width: number;
  /** Number of classes. */
  readonly classes: number;
  /** Channels of the images. */
  readonly channels: number;
  /** The heads it has, in the order of their initial draws: see `headNames`. */
  readonly heads: readonly HeadName[];
  /** Size of the features. */
  readonly featureSize: number;
  /** What it is made of. */
  readonly structure: Structure;
  /** Shapes of the trained tensors, in the official order. */
  readonly parameterShapes: Shapes;
  /** Shapes of the running statistics. */
  readonly statisticShapes: Shapes;
  /**
   * Official names of a head's parameters.
   *
   * @param head One of the network's heads.
   * @returns Names of weight and bias, or of the weight alone.
   * @throws {RangeError} If the network does not have the head.
   */
  readonly headParameters: (head: HeadName) => string[];
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
   * @param images float32 `[B, H, W, channels]`, normalised.
   * @param mode `train` normalises by the batch and returns new running statistics; `evaluate`
   * normalises by the running statistics and returns them as they are.
   * @param whole The batch that `images` are a part of, by whose statistics mode `train` normalises; the
   * images alone by default.
   * @returns Outputs and statistics. Whatever is made on the way is left to the caller's `tf.tidy` or
   * to `engine.compile`.
   */
  readonly apply: (
    variables: Variables,
    images: Tensor,
    mode: Mode,
    whole?: WholeBatch,
  ) => { readonly outputs: NetworkOutputs<Head>; readonly statistics: Record<string, Tensor> };
}

/** Settings of {@linkcode createNetwork}. */
export interface NetworkOptions<Head extends HeadName = OfficialHead> {
  /** Number of classes. */
  readonly classes: number;
  /** Channels of the first stage of resnet32: 64 (official, the default) or 16 (classical); others have 64. */
  readonly width?: number;
  /** Channels of the images; 3 by default, 1 for grey ones. */
  readonly channels?: number;
  /** Which heads it has, in any order; all official ones by default. */
  readonly heads?: readonly Head[];
  /** Heads whose outputs are multiplied by scales, one for each class, that start as 1; none by default. */
  readonly scaled?: readonly HeadName[];
  /** What the prediction is made of: one layer (official, the default), or a hidden one before it. */
  readonly predictor?: PredictorKind;
  /**
   * Element type of convolutions and of what lies between them in mode `train`; float32 by default.
   * Weights, statistics, heads and evaluation are float32 in either case.
   */
  readonly trainingType?: ComputeType;
}

/**
 * Makes a network of the official code.
 *
 * Parameters, and the order in which initial ones are drawn, are those of the official code without the
 * heads that are left out.
 *
 * @param architecture Its name.
 * @param options Classes, width, channels and heads.
 * @returns The network, without variables.
 * @throws {RangeError} If the name or a head is unknown, `prediction` is asked for without
 * `projection`, or classes, width or channels cannot be had.
 * @example An untrained network
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createNetwork } from "glmc/model/network.ts";
 * import { startEngine } from "glmc/tensor/start.ts";
 * import { tf } from "glmc/tensor/tfjs.ts";
 *
 * await startEngine({ device: "cpu" });
 * const network = createNetwork("resnet32", { classes: 10, width: 4, heads: ["logits"] });
 * const variables = network.init({ normal: () => 0, uniform: () => 0.5 });
 * const { outputs } = network.apply(variables, tf.zeros([2, 32, 32, 3]), "evaluate");
 *
 * assertEquals(outputs.features.shape, [2, 16]);
 * assertEquals([...await outputs.logits.data()], Array(20).fill(0));
 * ```
 */
export function createNetwork<const Head extends HeadName = OfficialHead>(
  architecture: Architecture,
  options: NetworkOptions<Head>,
): Network<Head> {
  const { describe, width: ownWidth } = architectureEntry(architecture);
  const { classes, width = ownWidth, channels = 3, trainingType = "float32" } = options;
  checkOptions(architecture, { classes, width, channels });
  const structure = withHeads(describe({ width, channels }), {
    classes,
    heads: options.heads ?? officialHeads,
    ...(options.scaled && { scaled: options.scaled }),
    ...(options.predictor && { predictor: options.predictor }),
  });
  return {
    architecture,
    width,
    classes,
    channels,
    heads: headNames.filter((head) => head in structure.heads),
    featureSize: structure.featureSize,
    structure,
    parameterShapes: parameterShapes(structure),
    statisticShapes: statisticShapes(structure),
    headParameters: (head) => headParameters(structure, head),
    init: (random) => initialVariables(structure, random),
    apply({ parameters, statistics }, images, mode, whole) {
      const computeType = mode === "train" ? trainingType : "float32";
      // A copy, since the layers replace what it holds.
      const pass = { parameters, statistics: { ...statistics }, mode, computeType, whole };
      const { stem, blocks, heads } = structure;
      const input = convert(images, { from: "float32", to: computeType });
      const first = convolutionLayer(input, stem, { pass, relu: true });
      const last = blocks.reduce((x, block) => blockLayers(x, block, pass), first);
      const features = globalAverage(convert(last, { from: computeType, to: "float32" }));
      const outputs = { ...headOutputs(features, heads, pass), features };
      return { outputs: outputs as NetworkOutputs<Head>, statistics: pass.statistics };
    },
  };
}

function headOutputs(
  features: Tensor,
  { logits, rebalancedLogits, projection, prediction, cosine }: Structure["heads"],
  pass: Pass,
): Partial<AllOutputs> {
  const projected = projection && linear(features, projection, pass);
  return {
    ...(logits && { logits: linear(features, logits, pass) }),
    ...(rebalancedLogits && { rebalancedLogits: linear(features, rebalancedLogits, pass) }),
    ...(projected && { projection: projected }),
    ...(projected && prediction && { prediction: predictionOf(projected, prediction, pass) }),
    ...(cosine && { cosine: cosineLinear(features, cosine, pass) }),
  };
}

function predictionOf(projected: Tensor, layer: Linear, pass: Pass): Tensor {
  const { hidden } = layer;
  return linear(hidden ? hiddenLayer(projected, hidden, pass) : projected, layer, pass);
}

function checkOptions(
  architecture: Architecture,
  { classes, width, channels }: Required<
    Pick<NetworkOptions, "classes" | "width" | "channels">
  >,
): void {
  for (
    const [name, value, advice] of [
      ["number of classes", classes, "pass for example --num_classes 10"],
      ["width", width, "pass for example --width 16"],
      ["number of channels", channels, "it is 3 for colour and 1 for grey images"],
    ] as const
  ) {
    if (!(Number.isSafeInteger(value) && value > 0)) {
      throw new RangeError(
        `Cannot make a network: ${name} must be a positive integer: it is ${value}: ${advice}`,
      );
    }
  }
  const { width: ownWidth, anyWidth } = architectureEntry(architecture);
  if (!anyWidth && width !== ownWidth) {
    const others = namesOfAnyWidth().join(", ");
    throw new RangeError(
      `Cannot make ${architecture} with width ${width}: it comes in width ${ownWidth} alone: ` +
        `leave --width out, or choose --arch ${others}`,
    );
  }
}
