/**
 * Stand-in for `jsr:@std/fmt/colors` (see `.jsr/cli`).
 *
 * @module
 */
// deno-lint-ignore-file no-explicit-any
import * as untyped from "deno-std/fmt/colors.js";

/** Bold text on terminals that show colours. */
export const bold: (text: string) => string = (untyped as any).bold;
/** Dim text on terminals that show colours. */
export const dim: (text: string) => string = (untyped as any).dim;
/** Red text on terminals that show colours. */
export const red: (text: string) => string = (untyped as any).red;
/** Green text on terminals that show colours. */
export const green: (text: string) => string = (untyped as any).green;
/** Yellow text on terminals that show colours. */
export const yellow: (text: string) => string = (untyped as any).yellow;
