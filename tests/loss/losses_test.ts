import { assert, assertEquals, assertThrows } from "@std/assert";
import { randomStream } from "glmc/data/random.ts";
import type { LossInputs } from "glmc/loss/loss.ts";
import { losses } from "glmc/loss/losses.ts";
import { pairLoss } from "glmc/loss/mixed_labels.ts";
import { checkNoClash } from "glmc/settings/check.ts";
import { defaultsOf, type Fields } from "glmc/settings/field.ts";
import { withGradients } from "glmc/tensor/gradients.ts";
import { type Tensor, tf } from "glmc/tensor/tfjs.ts";
import { assertClose } from "../assertions.ts";
import { testEngine } from "../engine.ts";
import { gradientError } from "../slope.ts";

type Loss = (typeof losses)[number];

const engine = await testEngine();
const counts = [50, 10, 4, 1];

/** What a loss needs at its default settings, changed in part. */
function inputsOf(
  loss: Loss,
  { counts: given = counts, weights, settings }: {
    counts?: readonly number[];
    weights?: Tensor;
    settings?: Record<string, number>;
  } = {},
): LossInputs<Record<string, never>, string> {
  const options = { ...defaultsOf(loss.fields), ...settings } as Record<string, never>;
  const constants = Object.fromEntries(
    Object.entries(loss.constants(given, options)).map(([name, values]) => [
      name,
      tf.tensor1d([...values]) as Tensor,
    ]),
  );
  return { options, constants, weights };
}

/** Small logits, or cosines. */
function outputs(loss: Loss, seed = 1): Tensor {
  const random = randomStream(seed, "test");
  const size = loss.head === "cosine" ? 0.3 : 1;
  return tf.tensor2d(Array.from({ length: 24 }, () => size * random.normal()), [6, 4]);
}

function oneHot(classes: readonly number[]): Tensor {
  return tf.oneHot([...classes], counts.length).cast("float32");
}

const first = [0, 1, 2, 3, 0, 1];
const second = [3, 3, 0, 2, 0, 2];

