/**
 * Records of named tensors, nested as deep as they need to be: the only form of state in the kit.
 *
 * @module
 */

import type { Tensor } from "./tfjs.ts";

/** Tensors by name; a value is a tensor or again a record of named tensors. */
export type NamedTensors = { readonly [name: string]: Tensor | NamedTensors };

/** The same record with every tensor replaced by `T`. */
export type Mapped<I extends NamedTensors, T> = {
  readonly [K in keyof I]: I[K] extends NamedTensors ? Mapped<I[K], T> : T;
};

/**
 * Whether a value of a record is a tensor, and not again a record.
 *
 * @param value A value of a record of named tensors.
 * @returns `true` for a tensor.
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { startEngine, tf } from "glmc";
 * import { isTensor } from "glmc/tensor/named_tensors.ts";
 *
 * await startEngine({ device: "cpu" });
 * assert(isTensor(tf.scalar(1)) && !isTensor({ weight: tf.scalar(1) }));
 * ```
 */
export function isTensor(value: Tensor | NamedTensors): value is Tensor {
  // Not `instanceof`: tests and notebooks may hold another copy of the class.
  return "dataId" in value && "rankType" in value;
}

/**
 * Lists the tensors of a record in the order of their names' appearance.
 *
 * @param tensors The record.
 * @param prefix Put before every path.
 * @returns Pairs of path, such as `state/parameters/conv1.weight`, and tensor; the record still owns them.
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { startEngine, tf } from "glmc";
 * import { flatten } from "glmc/tensor/named_tensors.ts";
 *
 * await startEngine({ device: "cpu" });
 * const paths = flatten({ state: { w: tf.scalar(1) }, x: tf.scalar(2) }).map(([path]) => path);
 * assertEquals(paths, ["state/w", "x"]);
 * ```
 */
export function flatten(tensors: NamedTensors, prefix = ""): [path: string, tensor: Tensor][] {
  return Object.entries(tensors).flatMap(([name, value]): [string, Tensor][] =>
    isTensor(value) ? [[prefix + name, value]] : flatten(value, `${prefix}${name}/`)
  );
}

/**
 * Applies a function to every tensor of a record and keeps its names.
 *
 * @param tensors The record.
 * @param f What to do with each tensor, in the order of their names' appearance.
 * @returns The results under the same names.
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { mapTensors, startEngine, tf } from "glmc";
 *
 * await startEngine({ device: "cpu" });
 * const shapes = mapTensors({ state: { w: tf.zeros([2, 3]) } }, ({ shape }) => shape);
 * assertEquals(shapes, { state: { w: [2, 3] } });
 * ```
 */
export function mapTensors<I extends NamedTensors, T>(
  tensors: I,
  f: (tensor: Tensor) => T,
): Mapped<I, T> {
  const mapped: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(tensors)) {
    mapped[name] = isTensor(value) ? f(value) : mapTensors(value, f);
  }
  return mapped as Mapped<I, T>;
}

/**
 * Disposes every tensor of a record.
 *
 * @param tensors The record; none of its tensors can be used afterwards.
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { disposeTensors, startEngine, tf } from "glmc";
 *
 * await startEngine({ device: "cpu" });
 * const state = { w: tf.scalar(1) };
 * disposeTensors({ state });
 * assert(state.w.isDisposed);
 * ```
 */
export function disposeTensors(tensors: NamedTensors): void {
  for (const value of Object.values(tensors)) {
    if (isTensor(value)) value.dispose();
    else disposeTensors(value);
  }
}
