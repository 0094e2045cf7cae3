/**
 * Where in a `state_dict` the values of a tensor are: under its name, under that of the tensor it is
 * tied to, or in the parts that a parametrisation has split it into.
 *
 * @module
 */
import type { StoredTensor } from "./weights.ts";
import { sizeOf } from "./shapes.ts";

/** Tensors of a file, and names of what was left out since it is the same as another one. */
export interface StateDict {
  /** Tensors by name. */
  readonly tensors: Readonly<Record<string, StoredTensor>>;
  /** Names that were left out, with the names of what they are the same as. */
  readonly aliases: Readonly<Record<string, string>>;
}

/** Where the values of a tensor are. */
export interface TensorSource {
  /** How the parts are put together. */
  readonly form: "whole" | "weight norm" | "pruned";
  /** Names of its parts in the file. */
  readonly parts: readonly string[];
  /** Size of each dimension. */
  readonly shape: readonly number[];
  /** What is to be told of it. */
  readonly notice?: string;
}

/** Names of the parts of `weight`, as old and new versions of PyTorch have them. */
const forms = [
  {
    form: "weight norm",
    words: "weight normalisation",
    parts: [["_g", "_v"], [
      "parametrizations.weight.original0",
      "parametrizations.weight.original1",
    ]],
  },
  { form: "pruned", words: "pruning", parts: [["_mask", "_orig"]] },
] as const;

/**
 * Finds a tensor.
 *
 * @param dict Where to look.
 * @param name Its whole name in the file, with any prefix.
 * @returns Where its values are; `undefined` if they are missing.
 * @example A tied weight that was left out
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { findSource } from "glmc/model/tensor_source.ts";
 *
 * const bias = { dtype: "F32", shape: [2], data: Float32Array.of(1, 2) };
 * const dict = { tensors: { "fc.bias": bias }, aliases: { "fc_cb.bias": "fc.bias" } };
 *
 * assertEquals(findSource(dict, "fc_cb.bias")?.parts, ["fc.bias"]);
 * ```
 */
export function findSource(
  { tensors, aliases }: StateDict,
  name: string,
): TensorSource | undefined {
  const whole = at(tensors, name);
  if (whole !== undefined) return { form: "whole", parts: [name], shape: whole.shape };
  const kept = Object.hasOwn(aliases, name) ? aliases[name]! : undefined;
  const twin = kept === undefined ? undefined : at(tensors, kept);
  if (kept !== undefined && twin !== undefined) {
    const notice = `${name} is tied to ${kept}, as the file says`;
    return { form: "whole", parts: [kept], shape: twin.shape, notice };
  }
  if (!name.endsWith("weight")) return undefined;
  for (const { form, words, parts: endings } of forms) {
    for (const pair of endings) {
      const parts = pair.map((ending) =>
        ending.startsWith("_") ? name + ending : name.replace(/weight$/, ending)
      );
      const last = at(tensors, parts[1]!);
      if (at(tensors, parts[0]!) === undefined || last === undefined) continue;
      const notice = `${name} is computed from ${parts.join(" and ")} (${words})`;
      return { form, parts, shape: last.shape, notice };
    }
  }
  return undefined;
}

/**
 * The name of the tensor that a part belongs to.
 *
 * @param name A name in a file.
 * @returns The name it would have without parametrisation.
 * @example Weight normalisation
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { logicalName } from "glmc/model/tensor_source.ts";
 *
 * assertEquals(logicalName("module.fc.parametrizations.weight.original1"), "module.fc.weight");
 * assertEquals(logicalName("fc.weight_g"), "fc.weight");
 * ```
 */
export function logicalName(name: string): string {
  return name.replace(/\.parametrizations\.weight\.original[01]$/, ".weight")
    .replace(/(?<=(?:^|\.)weight)_(?:[gv]|mask|orig)$/, "");
}

/**
 * Puts a tensor together.
 *
 * Weight normalisation (Salimans and Kingma 2016, eq. 2): w = g v / ||v||, the norm taken over every
 * dimension in which g has size 1, so over each row for PyTorch's default `dim=0`.
 *
 * @param source Where its values are.
 * @param dict The file.
 * @returns The tensor; what has to be computed is computed when its data are looked at.
 * @throws {TypeError} If the parts do not fit each other; when the data are looked at.
 * @example A row of length 5
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { findSource, tensorOf } from "glmc/model/tensor_source.ts";
 *
 * const dict = {
 *   tensors: {
 *     "fc.weight_g": { dtype: "F32", shape: [1, 1], data: Float32Array.of(10) },
 *     "fc.weight_v": { dtype: "F32", shape: [1, 2], data: Float32Array.of(3, -4) },
 *   },
 *   aliases: {},
 * };
 *
 * assertEquals(tensorOf(findSource(dict, "fc.weight")!, dict).data, Float32Array.of(6, -8));
 * ```
 */
export function tensorOf(
  { form, parts, shape }: TensorSource,
  { tensors }: StateDict,
): StoredTensor {
  const [first, second] = parts.map((name) => tensors[name]!);
  if (form === "whole") return first!;
  const narrow = [first!, second!].find(({ dtype }) => !/^B?F(?:16|32|64)$/.test(dtype));
  return {
    dtype: form === "pruned" ? second!.dtype : narrow?.dtype ?? "F32",
    shape,
    get data() {
      const [scale, values] = [first!, second!].map(({ data }) => Float64Array.from(data, Number));
      const fits = first!.shape.length <= 1 && sizeOf(first!.shape) === 1 ||
        first!.shape.length === shape.length &&
          first!.shape.every((size, axis) => size === 1 || size === shape[axis]);
      if (!fits || (form === "pruned" && scale!.length !== values!.length)) {
        throw new TypeError(
          `Cannot load the weights: ${parts[0]} is [${first!.shape}], which does not fit ` +
            `${parts[1]}, which is [${shape}]: take them from one file`,
        );
      }
      const groups = groupsOf(shape, first!.shape);
      if (form === "pruned") return Float32Array.from(values!, (value, i) => value * scale![i]!);
      const squares = new Float64Array(scale!.length);
      values!.forEach((value, i) => squares[groups[i]!]! += value * value);
      return Float32Array.from(values!, (value, i) => {
        const group = groups[i]!;
        return value * scale![group]! / Math.sqrt(squares[group]!);
      });
    },
  };
}

/** For each element, the place of the element of a broadcast tensor that it meets. */
function groupsOf(shape: readonly number[], scale: readonly number[]): Int32Array {
  const groups = new Int32Array(sizeOf(shape));
  if (sizeOf(scale) === 1) return groups;
  let [inner, step] = [1, 1];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis]!;
    if (scale[axis] === size) {
      for (let i = 0; i < groups.length; i++) {
        groups[i]! += step * (Math.floor(i / inner) % size);
      }
      step *= size;
    }
    inner *= size;
  }
  return groups;
}

function at(
  tensors: Readonly<Record<string, StoredTensor>>,
  name: string,
): StoredTensor | undefined {
  return Object.hasOwn(tensors, name) ? tensors[name] : undefined;
}
