import { assert, assertEquals } from "@std/assert";
import { mapTensors } from "../../lib/tensor/named_tensors.ts";
import { type Tensor, tf } from "../../lib/tensor/tfjs.ts";
import { crossEntropyMethod } from "../../lib/method/methods.ts";
import { epochNumbers, stepInputs } from "../../lib/train/step_inputs.ts";
import { ascend } from "../../lib/train/sam.ts";
import type { StepResult } from "../../lib/train/step.ts";
import { initialState } from "../../lib/train/training.ts";
import { relativeError } from "../assertions.ts";
import { testEngine } from "../engine.ts";
import { smallStage, smallTraining } from "./small_training.ts";

const engine = await testEngine();

/** One step from the same draws, of the weights or of given ones. */
async function step(
  { samRadius, parameters, mode }: {
    readonly samRadius: number;
    readonly parameters?: Record<string, Tensor>;
    readonly mode: "compiled" | "eager";
  },
): Promise<StepResult & { readonly before: Record<string, Tensor> }> {
  // From rest and without decay the velocity after a step is the gradient.
  const stage = smallStage({ method: crossEntropyMethod, weightDecay: 0, samRadius });
  const training = smallTraining(engine, { stages: [stage], mode });
  const [plan] = training.plan(0);
  const prepared = await training.parts.train.prepare(plan!);
  const inputs = stepInputs(plan!, { prepared, ...epochNumbers(training, 0, stage) });
  const initial = initialState(training);
  const state = { ...initial, parameters: parameters ?? initial.parameters };
  const result = training.stages[0]!.step({ state, plan: inputs });
  training.dispose();
  return { ...result, before: mapTensors(initial.parameters, (tensor) => tf.clone(tensor)) };
}

const values = (tensors: Record<string, Tensor>): number[] =>
  Object.values(tensors).flatMap((tensor) => [...tensor.dataSync()]);

for (const mode of ["compiled", "eager"] as const) {
  Deno.test(`SAM descends along the gradient of the point above, in ${mode} mode`, async () => {
    const plain = await step({ samRadius: 0, mode });
    const above = ascend(plain.before, plain.state.momentum, 0.05);
    const expected = await step({ samRadius: 0, mode, parameters: above });

    const sam = await step({ samRadius: 0.05, mode });

    // The same kernels on the same numbers; the graph may fuse and reorder sums.
    const error = relativeError(
      values(sam.state.momentum),
      values(expected.state.momentum),
    );
    assert(error <= 1e-5, `gradients differ by ${error}`);
    assert(relativeError(values(sam.state.momentum), values(plain.state.momentum)) > 1e-2);
    // Losses and running statistics are those of the weights.
    assert(relativeError(values(sam.state.statistics), values(plain.state.statistics)) <= 1e-6);
    assert(relativeError([...sam.losses.dataSync()], [...plain.losses.dataSync()]) <= 1e-6);
  });
}

Deno.test("SAM steps up by its radius, whatever the length of the gradient", () => {
  const at = { a: tf.tensor1d([1, 2]), b: tf.scalar(3) };
  for (const length of [1e-3, 1, 1e3]) {
    const gradients = { a: tf.tensor1d([length, -2 * length]), b: tf.scalar(length) };
    const above = ascend(at, gradients, 0.5);
    const moved = values(above).map((value, n) => value - [1, 2, 3][n]!);
    assert(Math.abs(Math.hypot(...moved) - 0.5) < 1e-5);
  }
  // No direction: no step.
  const rest = ascend(at, { a: tf.zeros([2]), b: tf.scalar(0) }, 0.5);
  assertEquals(values(rest), [1, 2, 3]);
});
