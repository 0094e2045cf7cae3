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

/** The names of a record in the order of their appearance. */
export function inputNames(tensors: NamedTensors): InputNames {
  const list = (names: NameTree): InputNames =>
    Object.entries(names).map(([name, inner]) => [name, inner && list(inner)]);
  return list(mapTensors(tensors, () => null));
}

/**
 * Lists the tensors of a record in the order of `names`, whatever their own.
 *
 * @returns `undefined` if the record has other names.
 */
export function pickInputs(names: InputNames, tensors: NamedTensors): Tensor[] | undefined {
  if (Object.keys(tensors).length !== names.length) return undefined;
  const picked: Tensor[] = [];
  for (const [name, inner] of names) {
    const value = tensors[name];
    if (value === undefined) return undefined;
    if (isTensor(value)) {
      if (inner !== null) return undefined;
      picked.push(value);
    } else {
      const within = inner && pickInputs(inner, value);
      if (!within) return undefined;
      picked.push(...within);
    }
  }
  return picked;
}
