/**
 * Keeps the threads that decode images from holding several large ones at a time.
 *
 * @module
 */

/**
 * Bytes of pixels from which an image is large: a photograph of 22 megapixels. Smaller ones are decoded on all
 * threads at once, so this times the threads is what they take; images of usual data sets have half a megabyte.
 */
const largeBytes = 2 ** 26;

/** Runs work on an image of so many bytes, alone if it is large. */
export type LargeImageGate = <T>(bytes: number, work: () => T | Promise<T>) => Promise<T>;

/**
 * Opens the gate that several threads share.
 *
 * @param shared One whole number, 0 at the beginning.
 * @returns The gate.
 * @example Small images pass
 * ```ts
 * import { largeImageGate } from "glmc/images/pictures/large_image_gate.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const gate = largeImageGate(new SharedArrayBuffer(4));
 *
 * assertEquals(await gate(1000, () => "seen"), "seen");
 * ```
 */
export function largeImageGate(shared: SharedArrayBuffer): LargeImageGate {
  const taken = new Int32Array(shared);
  return async (bytes, work) => {
    if (bytes < largeBytes) return await work();
    while (Atomics.compareExchange(taken, 0, 0, 1) === 1) {
      // Not a wait that blocks: whoever is inside may be of the same thread.
      await Atomics.waitAsync(taken, 0, 1).value;
    }
    try {
      return await work();
    } finally {
      Atomics.store(taken, 0, 0);
      Atomics.notify(taken, 0);
    }
  };
}
