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
import { stepOperations } from "./all_reduce.ts";
import type { StepInputs, StepResult, StepSettings, TrainState } from "./step.ts";
import { type StepGradients, stepGradients, viewsOf } from "./step_gradients.ts";
import { sharedStep } from "./together.ts";
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
   * @param step State before it, which is not changed; learning rate; the parts, whose inputs are disposed; and
   * whether this process was asked to stop, where several train together.
   * @returns State and losses; the caller owns them.
   */
  readonly run: (step: {
    readonly state: TrainState;
    readonly learningRate: number;
    readonly parts: AsyncIterable<PartInputs> | Iterable<PartInputs>;
    readonly stops?: boolean;
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

/** Numbers of the collective operations before the point above the weights, apart from those of the update. */
const climbKeys = 5000;

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
  const { stage: { samRadius = 0 }, together } = settings;
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
  const climb = compile(function climb({ parameters, gradients: own, peers }: Climb) {
    const shared = together &&
      sharedStep(together, { peers }, stepOperations(together.peers, together.stage, climbKeys));
    const gradients = shared?.sumGradients(own) ?? own;
    return { ...parameters, ...ascend(parameters, gradients, samRadius) };
  });
  const update = compile(function update({ state, sums, learningRate, peers }: Ending) {
    const summed = together && sharedStep(together, { peers }).sum(sums);
    const { gradients, statistics, losses } = summed ?? sums;
    const told: StepResult["peers"] = summed === undefined ? {} : { stop: summed.stop };
    const after = updated({ state, gradients, statistics, learningRate }, settings);
    return { state: after, losses, peers: told };
  });
  /** Where others may end meanwhile, this process has to hear of it. */
  const run = <I extends NamedTensors, O extends NamedTensors>(
    compiled: CompiledFunction<I, O>,
    inputs: I,
  ): Promise<O> | O => together ? compiled.beside(inputs) : compiled(inputs);

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
    async run({ state, learningRate, parts, stops = false }) {
      // SAM sees them twice.
      const kept: PartInputs[] | undefined = samRadius === 0 ? undefined : [];
      const owned: NamedTensors[] = [];
      const own = <T extends NamedTensors>(tensors: T): T => {
        owned.push(tensors);
        return tensors;
      };
      try {
        const { parameters } = state;
        const share = { done: 0 };
        const here = own(
          await total(parameters, { state, parts: counted(parts, share), keep: kept }),
        );
        const peers: Record<string, Tensor> = together
          ? own({ share: tf.scalar(share.done), stop: tf.scalar(stops ? 1 : 0) })
          : {};
        const point = kept &&
          own(await run(climb, { parameters, gradients: here.gradients, peers }));
        const above = point && own(await total(point, { state, parts: kept, keep: [] }));
        const rate = own({ learningRate: tf.scalar(learningRate) });
        // Losses and running statistics are those of the weights, not of the point above them.
        const { statistics, losses } = here;
        const { gradients } = above ?? here;
        return await run(update, {
          state,
          sums: { gradients, statistics, losses },
          ...rate,
          peers,
        });
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

type Climb = {
  readonly parameters: Record<string, Tensor>;
  readonly gradients: StepGradients["gradients"];
  readonly peers: StepInputs["peers"];
};

type Ending = {
  readonly state: TrainState;
  readonly sums: StepGradients;
  readonly learningRate: Tensor;
  readonly peers: StepInputs["peers"];
};

/** The same parts; counts which share of the batch they are. */
async function* counted(
  parts: AsyncIterable<PartInputs> | Iterable<PartInputs>,
  share: { done: number },
): AsyncGenerator<PartInputs> {
  for await (const part of parts) {
    share.done += part.share;
    yield part;
  }
}

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
