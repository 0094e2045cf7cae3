/**
 * Prepares the images of coming steps while the present one runs.
 *
 * @module
 */

import type { StepPlan } from "../data/plan.ts";
import type { ImageSource } from "../images/source.ts";
import { disposeTensors, type NamedTensors } from "../tensor/named_tensors.ts";

/** Steps that are prepared beyond the present one. */
const stepsAhead = 2;

/** A step with its images; the receiver owns the tensors. */
export interface PreparedStep {
  /** Its random choices. */
  readonly plan: StepPlan;
  /** What the source has prepared for it. */
  readonly prepared: NamedTensors;
}

/**
 * Hands out steps in their order, each when its images are ready.
 *
 * @param plans The steps.
 * @param source Where the images come from.
 * @returns The steps; whoever stops early closes the generator, which disposes what was prepared ahead.
 * @throws {Error} If images cannot be prepared, when their step is asked for.
 */
export async function* readAhead(
  plans: readonly StepPlan[],
  source: Pick<ImageSource, "prepare">,
): AsyncGenerator<PreparedStep> {
  const waiting: Promise<NamedTensors>[] = [];
  let next = 0;
  const fill = (): void => {
    while (next < plans.length && waiting.length <= stepsAhead) {
      const { rows, cuts } = plans[next++]!;
      const prepared = (async () => await source.prepare({ rows, cuts }))();
      // Heard when its step is asked for, which may be never.
      prepared.catch(() => {});
      waiting.push(prepared);
    }
  };
  try {
    for (const plan of plans) {
      fill();
      yield { plan, prepared: await waiting.shift()! };
    }
  } finally {
    for (const rest of await Promise.allSettled(waiting)) {
      if (rest.status === "fulfilled") disposeTensors(rest.value);
    }
  }
}
