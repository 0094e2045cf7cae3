import { assert, assertEquals } from "@std/assert";
import { binaryClassBalancedLoss } from "glmc/loss/binary_class_balanced.ts";
import { classBalancedByWeights, effectiveNumberWeights } from "glmc/loss/class_balanced.ts";
import { logPriors } from "glmc/loss/class_counts.ts";
import { crossEntropy } from "glmc/loss/cross_entropy.ts";
import { balancedSoftmaxLoss, logCounts } from "glmc/loss/balanced_softmax.ts";
import { focalLoss } from "glmc/loss/focal.ts";
import { ldamLoss, ldamMargins } from "glmc/loss/ldam.ts";
import { pairLoss } from "glmc/loss/mixed_labels.ts";
import { logitAdjustedLoss } from "glmc/loss/vector_scaling.ts";
import { withGradients } from "glmc/tensor/gradients.ts";
import { type Tensor, tf } from "glmc/tensor/tfjs.ts";
import { assertClose } from "../assertions.ts";
import { testEngine } from "../engine.ts";
import { golden } from "../golden.ts";

const engine = await testEngine();

/** What the losses of a case are computed from. */
interface Given {
  /** Logits, or cosines for LDAM. */
  readonly z: Tensor;
  readonly first: Tensor;
  readonly second: Tensor;
  readonly weights: Tensor;
  readonly margins: Tensor;
  readonly logPriors: Tensor;
  readonly logCounts: Tensor;
  readonly share: Tensor;
}

type Compute = (given: Given) => Tensor;

const adjusted = (tau: number): Compute => ({ z, first, logPriors }) =>
  logitAdjustedLoss(z, first, { logPriors, tau });
const mixed = ({ first, second, share }: Given): Tensor =>
  tf.add(tf.mul(share, first), tf.mul(tf.sub(tf.scalar(1), share), second));

/** Each by its name in the golden files. */
const cases: Record<string, Compute> = {
  cross_entropy: ({ z, first }) => crossEntropy(z, first),
  class_balanced: ({ z, first, weights }) => classBalancedByWeights(z, first, { weights }),
  focal_1: ({ z, first }) => focalLoss(z, first, { gamma: 1 }),
  focal_2: ({ z, first }) => focalLoss(z, first, { gamma: 2 }),
  class_balanced_focal_1: ({ z, first, weights }) => focalLoss(z, first, { gamma: 1, weights }),
  ldam: ({ z, first, margins }) => ldamLoss(z, first, { margins, scale: 30 }),
  ldam_drw: ({ z, first, margins, weights }) => ldamLoss(z, first, { margins, scale: 30, weights }),
  balanced_softmax: ({ z, first, logCounts }) => balancedSoftmaxLoss(z, first, { logCounts }),
  "logit_adjusted_1.0": adjusted(1),
  "logit_adjusted_1.5": adjusted(1.5),
  mixed_cross_entropy: (given) => crossEntropy(given.z, mixed(given)),
  mixed_balanced_softmax: ({ z, logCounts, first, second, share }) =>
    pairLoss((y) => balancedSoftmaxLoss(z, y, { logCounts }), [first, second], share),
  class_balanced_softmax_binary: ({ z, first, weights }) =>
    binaryClassBalancedLoss(z, first, { weights }),
};

/** Share of the first images λ of the mixed cases. */
const shares = { baselines_c10: 0.9112250208854675, baselines_c100: 0.8521745204925537 } as const;

for (const name of ["baselines_c10", "baselines_c100"] as const) {
  const values = golden(name);
  const data = (key: string): Float32Array => values[key]!.data as Float32Array;
  const counts = [...values.counts!.data].map(Number);
  const weights = effectiveNumberWeights(counts, { beta: 0.9999 });
  const margins = ldamMargins(counts, { max: 0.5 });

  Deno.test(`class weights, margins and priors are those of ${name}`, () => {
    const relative = 1e-6; // the files hold float32
    assertClose(weights, data("effective_weights"), { relative });
    assertClose(margins, data("margins"), { relative });
    assertClose(logPriors(counts).map(Math.exp), data("prior"), { relative });
  });

  for (const mode of ["eager", "compiled"] as const) {
    Deno.test(`the losses reproduce ${name} and its gradients in ${mode} mode`, async (t) => {
      tf.engine().startScope();
      const labels = (key: string): Tensor =>
        tf.oneHot(tf.tensor1d(Int32Array.from(values[key]!.data, Number)), counts.length)
          .cast("float32");
      const constants = {
        first: labels("label"),
        second: labels("label_second"),
        weights: tf.tensor1d(weights),
        margins: tf.tensor1d(margins),
        logPriors: tf.tensor1d(logPriors(counts)),
        logCounts: tf.tensor1d(logCounts(counts)),
        share: tf.scalar(shares[name]),
      };
      const inputs = Object.keys(values).filter((key) => key.startsWith("grad."));
      assertEquals(inputs.map((key) => key.slice(5)).sort(), Object.keys(cases).sort());

      for (const [key, compute] of Object.entries(cases)) {
        await t.step(key, () => {
          const input = key.startsWith("ldam") ? "cosines" : "logits";
          const z: Tensor = tf.tensor(data(input), [...values[input]!.shape]);
          using run = engine.compile((at: { z: Tensor }) =>
            withGradients(({ z }) => {
              const scalar = compute({ ...constants, z });
              return { scalar, others: { scalar } };
            }, at), { mode });
          const { gradients, others } = run({ z });

          const expected = data(`grad.${key}`);
          const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
          const relative = 1e-5; // the golden table's tolerance
          const what = "losses of the field";
          assertClose(others.scalar.dataSync(), data(key), { relative, what });
          assertClose(gradients.z.dataSync(), expected, {
            relative,
            absolute: 1e-5 * largest, // elements near zero are differences of larger ones
            what: "gradients of losses of the field",
          });
          assert(largest > 0);
        });
      }
      tf.engine().endScope();
    });
  }
}
