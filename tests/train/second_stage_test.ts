import { assert } from "@std/assert";
import { effectiveNumberWeights } from "../../lib/loss/class_balanced.ts";
import { losses } from "../../lib/loss/losses.ts";
import { perClass } from "../../lib/method/per_class.ts";
import { limitNorms, normLimit } from "../../lib/model/classifier_norm.ts";
import { withGradients } from "../../lib/tensor/gradients.ts";
import { type Tensor, tf } from "../../lib/tensor/tfjs.ts";
import { sgdStep } from "../../lib/train/sgd.ts";
import { assertClose, relativeError } from "../assertions.ts";
import { testEngine } from "../engine.ts";
import { golden } from "../golden.ts";

const engine = await testEngine();
const values = golden("second_stage");
const [batch, steps, learningRate, weightDecay, share] = [32, 12, 0.01, 0.1, 0.1];
const counts = [...values.counts!.data].map(Number);
const tensor = (name: string): Tensor => {
  const { data, shape } = values[name]!;
  return tf.tensor(data as Float32Array, [...shape]);
};

const cases = {
  crt: { loss: "cross_entropy", isLimited: false },
  maxnorm: { loss: "class_balanced_by_weights", isLimited: true },
  maxnorm_balanced_softmax: { loss: "balanced_softmax", isLimited: true },
} as const;

for (const mode of ["compiled", "eager"] as const) {
  for (const [name, { loss: lossName, isLimited }] of Object.entries(cases)) {
    Deno.test(`a second stage follows ${name} of the public code for ${steps} steps in ${mode} mode`, () => {
      const loss = losses.find((loss) => loss.name === lossName)!;
      const options = { cbBeta: 0.9999 };
      const constants = perClass(loss.constants(counts, options));
      const limit = normLimit(tensor("weight"), share);
      assertClose(limit.dataSync(), values.limit!.data as Float32Array, { relative: 1e-5 });
      type State = { parameters: Record<string, Tensor>; momentum: Record<string, Tensor> };
      const step = engine.compile(
        ({ state, features, labels }: { state: State; features: Tensor; labels: Tensor }) => {
          const { gradients, others } = withGradients(({ weight, bias }) => {
            const logits = tf.add(tf.matMul(features, weight!, false, true), bias!);
            const scalar = loss.compute(logits, labels, { options, constants });
            return { scalar, others: { loss: scalar } };
          }, state.parameters);
          const next = sgdStep(state, gradients, {
            learningRate: tf.scalar(learningRate),
            momentum: 0.9,
            weightDecay,
          });
          const { weight, bias } = next.parameters as { weight: Tensor; bias: Tensor };
          return {
            state: {
              momentum: next.momentum,
              parameters: { weight: isLimited ? limitNorms(weight, limit) : weight, bias },
            },
            loss: others.loss,
          };
        },
        { mode },
      );
      let state: State = {
        parameters: { weight: tensor("weight"), bias: tensor("bias") },
        momentum: { weight: tf.zeros([100, 64]), bias: tf.zeros([100]) },
      };
      const features = tf.split(tensor("features"), steps);
      const classes = [...values.label!.data].map(Number);
      const given: number[] = [];
      for (let n = 0; n < steps; n++) {
        const rows = tf.tensor1d(classes.slice(n * batch, (n + 1) * batch), "int32");
        const labels = tf.oneHot(rows, 100, 1, 0, "float32");
        const result = step({ state, features: features[n]!, labels });
        given.push(result.loss.dataSync()[0]!);
        state = result.state;
      }

      // As the golden table asks.
      assertClose(given, values[`${name}.loss`]!.data as Float32Array, {
        relative: 1e-5,
        what: "losses of 12 steps of MaxNorm and cRT",
      });
      for (const part of ["weight", "bias"] as const) {
        const expected = values[`${name}.${part}`]!.data as Float32Array;
        assert(relativeError(state.parameters[part]!.dataSync(), expected) <= 1e-5);
      }
      step.dispose();
    });
  }
}

Deno.test("the weights of the second stage are those of effective numbers", () => {
  const weights = effectiveNumberWeights(counts, { beta: 0.9999 });
  assert(Math.abs(weights.reduce((sum, weight) => sum + weight, 0) - 100) < 1e-9);
});
