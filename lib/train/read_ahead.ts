/**
 * Prepares the images of coming steps while the present one runs.
 *
 * @module
 */

import type { StepPlan } from "../data/plan.ts";
import type { ImageSource } from "../images/source.ts";
import { disposeTensors, type NamedTensors } from "../tensor/named_tensors.ts";

/** Steps that are prepared beyond the present one; one of them where two take more than {@linkcode bytesAhead}. */
const stepsAhead = 2;

/** More hides no wait that the first step ahead does not: 3,500 views of 224 × 224. */
const bytesAhead = 2 ** 29;

/** A step with its images; the receiver owns the tensors. */
export interface PreparedStep<Plan extends StepPlan = StepPlan> {
  /** Its random choices. */
  readonly plan: Plan;
  /** What the source has prepared for it. */
  readonly prepared: NamedTensors;
}

/**
 * Hands out steps in their order, each when its images are ready.
 *
 * @param plans The steps, or parts of steps; asked for no sooner than their images are prepared.
 * @param source Where the images come from.
 * @returns The steps; whoever stops early closes the generator, which disposes what was prepared ahead.
 * @throws {Error} If images cannot be prepared, when their step is asked for.
 */
export async function* readAhead<Plan extends StepPlan>(
  plans: Iterable<Plan>,
  source: Pick<ImageSource, "prepare" | "viewBytes">,
): AsyncGenerator<PreparedStep<Plan>> {
  const { viewBytes = 0 } = source;
  const waiting: { readonly plan: Plan; readonly images: Promise<NamedTensors> }[] = [];
  const coming = plans[Symbol.iterator]();
  const isFull = (): boolean => {
    const views = waiting.reduce((sum, { plan }) => sum + plan.rows.length, 0);
    return waiting.length > stepsAhead || (waiting.length > 1 && views * viewBytes > bytesAhead);
  };
  const fill = (): void => {
    while (!isFull()) {
      const { value: plan, done } = coming.next();
      if (done) return;
      const { rows, cuts } = plan;
      const images = (async () => await source.prepare({ rows, cuts }))();
      // Heard when its step is asked for, which may be never.
      images.catch(() => {});
      waiting.push({ plan, images });
    }
  };
  try {
    for (;;) {
      fill();
      const next = waiting.shift();
      if (next === undefined) return;
      yield { plan: next.plan, prepared: await next.images };
    }
  } finally {
    for (const rest of await Promise.allSettled(waiting.map(({ images }) => images))) {
      if (rest.status === "fulfilled") disposeTensors(rest.value);
    }
  }
}
