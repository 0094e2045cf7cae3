import { randomStream } from "glmc/data/random.ts";
import { balancedSoftmaxLoss, logCounts } from "glmc/loss/balanced_softmax.ts";
import { binaryClassBalancedLoss } from "glmc/loss/binary_class_balanced.ts";
import {
  classBalancedByBatch,
  classBalancedByWeights,
  effectiveNumberWeights,
} from "glmc/loss/class_balanced.ts";
import { classTemperatures, logPriors } from "glmc/loss/class_counts.ts";
import { crossEntropy } from "glmc/loss/cross_entropy.ts";
import { focalLoss } from "glmc/loss/focal.ts";
import { ldamLoss, ldamMargins } from "glmc/loss/ldam.ts";
import { cdtLoss, logitAdjustedLoss, vsLoss } from "glmc/loss/vector_scaling.ts";
import { weightedCrossEntropy } from "glmc/loss/weighted_cross_entropy.ts";
import { withGradients } from "glmc/tensor/gradients.ts";
import { type Tensor, tf } from "glmc/tensor/tfjs.ts";
import { assertClose } from "../assertions.ts";
import { testEngine } from "../engine.ts";

await testEngine();

const counts = [5000, 400, 30, 2, 1];
const classes = counts.length;

/** A batch in which every class occurs, and what the losses take from the counts. */
function batch() {
  const random = randomStream(1, "test");
  const labels = tf.oneHot([0, 1, 2, 3, 4, 0, 0, 2], classes).cast("float32") as Tensor;
  const z = Array.from({ length: labels.size }, () => 2 * random.normal());
  return {
    z: tf.tensor2d(z, [8, classes]) as Tensor,
    labels,
    ones: tf.ones([classes]),
    logPriors: tf.tensor1d(logPriors(counts)),
    logCounts: tf.tensor1d(logCounts(counts)),
  };
}

type Batch = ReturnType<typeof batch>;
type Compute = (batch: Batch) => Tensor;

const weightsOf = (beta: number): Tensor => tf.tensor1d(effectiveNumberWeights(counts, { beta }));
const temperaturesOf = (gamma: number): Tensor => tf.tensor1d(classTemperatures(counts, { gamma }));
const plain: Compute = ({ z, labels }) => crossEntropy(z, labels);

/** Pairs of losses that are one. */
const identities: Record<string, readonly [Compute, Compute]> = {
  "balanced softmax is the logit adjustment with tau 1": [
    ({ z, labels, logCounts }) => balancedSoftmaxLoss(z, labels, { logCounts }),
    ({ z, labels, logPriors }) => logitAdjustedLoss(z, labels, { logPriors, tau: 1 }),
  ],
  "logit adjustment with tau 0 is cross-entropy": [
    ({ z, labels, logPriors }) => logitAdjustedLoss(z, labels, { logPriors, tau: 0 }),
    plain,
  ],
  "LDAM without margin is the cross-entropy of scaled cosines": [
    ({ z, labels }) =>
      ldamLoss(z, labels, { margins: tf.tensor1d(ldamMargins(counts, { max: 0 })), scale: 30 }),
    ({ z, labels }) => crossEntropy(tf.mul(z, 30), labels),
  ],
  "LDAM is the cross-entropy of logits behind in the true class": [
    ({ z, labels, ones }) => ldamLoss(z, labels, { margins: tf.mul(ones, 0.5), scale: 2 }),
    ({ z, labels }) => crossEntropy(tf.sub(tf.mul(z, 2), labels), labels),
  ],
  "focal with gamma 0 is cross-entropy": [
    ({ z, labels }) => focalLoss(z, labels, { gamma: 0 }),
    plain,
  ],
  "focal with gamma 0 and weights is class-balanced by batch": [
    ({ z, labels }) => focalLoss(z, labels, { gamma: 0, weights: weightsOf(0.99) }),
    ({ z, labels }) => classBalancedByBatch(z, labels, { weights: weightsOf(0.99) }),
  ],
  "class-balanced by weights with beta 0 is cross-entropy": [
    ({ z, labels }) => classBalancedByWeights(z, labels, { weights: weightsOf(0) }),
    plain,
  ],
  "class-balanced by batch with beta 0 is cross-entropy": [
    ({ z, labels }) => classBalancedByBatch(z, labels, { weights: weightsOf(0) }),
    plain,
  ],
  "by batch is by weights times the mean weight of the labels": [
    ({ z, labels }) => classBalancedByBatch(z, labels, { weights: weightsOf(0.99) }),
    ({ z, labels }) => {
      const weights = weightsOf(0.99);
      const mean = tf.mean(tf.sum(tf.mul(labels, weights), 1));
      return tf.mul(mean, classBalancedByWeights(z, labels, { weights }));
    },
  ],
  "weights of any common size are no weights": [
    ({ z, labels, ones }) => weightedCrossEntropy(z, labels, { weights: tf.mul(ones, 7) }),
    plain,
  ],
  "VS with gamma 0 is the logit adjustment": [
    ({ z, labels, logPriors }) =>
      vsLoss(z, labels, { temperatures: temperaturesOf(0), logPriors, tau: 1.3 }),
    ({ z, labels, logPriors }) => logitAdjustedLoss(z, labels, { logPriors, tau: 1.3 }),
  ],
  "VS with tau 0 is CDT": [
    ({ z, labels, logPriors }) =>
      vsLoss(z, labels, { temperatures: temperaturesOf(0.3), logPriors, tau: 0 }),
    ({ z, labels }) => cdtLoss(z, labels, { temperatures: temperaturesOf(0.3) }),
  ],
  "VS multiplies by relative counts and adds log priors, as its public code": [
    ({ z, labels, logPriors }) =>
      vsLoss(z, labels, { temperatures: temperaturesOf(0.3), logPriors, tau: 1.3 }),
    ({ z, labels }) => {
      const [largest, sum] = [5000, 5433];
      const scales = tf.tensor1d(counts.map((count) => (count / largest) ** 0.3));
      const shifts = tf.tensor1d(counts.map((count) => 1.3 * Math.log(count / sum)));
      return crossEntropy(tf.add(tf.mul(z, scales), shifts), labels);
    },
  ],
  "CDT with gamma 0 is cross-entropy": [
    ({ z, labels }) => cdtLoss(z, labels, { temperatures: temperaturesOf(0) }),
    plain,
  ],
  "binary class-balanced is the binary cross-entropy of softmax outputs": [
    ({ z, labels }) => binaryClassBalancedLoss(z, labels, { weights: weightsOf(0.99) }),
    ({ z, labels }) => {
      const [p, unlike] = [tf.softmax(z), tf.sub(tf.scalar(1), labels)];
      const logs = tf.add(
        tf.mul(labels, tf.log(p)),
        tf.mul(unlike, tf.log(tf.sub(tf.scalar(1), p))),
      );
      const weights = tf.sum(tf.mul(labels, weightsOf(0.99)), 1, true);
      return tf.neg(tf.mean(tf.mul(weights, logs)));
    },
  ],
};

for (const [name, sides] of Object.entries(identities)) {
  Deno.test(`${name}, in value and gradient`, () => {
    tf.tidy(() => {
      const given = batch();
      const [one, other] = sides.map((compute) => {
        const { gradients, others } = withGradients(({ z }) => {
          const scalar = compute({ ...given, z });
          return { scalar, others: { scalar } };
        }, { z: given.z });
        return [...others.scalar.dataSync(), ...gradients.z.dataSync()];
      });
      // float32: constants added to logits of 10 cost some of their last digits
      assertClose(one!, other!, { relative: 1e-5, absolute: 1e-6 });
    });
  });
}
