/**
 * TensorFlow's status codes as JavaScript errors.
 *
 * @module
 */

import { textOf } from "./c_values.ts";
import type { Handle, LibTensorFlow } from "./libtensorflow.ts";

/** What to do, by `TF_Code`. */
const advice: Record<number, string> = {
  3: "check the shapes and element types given to it",
  5: 'this operation or kernel is not in the installed TensorFlow: run "deno task doctor"',
  8: "the device is out of memory: free some, or use smaller batches or a narrower network",
  9: "check the order of the calls that led here",
  11: "check that indices lie inside the tensor",
  12: "this operation has no kernel for this device: try --device cpu",
};

/** `TF_Code` of a device without memory left. */
const resourceExhausted = 8;

/** The device has no memory left for an operation. */
export class OutOfMemoryError extends Error {
  /** Name of the class, for messages. */
  override readonly name = "OutOfMemoryError";
}

/** A status object that every call of one engine shares. */
export class Status {
  readonly pointer: Handle;
  readonly #library: LibTensorFlow;

  /** Allocates a status in TensorFlow. */
  constructor(library: LibTensorFlow) {
    this.#library = library;
    this.pointer = library.TF_NewStatus();
  }

  /**
   * Throws if the last call failed.
   *
   * @param what Says what was being done; called only on failure.
   * @throws {Error} With TensorFlow's message, what was done and what to do next.
   */
  check(what: () => string): void {
    const code = this.#library.TF_GetCode(this.pointer);
    if (code === 0) return;
    const message = textOf(this.#library.TF_Message(this.pointer)).trim();
    const text = `${what()} failed: ${message}: ${advice[code] ?? "see TensorFlow's message"}`;
    throw code === resourceExhausted ? new OutOfMemoryError(text) : new Error(text);
  }
}
