/**
 * How processes that train together notice that one lives and does not answer.
 *
 * @module
 */

import { sumOverPeersBeside } from "../ops/collectives.ts";
import { tf } from "../tensor/tfjs.ts";
import { collectiveKeys } from "../train/all_reduce.ts";
import type { Company } from "./company.ts";

/**
 * Lets all processes wait for each other now and then, beside their work. Should one live and not answer, this
 * gives up and ends with it whatever else is waited for, in TensorFlow too; an operation of a step that
 * did so itself would leave a sleeping thread behind at each step.
 *
 * @param company The others, who have joined this one; all begin with it once.
 * @returns Ends it when it is disposed.
 */
export function startHeartbeat(
  { peers, timeoutSeconds }: Pick<Company, "peers" | "timeoutSeconds">,
): Disposable {
  const own = tf.scalar(1);
  let isOver = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const next = async (): Promise<void> => {
    const options = { peers, key: collectiveKeys.heartbeat, timeoutSeconds };
    try {
      (await sumOverPeersBeside(own, options)).dispose();
    } catch {
      // The work is told as well.
      return;
    }
    if (isOver) return own.dispose();
    timer = setTimeout(next, 1000 * timeoutSeconds / 4);
    Deno.unrefTimer(Number(timer));
  };
  void next();
  return {
    [Symbol.dispose]() {
      isOver = true;
      clearTimeout(timer);
    },
  };
}
