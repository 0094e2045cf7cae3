/**
 * Names and shapes of a network's variables.
 *
 * @module
 */

import { convolutions, type Structure } from "./structure.ts";

/** Sizes of the dimensions of tensors, by name. */
export type Shapes = Readonly<Record<string, readonly number[]>>;

/**
 * Shapes of the trained tensors in memory, in the order of the official `named_parameters()`.
 *
 * Weights of convolutions are `[height, width, inputs, outputs]`, those of linear layers
 * `[outputs, inputs]` as in PyTorch.
 *
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
  for (const { name, batchNorm, kernel, inputs, outputs } of convolutions(structure)) {
    shapes[`${name}.weight`] = [kernel, kernel, inputs, outputs];
    shapes[`${batchNorm}.weight`] = [outputs];
    shapes[`${batchNorm}.bias`] = [outputs];
  }
  for (const { name, inputs, outputs } of Object.values(structure.heads)) {
    shapes[`${name}.weight`] = [outputs, inputs];
    shapes[`${name}.bias`] = [outputs];
  }
  return shapes;
}

/** Shapes of the running statistics of batch norm: `...running_mean` and `...running_var`. */
export function statisticShapes(structure: Structure): Shapes {
  return Object.fromEntries(
    convolutions(structure).flatMap(({ batchNorm, outputs }) => [
      [`${batchNorm}.running_mean`, [outputs]],
      [`${batchNorm}.running_var`, [outputs]],
    ]),
  );
}

/** Number of elements of a tensor. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
