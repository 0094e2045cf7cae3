/**
 * Tensors that stay, in the memory of the device that works with them.
 *
 * @module
 */

import type { Binding } from "./binding.ts";
import type { TensorBackend } from "./compile.ts";
import { type Tensor, tf } from "./tfjs.ts";

/**
 * Brings a tensor to the GPU that operations run on, once and for all; on the CPU nothing is done.
 *
 * TensorFlow makes tensors on the host and copies them at each use. The copy here waits for all that the
 * GPU has to do, so it is for weights and not for what comes with every step.
 *
 * @param tensor The tensor, any shape; the caller still owns it.
 * @returns The same tensor.
 * @throws {OutOfMemoryError} If the memory of the GPU is full.
 * @example On the CPU
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { startEngine, tf } from "glmc";
 * import { bringToDevice } from "glmc/tensor/device_memory.ts";
 *
 * await startEngine({ device: "cpu" });
 * assertEquals([...bringToDevice(tf.tensor1d([1, 2])).dataSync()], [1, 2]);
 * ```
 */
export function bringToDevice(tensor: Tensor): Tensor {
  const backend = tf.backend() as unknown as TensorBackend & { readonly binding: Binding };
  if (backend.binding.target.device === "gpu") {
    for (const id of backend.getInputTensorIds([tensor])) backend.binding.bringToGpu(id);
  }
  return tensor;
}
