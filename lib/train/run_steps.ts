/**
 * Planned steps, run one after another while the images of coming ones are prepared.
 *
 * @module
 */

import type { StepPlan } from "../data/plan.ts";
import type { ImageSource } from "../images/source.ts";
import { disposeTensors } from "../tensor/named_tensors.ts";
import type { PartInputs } from "./accumulate.ts";
import { partsOf, type StepPart } from "./parts.ts";
import { type PreparedStep, readAhead } from "./read_ahead.ts";
import type { StepInputs, StepResult, TrainState } from "./step.ts";
import { type EpochNumbers, stepInputs } from "./step_inputs.ts";
import type { TrainingStage } from "./training.ts";

/** A step that has been run. */
export interface EndedStep {
  /** What was planned. */
  readonly plan: StepPlan;
  /** State and losses after it; the receiver owns them. */
  readonly result: StepResult;
  /** Number of parts that its batch was cut into. */
  readonly parts: number;
}

/** Settings of {@linkcode runSteps}. */
export interface RunStepsOptions extends EpochNumbers {
  /** The steps. */
  readonly plans: readonly StepPlan[];
  /** Where the images come from. */
  readonly source: Pick<ImageSource, "prepare" | "viewBytes">;
  /** The state to begin the next step with. */
  readonly state: () => TrainState;
}

/**
 * Runs steps in their order, each when it is asked for.
 *
 * @param training The stage on the device.
 * @param options Steps, images, numbers of the epoch, and where the state is.
 * @returns The steps as they end; whoever stops early closes the generator.
 * @throws {Error} If images cannot be prepared, or a step cannot be run.
 */
export async function* runSteps(
  { stage, step, accumulated }: Pick<TrainingStage, "stage" | "step" | "accumulated">,
  { plans, source, state, ...numbers }: RunStepsOptions,
): AsyncGenerator<EndedStep> {
  const prepared = readAhead(allParts(plans, stage), source);
  try {
    for (const plan of plans) {
      const seen = { parts: 0 };
      const parts = partsOfStep(prepared, { numbers, seen });
      const result = accumulated === undefined
        ? await wholeStep(parts, (plan) => step({ state: state(), plan }))
        : await accumulated.run({ state: state(), learningRate: numbers.learningRate, parts });
      yield { plan, result, parts: seen.parts };
    }
  } finally {
    await prepared.return(undefined);
  }
}

/** Cut when their images are to be prepared. */
function* allParts(
  plans: readonly StepPlan[],
  stage: TrainingStage["stage"],
): Generator<StepPart> {
  for (const plan of plans) yield* partsOf(plan, stage);
}

/** The parts of the next step as their images are there; the receiver owns the inputs. */
async function* partsOfStep(
  prepared: AsyncGenerator<PreparedStep<StepPart>>,
  { numbers, seen }: { readonly numbers: EpochNumbers; readonly seen: { parts: number } },
): AsyncGenerator<PartInputs> {
  for (let all = 1; seen.parts < all;) {
    const { value } = await prepared.next();
    const { plan, prepared: images } = value as PreparedStep<StepPart>;
    all = plan.parts;
    seen.parts++;
    yield { inputs: stepInputs(plan, { prepared: images, ...numbers }), share: plan.share };
  }
}

async function wholeStep(
  parts: AsyncGenerator<PartInputs>,
  run: (plan: StepInputs) => StepResult,
): Promise<StepResult> {
  const { value } = await parts.next();
  const { inputs } = value as PartInputs;
  try {
    return run(inputs);
  } finally {
    disposeTensors(inputs);
  }
}
