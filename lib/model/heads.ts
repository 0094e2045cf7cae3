/**
 * The heads of a network: linear layers on top of its features.
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

/** Names of all heads: the official ones, and those of other methods after them. */
export const headNames: readonly HeadName[] = [...officialHeads, "cosine"];

/**
 * Puts heads on a backbone.
 *
 * @param backbone What they stand on.
 * @param options Number of classes, which heads in any order, and those whose outputs have scales.
 * @returns The whole network, its heads in the order of the official parameters.
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
  { classes, heads, scaled = [] }: {
    readonly classes: number;
    readonly heads: readonly HeadName[];
    readonly scaled?: readonly HeadName[];
  },
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
    prediction: { name: "contrast_head.0", inputs: headSize, outputs: headSize },
    projection: { name: "projection_head.0", inputs: featureSize, outputs: headSize },
    cosine: { name: "fc_cos", inputs: featureSize, outputs: classes, isCosine: true },
  };
  const chosen = headNames.filter((head) => heads.includes(head)).map((head) => {
    const isScaled = scaled.includes(head) && { isScaled: true };
    return [head, { ...all[head], ...isScaled }];
  });
  return { ...backbone, heads: Object.fromEntries(chosen) };
}

/**
 * Official names of a head's parameters.
 *
 * @param structure The network.
 * @param head One of its heads.
 * @returns Names of its weight, of its bias and of its scales, as far as it has them.
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
  const { name, isCosine, isScaled } = headOf(heads, head);
  return [
    `${name}.weight`,
    ...(isCosine ? [] : [`${name}.bias`]),
    ...(isScaled ? [`${name}.scale`] : []),
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
