/**
 * Variables of the environment that TensorFlow and CUDA's libraries read when they are opened.
 *
 * What the user has set stays.
 *
 * @module
 */

import type { EngineSettings } from "./engine_options.ts";

/** Operations and cuDNN choose algorithms that give the same bits every time. */
const deterministicOperations = "TF_DETERMINISTIC_OPS";

/**
 * Sets the variables.
 *
 * @param settings How the engine is started.
 * @returns Whether results are to be the same every time, which the user's own variable may have decided.
 */
export function setVariables(
  { device, tensorFloat32, bfloat16, deterministic }: Pick<
    EngineSettings,
    "device" | "tensorFloat32" | "bfloat16" | "deterministic"
  >,
): { readonly deterministic: boolean } {
  if (!tensorFloat32) Deno.env.set("NVIDIA_TF32_OVERRIDE", "0");
  // By default TensorFlow builds the primitives of oneDNN anew at every use; a step takes 2 % longer then.
  setUnlessSet("TF_MKL_OPTIMIZE_PRIMITIVE_MEMUSE", "false");
  // In this mode cuDNN normalises bfloat16 images with their channels last, as the convolutions have them;
  // in the others each batch norm would be transposed five times. Its range of finite values is smaller,
  // and float32 is not in need of it.
  if (bfloat16 && device !== "cpu") setUnlessSet("TF_USE_CUDNN_BATCHNORM_SPATIAL_PERSISTENT", "1");
  if (deterministic) Deno.env.set(deterministicOperations, "1");
  const said = Deno.env.get(deterministicOperations)?.toLowerCase();
  return { deterministic: said === "1" || said === "true" };
}

function setUnlessSet(name: string, value: string): void {
  if (!Deno.env.has(name)) Deno.env.set(name, value);
}
