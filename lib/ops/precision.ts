/**
 * Tensors in bfloat16, which TensorFlow.js does not know.
 *
 * Such a tensor calls itself float32. The binding sees its real type and tells each operation, so that
 * those of TensorFlow.js's kernels and gradients work on it that bring no float32 constants of their
 * own: convolutions, sums, and the kernels of this room.
 *
 * @module
 */

import { typeAttribute } from "../tensor/attributes.ts";
import { type Tensor, tf } from "../tensor/tfjs.ts";
import { runOperation } from "../tensor/operation.ts";

/** Element types a network can compute in. */
export type ComputeType = "float32" | "bfloat16";

/** Element types before and after {@linkcode convert}. */
export type Conversion = { readonly from: ComputeType; readonly to: ComputeType };

const kernelName = "Conversion";

/**
 * Converts between float32 and bfloat16; the gradient is converted back.
 *
 * @param x A tensor of the type `from`.
 * @param conversion The two types.
 * @returns The converted tensor, or `x` itself if the types are equal; the caller owns it.
 * @example What bfloat16 keeps
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { convert, startEngine, tf } from "glmc";
 *
 * await startEngine({ device: "cpu" });
 * const short = convert(tf.tensor1d([1.001, 3]), { from: "float32", to: "bfloat16" });
 * const back = convert(short, { from: "bfloat16", to: "float32" });
 * assertEquals([...back.dataSync()], [1, 3]);
 * ```
 */
export function convert(x: Tensor, conversion: Conversion): Tensor {
  if (conversion.from === conversion.to) return x;
  const attributes = conversion as unknown as tf.NamedAttrMap;
  return tf.engine().runKernel(kernelName, { x }, attributes) as Tensor;
}

function cast(x: tf.TensorInfo, { from, to }: Conversion): Tensor {
  return runOperation("Cast", [typeAttribute("SrcT", from), typeAttribute("DstT", to)], [x])[0];
}

tf.registerKernel({
  kernelName,
  backendName: "tensorflow",
  kernelFunc: ({ inputs, attrs }) =>
    cast(inputs.x as tf.TensorInfo, attrs as unknown as Conversion),
});

tf.registerGradient({
  kernelName,
  gradFunc: (dy, _, attrs) => {
    const { from, to } = attrs as unknown as Conversion;
    return { x: () => cast(dy as Tensor, { from: to, to: from }) };
  },
});
