/**
 * Turns of the event loop, in which signals, timers and displays are heard, and work that is told to stop.
 *
 * @module
 */

/**
 * Waits for the next turn of the event loop: everything that yields between blocking calls yields by it.
 *
 * A signal that has come meanwhile is heard then. After `setImmediate`, or after a promise that is
 * fulfilled already, it would wait for some twenty calls or for the end of them all.
 *
 * @example Between two blocking calls
 * ```ts
 * import { nextTurn } from "glmc/process/turn.ts";
 * import { assert } from "@std/assert";
 *
 * let isHeard = false;
 * setTimeout(() => isHeard = true);
 * await nextTurn();
 * assert(isHeard);
 * ```
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/**
 * A wait for the next turn of the event loop that is over at once where the last turn was a moment ago: a
 * turn takes a millisecond or two.
 *
 * @param milliseconds For how long nothing else has to be heard.
 * @returns To be awaited between blocking calls.
 * @example The last turn was a moment ago
 * ```ts
 * import { turnsEvery } from "glmc/process/turn.ts";
 * import { assertEquals } from "@std/assert";
 *
 * let turns = 0;
 * setTimeout(() => turns++);
 * const turn = turnsEvery(1000);
 * await turn();
 *
 * assertEquals(turns, 0);
 * ```
 */
export function turnsEvery(milliseconds: number): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < milliseconds) return;
    await nextTurn();
    last = performance.now();
  };
}

/**
 * What work gives, or undefined if it ended because it was told to stop.
 *
 * @param work The work; it ends with the reason of the signal when that is aborted.
 * @param signal Tells it to stop.
 * @returns Its result.
 * @throws What else the work throws.
 * @example Work that was told to stop
 * ```ts
 * import { unlessAborted } from "glmc/process/turn.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const signal = AbortSignal.abort();
 * const work = async () => await Promise.reject(signal.reason);
 *
 * assertEquals(await unlessAborted(work(), signal), undefined);
 * ```
 */
export async function unlessAborted<T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (signal?.aborted && error === signal.reason) return undefined;
    throw error;
  }
}
