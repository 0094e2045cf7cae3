/**
 * TensorFlow.js with the operation mapping of tfjs-node-gpu, without that package's native add-on.
 *
 * @module
 */

import util from "node:util";
import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-node-gpu/dist/register_all_kernels.js";
import nodeBackend from "@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js";

// tfjs-node 4.22 calls this function, which Node 23 and Deno have removed.
(util as { isNullOrUndefined?: (value: unknown) => boolean }).isNullOrUndefined ??= (value) =>
  value === null || value === undefined;

export { tf };

/** TensorFlow.js: tensors, operations, gradients. */
export const tensorflow: typeof tf = tf;

/** A tensor of TensorFlow.js; its values are on the device. */
export type Tensor = tf.Tensor;

/** The back end class that maps TensorFlow.js operations to TensorFlow's. */
export const { NodeJSKernelBackend } = nodeBackend;
