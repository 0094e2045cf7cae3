import { assertEquals, assertThrows } from "@std/assert";
import { randomStream } from "../../lib/data/random.ts";
import { tauNormalisedLogits } from "../../lib/evaluate/tau_normalised.ts";
import { assertClose } from "../assertions.ts";
import { golden } from "../golden.ts";

const values = golden("classifier_norm");
const [classes, features] = values.weight!.shape as [number, number];
const weight = values.weight!.data as Float32Array;
const biases = values.bias!.data as Float32Array;
const rowOf = (all: Float32Array, label: number): Float32Array =>
  all.subarray(label * features, (label + 1) * features);
const lengths = Array.from({ length: classes }, (_, label) => Math.hypot(...rowOf(weight, label)));
const random = randomStream(5, "features");
const images = Array.from({ length: 8 }, () => Array.from({ length: features }, random.normal));

/** Outputs of a classifier for the images. */
function outputs(rows: Float32Array, hasBias: boolean): Float32Array {
  return Float32Array.from(
    images.flatMap((image) =>
      Array.from({ length: classes }, (_, label) => {
        const row = rowOf(rows, label);
        const product = image.reduce((sum, value, i) => sum + value * row[i]!, 0);
        return product + (hasBias ? biases[label]! : 0);
      })
    ),
  );
}

for (const tau of [0.7, 1]) {
  for (const keepsBias of [false, true]) {
    const bias = keepsBias ? "with" : "without";
    Deno.test(`logits of tau ${tau} are those of the normalised weights ${bias} the bias`, () => {
      const normalised = values[`tau_${tau}`]!.data as Float32Array;
      const options = { lengths, biases, tau, keepsBias };

      const given = tauNormalisedLogits(outputs(weight, true), options);

      // Sums of 64 products of float32 numbers around 1.
      assertClose(given, outputs(normalised, keepsBias), { relative: 1e-5, absolute: 1e-5 });
    });
  }
}

Deno.test("a row of zeros has its bias for an output, whatever tau", () => {
  for (const tau of [0.5, 1, 2, 10]) {
    const options = { lengths: [0, 2], biases: [0.5, 0], tau, keepsBias: true };
    const given = tauNormalisedLogits(Float32Array.of(0.5, 1), options);
    assertClose(given, [0.5, 2 ** -tau], { relative: 1e-6 }); // float32
  }
});

Deno.test("tau 0 with the bias changes nothing but roundings, and sizes must fit", () => {
  const logits = outputs(weight, true);
  const same = tauNormalisedLogits(logits, { lengths, biases, tau: 0, keepsBias: true });
  assertClose(same, logits, { relative: 1e-5, absolute: 1e-6 });
  assertEquals(same.length, logits.length);
  const wrong = { lengths, biases: [1], tau: 1, keepsBias: true };
  assertThrows(() => tauNormalisedLogits(logits, wrong), RangeError, "1 biases");
});
