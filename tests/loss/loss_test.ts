import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { consistencyLoss } from "../../lib/loss/consistency.ts";
import {
  type CumulativeLaw,
  cumulativeLaws,
  cumulativeWeight,
} from "../../lib/method/glmc/cumulative.ts";
import { glmcLoss } from "../../lib/method/glmc/loss.ts";
import { withGradients } from "../../lib/tensor/gradients.ts";
import { type Tensor, tf } from "../../lib/tensor/tfjs.ts";
import { assertClose } from "../assertions.ts";
import { testEngine } from "../engine.ts";
import { golden, goldenIndex } from "../golden.ts";

const engine = await testEngine();

const outputs = ["o1", "ob1", "z1", "p1", "o2", "ob2", "z2", "p2"];

for (const name of ["loss_c10", "loss_c100"] as const) {
  for (const mode of ["eager", "compiled"] as const) {
    Deno.test(`glmcLoss() reproduces ${name} and its gradients in ${mode} mode`, () => {
      const values = golden(name);
      const { alpha, gamma } = goldenIndex().cases[name];
      tf.tidy(() => {
        const tensor = (key: string): Tensor =>
          tf.tensor(values[key]!.data as Float32Array, [...values[key]!.shape]);
        const given = Object.fromEntries(outputs.map((key) => [key, tensor(key)]));
        const run = engine.compile((given: Record<string, Tensor>) => {
          const { gradients, others } = withGradients((t) => {
            const view = (n: 1 | 2, labels: string) => ({
              logits: t[`o${n}`]!,
              rebalancedLogits: t[`ob${n}`]!,
              projection: t[`z${n}`]!,
              prediction: t[`p${n}`]!,
              labels: tensor(labels),
              weightedLabels: tensor(`${labels}w`),
            });
            const terms = glmcLoss(view(1, "ym"), view(2, "yc"), {
              plainWeight: tf.scalar(alpha),
              consistencyWeight: gamma,
            });
            // Projections get no gradient; PyTorch reports zeros for them.
            const zero = tf.mul(tf.add(tf.sum(t.z1!), tf.sum(t.z2!)), tf.scalar(0));
            return { scalar: tf.add(terms.total, zero), others: terms };
          }, given);
          return { gradients, others };
        }, { mode });
        const { gradients, others } = run(given);
        const terms = { ...others, loss: others.total } as Record<string, Tensor>;
        for (const term of ["balanced", "rebalanced", "consistency", "loss"]) {
          assertClose(terms[term]!.dataSync(), values[term]!.data as Float32Array, {
            relative: 1e-5, // the golden table's tolerance
            what: "terms of GLMC's loss",
          });
        }
        for (const key of outputs) {
          const expected = values[`grad.${key}`]!.data as Float32Array;
          const largest = Math.max(...expected.map(Math.abs));
          assertClose(gradients[key]!.dataSync(), expected, {
            relative: 1e-5,
            absolute: 1e-5 * largest, // elements near zero are differences of larger ones
            what: "gradients of GLMC's loss",
          });
        }
      });
    });
  }
}

Deno.test("glmcLoss() with scale mean halves the cross-entropies and leaves the consistency", () => {
  tf.tidy(() => {
    const view = {
      logits: tf.tensor2d([[1, 2]]),
      rebalancedLogits: tf.tensor2d([[2, 1]]),
      projection: tf.tensor2d([[1, 0]]),
      prediction: tf.tensor2d([[1, 1]]),
      labels: tf.tensor2d([[0.5, 0.5]]),
      weightedLabels: tf.tensor2d([[1, 0]]),
    };
    const options = { plainWeight: tf.scalar(0.5), consistencyWeight: 2 };
    const sum = glmcLoss(view, view, options);
    const mean = glmcLoss(view, view, { ...options, lossScale: "mean" });
    const value = (t: Tensor): number => t.dataSync()[0]!;
    assertAlmostEquals(value(mean.balanced), value(sum.balanced) / 2, 1e-6);
    assertAlmostEquals(value(mean.rebalanced), value(sum.rebalanced) / 2, 1e-6);
    assertEquals(value(mean.consistency), value(sum.consistency));
  });
});

Deno.test("consistencyLoss() does not change with the length of vectors", () => {
  tf.tidy(() => {
    const heads = (factor: number, seed: number) => ({
      projection: tf.randomNormal([4, 8], 0, factor, "float32", seed),
      prediction: tf.randomNormal([4, 8], 0, factor, "float32", seed + 1),
    });
    const value = (factor: number): number =>
      consistencyLoss(heads(factor, 1), heads(factor, 3)).dataSync()[0]!;
    assertAlmostEquals(value(1), value(1000), 1e-5);
  });
});

Deno.test("consistencyLoss() has finite gradients for vectors of zero", () => {
  tf.tidy(() => {
    const heads = { projection: tf.zeros([2, 3]), prediction: tf.ones([2, 3]) };
    const { gradients } = withGradients(({ u }) => ({
      scalar: consistencyLoss({ ...heads, prediction: u }, heads),
      others: {},
    }), { u: tf.zeros([2, 3]) as Tensor });
    assertEquals([...gradients.u.dataSync()].every(Number.isFinite), true);
  });
});

Deno.test("cumulativeWeight() reproduces the official schedule", () => {
  const { alpha_200 } = goldenIndex().schedules;
  alpha_200.forEach((alpha, epoch) =>
    assertAlmostEquals(cumulativeWeight(epoch, 200), alpha, 1e-12)
  );
  assertThrows(() => cumulativeWeight(200, 200), RangeError);
});

Deno.test("cumulativeWeight() follows each law from its first epoch to its last", () => {
  // Of 10 epochs, by hand.
  const expected: Record<
    CumulativeLaw,
    [first: number, fourth: number, sixth: number, last: number]
  > = {
    parabolic: [1, 0.91, 0.75, 0.19],
    linear: [1, 0.7, 0.5, 0.1],
    cosine: [1, 0.7938926261462366, 0.5, 0.02447174185242318],
    constant: [0.5, 0.5, 0.5, 0.5],
    increase: [0, 0.09, 0.25, 0.81],
    step: [1, 1, 1, 0],
  };
  assertEquals(cumulativeLaws, Object.keys(expected));
  for (const law of cumulativeLaws) {
    [0, 3, 5, 9].forEach((epoch, index) =>
      assertAlmostEquals(
        cumulativeWeight(epoch, 10, { law }),
        expected[law][index]!,
        1e-12,
        `${law}, epoch ${epoch}`,
      )
    );
  }
  const steps = Array.from({ length: 10 }, (_, t) => cumulativeWeight(t, 10, { law: "step" }));
  assertEquals(steps, [1, 1, 1, 1, 1, 1, 1, 1, 0, 0]);
  assertEquals(cumulativeWeight(0, 1, { law: "step" }), 1);
  assertEquals(cumulativeWeight(3, 10, {}), cumulativeWeight(3, 10));
  assertThrows(() => cumulativeWeight(-1, 10, { law: "constant" }), RangeError);
});
