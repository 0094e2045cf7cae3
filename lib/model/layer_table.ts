/**
 * A network's layers in numbers: shapes, parameters, cost.
 *
 * @module
 */

import type { Network } from "./network.ts";
import { sizeOf } from "./shapes.ts";
import type { Convolution, Linear } from "./structure.ts";

/** One layer: a convolution with its batch norm, or a linear layer. */
export interface LayerRow {
  /** Official name. */
  readonly name: string;
  /** Shape of its output for one image: `[height, width, channels]` or `[size]`. */
  readonly outputShape: readonly number[];
  /** Trained numbers. */
  readonly parameters: number;
  /** Multiplications for one image, each with an addition. */
  readonly multiplyAdds: number;
}

/**
 * Number of trained numbers of a network.
 *
 * @param network The network.
 * @returns Number of elements of all parameters.
 * @example The classical ResNet-32 with all heads
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parameterCount } from "glmc/model/layer_table.ts";
 * import { createNetwork } from "glmc/model/network.ts";
 *
 * assertEquals(parameterCount(createNetwork("resnet32", { classes: 10, width: 16 })), 489_636);
 * ```
 */
export function parameterCount({ parameterShapes }: Network<never>): number {
  return Object.values(parameterShapes).reduce((total, shape) => total + sizeOf(shape), 0);
}

/**
 * Lists the layers of a network in the order of the official parameters.
 *
 * @param network The network.
 * @param options Height and width of the images in pixels; 32 by default.
 * @returns A row for each layer.
 * @example The first layer
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { layerTable } from "glmc/model/layer_table.ts";
 * import { createNetwork } from "glmc/model/network.ts";
 *
 * const [stem] = layerTable(createNetwork("resnet32", { classes: 10, width: 16 }));
 * assertEquals(stem, {
 *   name: "conv1",
 *   outputShape: [32, 32, 16],
 *   parameters: 27 * 16 + 2 * 16,
 *   multiplyAdds: 32 * 32 * 27 * 16,
 * });
 * ```
 */
export function layerTable(
  { structure }: Network<never>,
  { height = 32, width = 32 }: { readonly height?: number; readonly width?: number } = {},
): LayerRow[] {
  const rows = [convolutionRow(structure.stem, [height, width])];
  let size = sizeAfter([height, width], structure.stem);
  for (const { convolutions, shortcut } of structure.blocks) {
    const start = size;
    for (const layer of convolutions) {
      rows.push(convolutionRow(layer, size));
      size = sizeAfter(size, layer);
    }
    if (typeof shortcut !== "string") rows.push(convolutionRow(shortcut, start));
  }
  return [...rows, ...Object.values(structure.heads).flatMap(headRows)];
}

function headRows({ hidden, ...head }: Linear): LayerRow[] {
  const numbersPerOutput = head.inputs + (head.isCosine ? 0 : 1) + (head.isScaled ? 1 : 0);
  return [
    // Its batch norm has a scale and an offset, and the layer has no bias.
    ...(hidden ? [connectedRow(hidden, hidden.inputs + 2)] : []),
    connectedRow(head, numbersPerOutput),
  ];
}

function connectedRow(
  { name, inputs, outputs }: Pick<Linear, "name" | "inputs" | "outputs">,
  numbersPerOutput: number,
): LayerRow {
  return {
    name,
    outputShape: [outputs],
    parameters: numbersPerOutput * outputs,
    multiplyAdds: inputs * outputs,
  };
}

type Size = readonly [height: number, width: number];

function divided([height, width]: Size, divisor: number): Size {
  return [Math.ceil(height / divisor), Math.ceil(width / divisor)];
}

function sizeAfter(before: Size, { stride, pooling }: Convolution): Size {
  return divided(divided(before, stride), pooling ? 2 : 1);
}

function convolutionRow(layer: Convolution, before: Size): LayerRow {
  const { name, kernel, stride, inputs, outputs, groups = 1 } = layer;
  const [height, width] = divided(before, stride);
  const weights = kernel * kernel * inputs / groups * outputs;
  return {
    name,
    outputShape: [...sizeAfter(before, layer), outputs],
    parameters: weights + 2 * outputs,
    multiplyAdds: height * width * weights,
  };
}
