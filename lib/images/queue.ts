/**
 * A queue that lets only so much work run at a time.
 *
 * @module
 */

/** Runs pieces of work in the order in which they come, as room becomes free. */
export type Queue = <T>(size: number, work: () => Promise<T>) => Promise<T>;

/**
 * Makes a queue.
 *
 * @param room Sizes of pieces that run together add up to no more than this; a larger one runs alone.
 * @returns Takes the size of a piece of work and the work; returns what the work does.
 * @example One after the other
 * ```ts
 * import { workQueue } from "glmc/images/queue.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const queue = workQueue(1);
 * const order: number[] = [];
 * const work = (name: number, ms: number) =>
 *   queue(1, async () => {
 *     await new Promise((done) => setTimeout(done, ms));
 *     order.push(name);
 *   });
 * await Promise.all([work(1, 5), work(2, 0)]);
 *
 * assertEquals(order, [1, 2]);
 * ```
 */
export function workQueue(room: number): Queue {
  const waiting: { readonly size: number; readonly start: () => void }[] = [];
  let [taken, running] = [0, 0];
  const startNext = (): void => {
    while (waiting.length > 0 && (running === 0 || taken + waiting[0]!.size <= room)) {
      const { size, start } = waiting.shift()!;
      taken += size;
      running++;
      start();
    }
  };
  return async (size, work) => {
    const turn = new Promise<void>((start) => waiting.push({ size, start }));
    startNext();
    await turn;
    try {
      return await work();
    } finally {
      taken -= size;
      running--;
      startNext();
    }
  };
}
