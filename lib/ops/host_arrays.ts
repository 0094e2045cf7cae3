/**
 * Arrays of the host on their way to the device.
 *
 * @module
 */

import type { NamedArrays } from "../data/plan.ts";
import { type Tensor, tf } from "../tensor/tfjs.ts";

/**
 * Copies arrays to the device.
 *
 * @param arrays Arrays by name.
 * @returns Tensors under the same names, int32 or float32; the caller owns them.
 * @example One array
 * ```ts
 * import { deviceTensors } from "glmc/ops/host_arrays.ts";
 * import { startEngine } from "glmc";
 * import { assertEquals } from "@std/assert";
 *
 * await startEngine({ device: "cpu" });
 * const { rows } = deviceTensors({ rows: { shape: [2], data: Int32Array.of(3, 1) } });
 *
 * assertEquals([rows!.dtype, ...rows!.dataSync()], ["int32", 3, 1]);
 * ```
 */
export function deviceTensors<Name extends string>(
  arrays: Readonly<Record<Name, NamedArrays[string]>>,
): Record<Name, Tensor> {
  const entries = Object.entries<NamedArrays[string]>(arrays).map(([name, { data, shape }]) => [
    name,
    tf.tensor(data, [...shape], data instanceof Int32Array ? "int32" : "float32"),
  ]);
  return Object.fromEntries(entries) as Record<Name, Tensor>;
}
