/**
 * TensorFlow's status codes as JavaScript errors.
 *
 * @module
 */

import { textOf } from "./c_values.ts";
import type { Handle, LibTensorFlow } from "./libtensorflow.ts";

/**
 * The device has no memory left for what it was asked to do.
 *
 * Whoever chose how much to do at once can catch it, halve that and try again.
 *
 * @example Halving a batch
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { OutOfMemoryError } from "glmc/tensor/status.ts";
 *
 * let size = 500;
 * const run = () => {
 *   if (size > 250) throw new OutOfMemoryError("Cannot run Conv2D: the memory is full");
 * };
 * try {
 *   run();
 * } catch (error) {
 *   if (!(error instanceof OutOfMemoryError)) throw error;
 *   size /= 2;
 * }
 * assertEquals(size, 250);
 * ```
 */
export class OutOfMemoryError extends Error {
  /** The class, as printed. */
  override readonly name = "OutOfMemoryError";
}

const resourceExhausted = 8;

/** What to do, by `TF_Code`. */
const advice: Record<number, string> = {
  3: "check the shapes, the element types and the values given to it",
  5: 'it is not in the installed TensorFlow: run "deno task doctor"',
  [resourceExhausted]: "compute less at a time, or free tensors: the memory of the device is full",
  11: "check that indices lie inside the tensor",
  12: "TensorFlow cannot do this with these types on this device: use float32, or --device cpu",
};

/** A status object that every call of one engine shares. */
export class Status {
  /** TensorFlow's pointer, handed to its functions. */
  readonly pointer: Handle;
  readonly #library: LibTensorFlow;

  /** Allocates a status in TensorFlow. */
  constructor(library: LibTensorFlow) {
    this.#library = library;
    this.pointer = library.TF_NewStatus();
  }

  /** Frees the status. */
  close(): void {
    this.#library.TF_DeleteStatus(this.pointer);
  }

  /**
   * Throws if the last call failed.
   *
   * @param what Says what could not be done, as in "Cannot add"; called only on failure.
   * @param next What to do next; by default it follows from the kind of failure.
   * @throws {OutOfMemoryError} If the memory of the device is full.
   * @throws {Error} With TensorFlow's message, what was to be done and what to do next.
   */
  check(what: () => string, next?: string): void {
    const code = this.#library.TF_GetCode(this.pointer);
    if (code === 0) return;
    const reason = textOf(this.#library.TF_Message(this.pointer)).trim();
    // The code of a full memory is that of a full disk as well.
    const isDisk = /No space left on device|Disk quota exceeded/.test(reason);
    const usual = isDisk ? "free some disk space and try again" : advice[code];
    const message = `Cannot ${what()}: ${reason}: ${
      next ?? usual ?? "this is TensorFlow's own message"
    }`;
    const isMemory = code === resourceExhausted && !isDisk;
    throw isMemory ? new OutOfMemoryError(message) : new Error(message);
  }
}
