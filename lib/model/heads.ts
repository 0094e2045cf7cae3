/**
 * The heads of a network, linear layers on top of its features: in GLMC the classifiers of L_c and L_cb, the
 * projection h and the prediction u that L_sim compares.
 *
 * @module
 */

import type { Backbone, Heads, Linear, Structure } from "./structure.ts";

/** Names of the heads a network can have. */
export type HeadName = keyof Heads;

/** Names of the heads of the official GLMC networks. */
export type OfficialHead = Exclude<HeadName, "cosine">;

/** Names of the official heads in the order of the official parameters. */
export const officialHeads: readonly OfficialHead[] = [
  "logits",
  "rebalancedLogits",
  "prediction",
  "projection",
];

/**
 * Names of all heads, in the order of their initial draws: the official ones come last, so that a first stage
 * on cosines begins as it would without the plain classifier of a second one.
 */
export const headNames: readonly HeadName[] = ["cosine", ...officialHeads];

/** What the prediction is made of: one layer, or a hidden one with batch norm and ReLU before it. */
export type PredictorKind = "linear" | "mlp";

/** What heads a network has. */
export interface HeadsOptions {
  /** Number of classes. */
  readonly classes: number;
  /** Which heads, in any order. */
  readonly heads: readonly HeadName[];
  /** Those whose outputs have scales; none by default. */
  readonly scaled?: readonly HeadName[];
  /** What the prediction is made of; `linear` by default. */
  readonly predictor?: PredictorKind;
}

/**
 * Puts heads on a backbone.
 *
 * @param backbone What they stand on.
 * @param options Number of classes, which heads, and what is special about them.
 * @returns The whole network, its heads in the order of {@linkcode headNames}.
 * @throws {RangeError} If a head is unknown, or `prediction` is asked for without the `projection` it
 * reads.
 * @example One classifier
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { withHeads } from "glmc/model/heads.ts";
 * import { classicalResnet } from "glmc/model/resnet_classical.ts";
 *
 * const backbone = classicalResnet([5, 5, 5], { width: 16, channels: 3 });
 * const { heads } = withHeads(backbone, { classes: 10, heads: ["logits"] });
 * assertEquals(heads, { logits: { name: "fc", inputs: 64, outputs: 10 } });
 * ```
 */
export function withHeads(
  backbone: Backbone,
  { classes, heads, scaled = [], predictor = "linear" }: HeadsOptions,
): Structure {
  const unknown = heads.find((head) => !headNames.includes(head));
  if (unknown !== undefined) {
    throw new RangeError(
      `Cannot make a network: "${unknown}" is no head: choose from ${headNames.join(", ")}`,
    );
  }
  if (heads.includes("prediction") && !heads.includes("projection")) {
    throw new RangeError(
      "Cannot make a network: its prediction reads the projection, which is missing: " +
        "ask for both heads, or for neither",
    );
  }
  const { featureSize, headSize } = backbone;
  const all: Heads = {
    logits: { name: "fc", inputs: featureSize, outputs: classes },
    rebalancedLogits: { name: "fc_cb", inputs: featureSize, outputs: classes },
    prediction: predictor === "mlp"
      ? mlpPrediction(headSize)
      : { name: "contrast_head.0", inputs: headSize, outputs: headSize },
    projection: { name: "projection_head.0", inputs: featureSize, outputs: headSize },
    cosine: { name: "fc_cos", inputs: featureSize, outputs: classes, isCosine: true },
  };
  const chosen = headNames.filter((head) => heads.includes(head)).map((head) => {
    const isScaled = scaled.includes(head) && { isScaled: true };
    return [head, { ...all[head], ...isScaled }];
  });
  return { ...backbone, heads: Object.fromEntries(chosen) };
}

/** Named as the official `nn.Sequential` would be, with the sizes that stand in its comments. */
function mlpPrediction(size: number): Linear {
  const sizes = { inputs: size, outputs: size };
  const hidden = { name: "contrast_head.0", batchNorm: "contrast_head.1", ...sizes };
  return { name: "contrast_head.3", ...sizes, hidden };
}

/**
 * Official names of a head's parameters.
 *
 * @param structure The network.
 * @param head One of its heads.
 * @returns Names of its weight, of its bias, of its scales and of its hidden layer, as far as it has them.
 * @throws {RangeError} If the network does not have the head.
 * @example The first classifier
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { headParameters, withHeads } from "glmc/model/heads.ts";
 * import { classicalResnet } from "glmc/model/resnet_classical.ts";
 *
 * const backbone = classicalResnet([5, 5, 5], { width: 16, channels: 3 });
 * const network = withHeads(backbone, { classes: 10, heads: ["logits"] });
 * assertEquals(headParameters(network, "logits"), ["fc.weight", "fc.bias"]);
 * ```
 */
export function headParameters({ heads }: Structure, head: HeadName): string[] {
  const { name, isCosine, isScaled, hidden } = headOf(heads, head);
  return [
    `${name}.weight`,
    ...(isCosine ? [] : [`${name}.bias`]),
    ...(isScaled ? [`${name}.scale`] : []),
    ...(hidden
      ? [`${hidden.name}.weight`, `${hidden.batchNorm}.weight`, `${hidden.batchNorm}.bias`]
      : []),
  ];
}

function headOf(heads: Structure["heads"], head: HeadName): Linear {
  const found = heads[head];
  if (found === undefined) {
    const names = Object.keys(heads).join(", ") || "none";
    throw new RangeError(
      `Cannot find the head ${head}: the network has ${names}: make it with that head`,
    );
  }
  return found;
}
