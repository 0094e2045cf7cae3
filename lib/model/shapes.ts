/**
 * Names and shapes of a network's variables.
 *
 * @module
 */

import { type Backbone, convolutions, hiddenLayers, type Structure } from "./structure.ts";

/** Sizes of the dimensions of tensors, by name. */
export type Shapes = Readonly<Record<string, readonly number[]>>;

/**
 * Shapes of the trained tensors in memory, in the order of the official `named_parameters()`; hidden layers of
 * heads, which no official network has, come after all others, so that these are drawn as without them.
 *
 * Weights of convolutions are `[height, width, inputs / groups, outputs]`, those of linear layers
 * `[outputs, inputs]` as in PyTorch.
 *
 * @param structure The network.
 * @returns Shapes by official name.
 * @example First and last
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parameterShapes } from "glmc/model/shapes.ts";
 * import { withHeads } from "glmc/model/heads.ts";
 * import { classicalResnet } from "glmc/model/resnet_classical.ts";
 *
 * const backbone = classicalResnet([5, 5, 5], { width: 16, channels: 3 });
 * const shapes = parameterShapes(withHeads(backbone, { classes: 10, heads: ["logits"] }));
 * assertEquals(shapes["conv1.weight"], [3, 3, 3, 16]);
 * assertEquals(Object.keys(shapes).at(-1), "fc.bias");
 * ```
 */
export function parameterShapes(structure: Structure): Shapes {
  const shapes: Record<string, readonly number[]> = {};
  for (const { name, batchNorm, kernel, inputs, outputs, groups = 1 } of convolutions(structure)) {
    shapes[`${name}.weight`] = [kernel, kernel, inputs / groups, outputs];
    shapes[`${batchNorm}.weight`] = [outputs];
    shapes[`${batchNorm}.bias`] = [outputs];
  }
  for (const { name, inputs, outputs, isCosine, isScaled } of Object.values(structure.heads)) {
    shapes[`${name}.weight`] = [outputs, inputs];
    if (!isCosine) shapes[`${name}.bias`] = [outputs];
    if (isScaled) shapes[`${name}.scale`] = [outputs];
  }
  for (const { name, batchNorm, inputs, outputs } of hiddenLayers(structure)) {
    shapes[`${name}.weight`] = [outputs, inputs];
    shapes[`${batchNorm}.weight`] = [outputs];
    shapes[`${batchNorm}.bias`] = [outputs];
  }
  return shapes;
}

/**
 * Shapes of the running statistics of batch norm: `...running_mean` and `...running_var`.
 *
 * @param structure The network.
 * @returns Shapes in the order of the official `state_dict`.
 * @example One number for each channel
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { classicalResnet } from "glmc/model/resnet_classical.ts";
 * import { statisticShapes } from "glmc/model/shapes.ts";
 *
 * const shapes = statisticShapes(classicalResnet([5, 5, 5], { width: 16, channels: 3 }));
 * assertEquals(shapes["layer3.0.bn1.running_mean"], [64]);
 * ```
 */
export function statisticShapes(
  structure: Backbone & Partial<Pick<Structure, "heads">>,
): Shapes {
  return Object.fromEntries(
    [...convolutions(structure), ...hiddenLayers(structure)].flatMap(({ batchNorm, outputs }) => [
      [`${batchNorm}.running_mean`, [outputs]],
      [`${batchNorm}.running_var`, [outputs]],
    ]),
  );
}

/**
 * Number of elements of a tensor.
 *
 * @param shape Size of each dimension.
 * @returns Their product; 1 for a scalar.
 * @example Two rows of three
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { sizeOf } from "glmc/model/shapes.ts";
 *
 * assertEquals(sizeOf([2, 3]), 6);
 * ```
 */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/**
 * Shape in a PyTorch file of what has this shape in memory.
 *
 * @param shape Size of each dimension in memory.
 * @returns The same of the weights of a convolution as `[outputs, inputs, height, width]`.
 * @example A convolution
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { officialShape } from "glmc/model/shapes.ts";
 *
 * assertEquals(officialShape([3, 3, 16, 32]), [32, 16, 3, 3]);
 * ```
 */
export function officialShape(shape: readonly number[]): number[] {
  const [height, width, inputs, outputs] = shape;
  return shape.length === 4 ? [outputs!, inputs!, height!, width!] : [...shape];
}
