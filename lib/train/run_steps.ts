/**
 * Planned steps, run one after another while the images of coming ones are prepared.
 *
 * @module
 */

import type { StepPlan } from "../data/plan.ts";
import type { PlanPart } from "../data/plan_part.ts";
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
  /** What this process does of a step; all of it where there is one process. */
  readonly part: (plan: StepPlan) => PlanPart;
  /** Whether this process was asked to stop, where it has to tell others. */
  readonly stops?: (() => boolean) | undefined;
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
  { plans, part, stops, source, state, ...numbers }: RunStepsOptions,
): AsyncGenerator<EndedStep> {
  const prepared = readAhead(allParts(plans, { part, stage }), source);
  try {
    for (const plan of plans) {
      const seen = { parts: 0 };
      const parts = partsOfStep(prepared, { numbers, stops, seen });
      // Where others may end meanwhile, this process has to hear of it.
      const run = stops === undefined ? step : step.beside;
      const result = accumulated === undefined
        ? await wholeStep(parts, (plan) => run({ state: state(), plan }))
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
  { part, stage }: Pick<RunStepsOptions, "part"> & Pick<TrainingStage, "stage">,
): Generator<OwnPart> {
  for (const whole of plans) {
    const { plan, share: ownShare } = part(whole);
    for (const part of partsOf(plan, stage)) yield { ...part, ownShare };
  }
}

/** A part of what this process does of a step. */
interface OwnPart extends StepPart {
  /** Share of the step that the process does. */
  readonly ownShare: number;
}

/** The parts of the next step as their images are there; the receiver owns the inputs. */
async function* partsOfStep(
  prepared: AsyncGenerator<PreparedStep<OwnPart>>,
  { numbers, stops, seen }: {
    readonly numbers: EpochNumbers;
    readonly stops: (() => boolean) | undefined;
    readonly seen: { parts: number };
  },
): AsyncGenerator<PartInputs> {
  for (let all = 1; seen.parts < all;) {
    const { value } = await prepared.next();
    const { plan, prepared: images } = value as PreparedStep<OwnPart>;
    all = plan.parts;
    seen.parts++;
    const peers = stops && { share: plan.ownShare, stops: stops() };
    yield { inputs: stepInputs(plan, { prepared: images, ...numbers, peers }), share: plan.share };
  }
}

async function wholeStep(
  parts: AsyncGenerator<PartInputs>,
  run: (plan: StepInputs) => StepResult | Promise<StepResult>,
): Promise<StepResult> {
  const { value } = await parts.next();
  const { inputs } = value as PartInputs;
  try {
    return await run(inputs);
  } finally {
    disposeTensors(inputs);
  }
}
