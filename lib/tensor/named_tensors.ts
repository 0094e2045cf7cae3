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
 * import { isTensor, startEngine, tf } from "glmc";
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
 * @returns Pairs of path, such as `state/parameters/conv1.weight`, and tensor.
 */
export function flatten(tensors: NamedTensors, prefix = ""): [path: string, tensor: Tensor][] {
  return Object.entries(tensors).flatMap(([name, value]): [string, Tensor][] =>
    isTensor(value) ? [[prefix + name, value]] : flatten(value, `${prefix}${name}/`)
  );
}

/** Applies `f` to every tensor of a record and keeps its names. */
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

/** Disposes every tensor of a record. */
export function disposeTensors(tensors: NamedTensors): void {
  for (const value of Object.values(tensors)) {
    if (isTensor(value)) value.dispose();
    else disposeTensors(value);
  }
}
