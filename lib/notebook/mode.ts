/**
 * Smoke or full: how much a notebook does.
 *
 * @module
 */

/** `smoke` proves in seconds that a notebook works; `full` gives the results to read. */
export type NotebookMode = "smoke" | "full";

/**
 * The mode `GLMC_NOTEBOOKS` asks for; full where it is not set, so for everyone who opens a notebook.
 *
 * @returns The mode.
 * @throws {RangeError} If it is set to something else.
 * @example In full without a word
 * ```ts
 * import { notebookMode } from "glmc/notebook/mode.ts";
 * import { assertEquals } from "@std/assert";
 *
 * Deno.env.delete("GLMC_NOTEBOOKS");
 * assertEquals(notebookMode(), "full");
 * ```
 */
export function notebookMode(): NotebookMode {
  const mode = Deno.env.get("GLMC_NOTEBOOKS") || "full";
  if (mode === "smoke" || mode === "full") return mode;
  throw new RangeError(
    `Cannot run in mode "${mode}": there is none: set GLMC_NOTEBOOKS to smoke or full`,
  );
}

/**
 * One of two values, by the mode.
 *
 * @param values A small one for the smoke mode and the real one.
 * @returns The one of the mode.
 * @example Fewer steps to prove that it works
 * ```ts
 * import { byMode } from "glmc/notebook/mode.ts";
 * import { assertEquals } from "@std/assert";
 *
 * Deno.env.set("GLMC_NOTEBOOKS", "smoke");
 * assertEquals(byMode({ smoke: 4, full: 200 }), 4);
 * Deno.env.delete("GLMC_NOTEBOOKS");
 * ```
 */
export function byMode<Value>(
  values: { readonly smoke: Value; readonly full: Value },
): Value {
  return values[notebookMode()];
}
