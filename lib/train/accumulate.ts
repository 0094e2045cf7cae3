/**
 * Steps whose batch is cut into parts: gradients of the parts are averaged before one update.
 *
 * Each part is a native call of its own, so that the activations of one part are freed before those of the next are
 * made; what stays is a sum of gradients, as large as the weights.
 *
 * @module
 */

import { nextTurn } from "../process/turn.ts";
import type { CompiledFunction } from "../tensor/compile.ts";
import { disposeTensors, mapTensors, type NamedTensors } from "../tensor/named_tensors.ts";
import { type Tensor, tf } from "../tensor/tfjs.ts";
import { ascend } from "./sam.ts";
import type { StepInputs, StepResult, StepSettings, TrainState } from "./step.ts";
import { type StepGradients, stepGradients, viewsOf } from "./step_gradients.ts";
import { divided } from "./trained.ts";
import { updated } from "./update.ts";

/** A part of a batch on the device. */
export interface PartInputs {
  /** What the part is told. */
  readonly inputs: StepInputs;
  /** Its share of the examples of the batch. */
  readonly share: number;
}

/** A step in parts. */
export interface AccumulatedStep extends Disposable {
  /**
   * Runs one step; other tasks have their turn after each part.
   *
   * @param step State before it, which is not changed; learning rate; and the parts, whose inputs are disposed.
   * @returns State and losses; the caller owns them.
   */
  readonly run: (step: {
    readonly state: TrainState;
    readonly learningRate: number;
    readonly parts: AsyncIterable<PartInputs> | Iterable<PartInputs>;
  }) => Promise<StepResult>;
  /** Frees what was compiled. */
  readonly dispose: () => void;
}

/** Compiles functions of named tensors. */
export type Compile = <I extends NamedTensors, O extends NamedTensors>(
  f: (inputs: I) => O,
) => CompiledFunction<I, O>;

/** How {@linkcode createAccumulatedStep} makes a step. */
export interface AccumulateOptions {
  /** Compiles its functions, such as `engine.compile`. */
  readonly compile: Compile;
}

/**
 * Makes the training step of a stage whose batches come in parts.
 *
 * With g = Σ (n_k / n) g_k over parts of n_k of n examples, the step is that of the whole batch for every loss that
 * is a mean over examples, up to rounding, but for batch norm: in training it normalises each part by itself, and
 * its running statistics move once for each part.
 *
 * @param settings Stage, network and data.
 * @param options How its functions are compiled.
 * @returns The step; the caller disposes it.
 */
export function createAccumulatedStep(
  settings: StepSettings,
  { compile }: AccumulateOptions,
): AccumulatedStep {
  const { samRadius = 0 } = settings.stage;
  const addPart = compile(function addPart({ parameters, sums, plan, share }: PartSum) {
    const views = viewsOf(plan, settings);
    const variables = { parameters, statistics: sums.statistics };
    const part = stepGradients({ variables, views, plan }, settings);
    const added = (sum: Tensor, value: Tensor): Tensor => tf.add(sum, tf.mul(value, share));
    return {
      gradients: Object.fromEntries(
        Object.entries(sums.gradients).map(([name, sum]) => [
          name,
          added(sum, part.gradients[name]!),
        ]),
      ),
      statistics: part.statistics,
      losses: added(sums.losses, part.losses),
    };
  });
  const climb = compile(function climb({ parameters, sums }: Omit<PartSum, "plan" | "share">) {
    return { ...parameters, ...ascend(parameters, sums.gradients, samRadius) };
  });
  const update = compile(function update({ state, sums, learningRate }: Ending) {
    const { gradients, statistics, losses } = sums;
    const next = updated({ state, gradients, statistics, learningRate }, settings);
    return { state: next, losses, peers: {} };
  });

  /** Adds parts up at a point. */
  async function total(
    parameters: Record<string, Tensor>,
    { state, parts, keep }: {
      readonly state: TrainState;
      readonly parts: AsyncIterable<PartInputs> | Iterable<PartInputs>;
      readonly keep?: PartInputs[] | undefined;
    },
  ): Promise<StepGradients> {
    let sums = nothing(state, settings);
    try {
      for await (const part of parts) {
        keep?.push(part);
        const share = tf.scalar(part.share);
        try {
          const next = addPart({ parameters, sums, plan: part.inputs, share });
          disposeTensors(sums);
          sums = next;
        } finally {
          share.dispose();
          if (keep === undefined) disposeTensors(part.inputs);
        }
        await nextTurn();
      }
      return sums;
    } catch (error) {
      disposeTensors(sums);
      throw error;
    }
  }

  return {
    async run({ state, learningRate, parts }) {
      // SAM sees them twice.
      const kept: PartInputs[] | undefined = samRadius === 0 ? undefined : [];
      const owned: NamedTensors[] = [];
      const own = <T extends NamedTensors>(tensors: T): T => {
        owned.push(tensors);
        return tensors;
      };
      try {
        const { parameters } = state;
        const here = own(await total(parameters, { state, parts, keep: kept }));
        const point = kept && own(climb({ parameters, sums: here }));
        const above = point && own(await total(point, { state, parts: kept, keep: [] }));
        const rate = own({ learningRate: tf.scalar(learningRate) });
        // Losses and running statistics are those of the weights, not of the point above them.
        const { statistics, losses } = here;
        const { gradients } = above ?? here;
        return update({ state, sums: { gradients, statistics, losses }, ...rate });
      } finally {
        owned.forEach((tensors) => disposeTensors(tensors));
        kept?.forEach(({ inputs }) => disposeTensors(inputs));
      }
    },
    dispose,
    [Symbol.dispose]: dispose,
  };

  function dispose(): void {
    for (const compiled of [addPart, climb, update]) compiled.dispose();
  }
}

type PartSum = {
  readonly parameters: Record<string, Tensor>;
  readonly sums: StepGradients;
  readonly plan: StepInputs;
  readonly share: Tensor;
};

type Ending = {
  readonly state: TrainState;
  readonly sums: StepGradients;
  readonly learningRate: Tensor;
};

/** A sum of no parts. */
function nothing(state: TrainState, settings: StepSettings): StepGradients {
  const { trained } = divided(state.parameters, settings);
  return {
    gradients: mapTensors(trained, (tensor) => tf.zerosLike(tensor)) as Record<string, Tensor>,
    statistics: mapTensors(
      state.statistics,
      (tensor) => tf.clone(tensor),
    ) as typeof state.statistics,
    losses: tf.zeros([settings.stage.method.terms.length]),
  };
}