for (const loss of losses) {
  // The scale of LDAM bends its curve: a shorter step keeps the differences as good.
  const step = loss.head === "cosine" ? 2e-3 : 2e-2;

  Deno.test(`${loss.name} has the gradient of its finite differences in both modes`, () => {
    for (const mode of ["eager", "compiled"] as const) {
      tf.tidy(() => {
        for (const weights of loss.reweighting === true ? [undefined, [0.1, 0.5, 1, 2.4]] : [[]]) {
          const weighted = weights?.length ? { weights: tf.tensor1d(weights) as Tensor } : {};
          const labels = oneHot(first);
          const inputs = inputsOf(loss, weighted);
          const compute = ({ z }: { z: Tensor }): Tensor => loss.compute(z, labels, inputs);

          // Rounding of a loss of about 2, over the step, is 1e-5; curvature is more.
          assert(gradientError(compute, { z: outputs(loss) }, { engine, mode, step }) < 1e-3);
        }
      });
    }
  });

  Deno.test(`${loss.name} stays finite for logits of 1e4 and classes of one image`, () => {
    tf.tidy(() => {
      const sizes = [1e4, -1e4, 0];
      const labels = oneHot([0, 1, 2, 3]);
      for (const a of sizes) {
        for (const b of sizes) {
          const z: Tensor = tf.tensor2d([[a, b, b, b], [a, b, 0, b], [b, b, a, b], [b, b, b, a]]);
          for (const given of [[5000, 1, 1, 1], [1, 1, 1, 1]]) {
            const inputs = inputsOf(loss, { counts: given });
            const { gradients, others } = withGradients(({ z }) => {
              const scalar = loss.compute(z, labels, inputs);
              return { scalar, others: { scalar } };
            }, { z });
            const numbers = [...others.scalar.dataSync(), ...gradients.z.dataSync()];
            assertEquals(numbers.filter((value) => !Number.isFinite(value)), [], `${a}, ${b}`);
          }
        }
      }
    });
  });

  Deno.test(`${loss.name} takes mixed labels as it says`, () => {
    tf.tidy(() => {
      const [z, share, inputs] = [outputs(loss), tf.scalar(0.3), inputsOf(loss)];
      const labels = [oneHot(first), oneHot(second)] as const;
      const mixture = tf.add(tf.mul(labels[0], 0.3), tf.mul(labels[1], 0.7));
      const value = (scalar: Tensor): number => scalar.dataSync()[0]!;
      const pair = value(pairLoss((y) => loss.compute(z, y, inputs), labels, share));
      const each = labels.map((y) => value(loss.compute(z, y, inputs)));
      const direct = value(loss.compute(z, mixture, inputs));

      const relative = 1e-6; // float32
      assertClose([pair], [0.3 * each[0]! + 0.7 * each[1]!], { relative });
      if (loss.mixedLabels === true) assertClose([direct], [pair], { relative });
      else assert(Math.abs(direct / pair - 1) > 1e-3, "it is linear after all");
    });
  });

  Deno.test(`${loss.name} takes class weights as it says`, () => {
    tf.tidy(() => {
      const [z, labels] = [outputs(loss), oneHot(first)];
      const value = (weights?: Tensor): number =>
        loss.compute(z, labels, inputsOf(loss, weights && { weights })).dataSync()[0]!;
      if (loss.reweighting === true) {
        assertClose([value(tf.ones([4]))], [value()], { relative: 1e-6 }); // float32
        assert(Math.abs(value(tf.tensor1d([0.1, 0.5, 1, 2.4])) / value() - 1) > 1e-2);
      } else {
        assertThrows(() => value(tf.ones([4])), RangeError, `${loss.name}: ${loss.reweighting}`);
      }
    });
  });

  Deno.test(`${loss.name} refuses a class without images`, () => {
    const options = defaultsOf(loss.fields) as Record<string, never>;
    if (Object.keys(loss.constants(counts, options)).length === 0) return;
    assertThrows(() => loss.constants([3, 0], options), RangeError, "class 1 has 0");
  });
}

Deno.test("losses have names and settings of their own, and share a setting only as one field", () => {
  assertEquals(new Set(losses.map(({ name }) => name)).size, losses.length);
  const all: Record<string, Fields[string]> = {};
  for (const { fields, name } of losses) {
    for (const [setting, field] of Object.entries(fields)) {
      assert(all[setting] === undefined || all[setting] === field, `${setting} of ${name}`);
      all[setting] = field;
      assert(field.accepts(field.default), setting);
    }
  }
  checkNoClash(all, { names: [], flags: [] });
});

Deno.test("losses stay finite at the ends of their settings", () => {
  tf.tidy(() => {
    const labels = oneHot([0, 3]);
    const z: Tensor = tf.tensor2d([[1e4, 0, 0, 0], [1, 2, 3, 4]]);
    for (
      const [name, settings] of [
        ["focal", { focalGamma: 0 }],
        ["focal", { focalGamma: 0.5 }],
        ["focal", { focalGamma: 10 }],
        ["ldam", { ldamMargin: 2, ldamScale: 1000 }],
        ["vs", { vsGamma: 5, tau: 10 }],
        ["class_balanced_by_weights", { cbBeta: 1 - 2 ** -53 }],
        ["class_balanced_by_batch", { cbBeta: 0 }],
      ] as const
    ) {
      const loss = losses.find((loss) => loss.name === name)!;
      for (const [setting, value] of Object.entries(settings)) {
        assert(loss.fields[setting]!.accepts(value), `${setting} ${value}`);
      }
      const inputs = inputsOf(loss, { counts: [1e6, 10, 10, 1], settings });
      const { gradients, others } = withGradients(({ z }) => {
        const scalar = loss.compute(z, labels, inputs);
        return { scalar, others: { scalar } };
      }, { z });
      const numbers = [...others.scalar.dataSync(), ...gradients.z.dataSync()];
      assertEquals(
        numbers.filter((value) => !Number.isFinite(value)),
        [],
        JSON.stringify(settings),
      );
    }
  });
});
