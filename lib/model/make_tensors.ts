/**
 * Many tensors at once: all of them, or none.
 *
 * @module
 */

import { bringToDevice } from "../tensor/device_memory.ts";
import { disposeTensors } from "../tensor/named_tensors.ts";
import type { Tensor } from "../tensor/tfjs.ts";
import type { Shapes } from "./shapes.ts";

/**
 * Makes a tensor for each name, on the device; if one cannot be made, those before it are disposed.
 *
 * @param shapes Names and shapes, in the order to make them.
 * @param make Makes the tensor of a name and shape.
 * @returns Tensors in the order of `shapes`; the caller owns them.
 * @throws Whatever `make` throws.
 * @example Nothing is left of an attempt that fails
 * ```ts
 * import { assertEquals, assertThrows } from "@std/assert";
 * import { makeTensors } from "glmc/model/make_tensors.ts";
 * import { startEngine } from "glmc/tensor/start.ts";
 * import { tf } from "glmc/tensor/tfjs.ts";
 *
 * await startEngine({ device: "cpu" });
 * const before = tf.memory().numTensors;
 * assertThrows(() =>
 *   makeTensors({ a: [2], b: [3] }, (name, shape) => {
 *     if (name === "b") throw new RangeError("no memory");
 *     return tf.zeros([...shape]);
 *   })
 * );
 * assertEquals(tf.memory().numTensors, before);
 * ```
 */
export function makeTensors(
  shapes: Shapes,
  make: (name: string, shape: readonly number[]) => Tensor,
): Record<string, Tensor> {
  const made: Record<string, Tensor> = {};
  try {
    for (const [name, shape] of Object.entries(shapes)) {
      made[name] = make(name, shape);
      bringToDevice(made[name]);
    }
  } catch (error) {
    disposeTensors(made);
    throw error;
  }
  return made;
}
