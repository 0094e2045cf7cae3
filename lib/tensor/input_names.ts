/**
 * The names of a compiled function's inputs, and the inputs in their order.
 *
 * @module
 */

import { isTensor, mapTensors, type NamedTensors } from "./named_tensors.ts";
import type { Tensor } from "./tfjs.ts";

/** Names of a record of tensors, in order; `null` stands for a tensor. */
export type InputNames = readonly (readonly [name: string, inner: InputNames | null])[];

type NameTree = { readonly [name: string]: NameTree | null };

/**
 * The names of a record in the order of their appearance.
 *
 * @param tensors The record.
 * @returns The names.
 */
export function inputNames(tensors: NamedTensors): InputNames {
  const list = (names: NameTree): InputNames =>
    Object.entries(names).map(([name, inner]) => [name, inner && list(inner)]);
  return list(mapTensors(tensors, () => null));
}

/**
 * Lists the tensors of a record in the order of `names`, whatever their own.
 *
 * @param names The names, in their order.
 * @param tensors The record.
 * @returns `undefined` if the record has other names.
 */
export function pickInputs(names: InputNames, tensors: NamedTensors): Tensor[] | undefined {
  const picked: Tensor[] = [];
  return pickInto(picked, names, tensors) ? picked : undefined;
}

function pickInto(picked: Tensor[], names: InputNames, tensors: NamedTensors): boolean {
  if (Object.keys(tensors).length !== names.length) return false;
  for (const [name, inner] of names) {
    const value = tensors[name];
    if (value === undefined) return false;
    if (isTensor(value)) {
      if (inner !== null) return false;
      picked.push(value);
    } else if (inner === null || !pickInto(picked, inner, value)) return false;
  }
  return true;
}
