/**
 * Requests to stop: a single process stops when it hears one, several stop after the same step.
 *
 * @module
 */

import type { Tensor } from "../tensor/tfjs.ts";
import type { StepResult } from "./step.ts";

/** Hears whether a training is to stop. */
export interface StopHearing {
  /**
   * Whether to stop after a step.
   *
   * Of several processes each tells with its gradients whether it was asked to; what they told in the step
   * before the present one is read, so that no device is waited for.
   *
   * @param told What the step has returned; taken over.
   */
  after(told: StepResult["peers"]): Promise<boolean>;
  /** Frees what was not read. */
  dispose(): void;
}

/**
 * Begins to hear.
 *
 * @param signal Asks this process to stop.
 * @returns The hearing.
 * @example Two steps of a single process
 * ```ts
 * import { hearStops } from "glmc/train/hear_stop.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const controller = new AbortController();
 * const hearing = hearStops(controller.signal);
 * const before = await hearing.after({});
 * controller.abort();
 *
 * assertEquals([before, await hearing.after({})], [false, true]);
 * ```
 */
export function hearStops(signal: AbortSignal | undefined): StopHearing {
  let unread: Tensor | undefined;
  return {
    async after({ stop }) {
      if (stop === undefined) return signal?.aborted === true;
      const before = unread;
      unread = stop;
      if (before === undefined) return false;
      const [stopping] = await before.data();
      before.dispose();
      return stopping! > 0;
    },
    dispose: () => unread?.dispose(),
  };
}
