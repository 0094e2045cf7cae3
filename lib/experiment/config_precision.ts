/**
 * What a precision comes to on a device.
 *
 * @module
 */

import type { Precision } from "./config_fields.ts";

/**
 * The precision in which a device really computes.
 *
 * @param wanted The precision that is asked for.
 * @param device Where the training runs.
 * @returns The precision, to be stored, and a `notice` for the user where it is not the one asked for.
 * @example TensorFloat-32 is a format of GPUs
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { effectivePrecision } from "glmc/experiment/config_precision.ts";
 *
 * assertEquals(effectivePrecision("tf32", "gpu"), { precision: "tf32" });
 * assertEquals(effectivePrecision("tf32", "cpu").precision, "float32");
 * ```
 */
export function effectivePrecision(
  wanted: Precision,
  device: "cpu" | "gpu",
): { readonly precision: Precision; readonly notice?: string } {
  if (wanted !== "tf32" || device === "gpu") return { precision: wanted };
  return {
    precision: "float32",
    notice: "A CPU has no TensorFloat-32: this run computes in float32 and is stored as that",
  };
}
