import { assertEquals, assertThrows } from "@std/assert";
import { argmax } from "glmc/evaluate/argmax.ts";
import { labelShifted, postHocAdjusted } from "glmc/evaluate/prior_shift.ts";
import { logPriors } from "glmc/loss/class_counts.ts";
import { assertClose } from "../assertions.ts";
import { golden } from "../golden.ts";

const logits = Float32Array.of(3, 2.5, 0, 1, 1, 1);
const counts = [80, 15, 5];

for (const name of ["baselines_c10", "baselines_c100"] as const) {
  Deno.test(`postHocAdjusted() reproduces ${name}`, () => {
    const values = golden(name);
    const counts = [...values.counts!.data].map(Number);
    const adjusted = postHocAdjusted(values.logits!.data as Float32Array, {
      logPriors: logPriors(counts),
    });

    // float32 numbers up to 20, of which some cancel
    assertClose(adjusted, values["posthoc_1.0"]!.data as Float32Array, {
      relative: 1e-5,
      absolute: 2e-6,
    });
  });
}

Deno.test("labelShifted() to uniform classes decides and trusts as the post-hoc adjustment", () => {
  const logTrainPriors = logPriors(counts);
  const shifted = labelShifted(logits, { logTrainPriors, logTestPriors: logPriors([1, 1, 1]) });
  const adjusted = postHocAdjusted(logits, { logPriors: logTrainPriors });

  const differences = shifted.map((value, i) => value - adjusted[i]!);
  assertClose(differences, Array(6).fill(-Math.log(3)), { absolute: 1e-6 }); // float32
  assertEquals(argmax(shifted.subarray(0, 3)), 1);
});

Deno.test("labelShifted() to the classes of the training set changes nothing", () => {
  const priors = logPriors(counts);

  assertEquals(labelShifted(logits, { logTrainPriors: priors, logTestPriors: priors }), logits);
  assertEquals(postHocAdjusted(logits, { logPriors: priors, tau: 0 }), logits);
});

Deno.test("labelShifted() never decides for a class that does not occur in testing", () => {
  const logTestPriors = [-Infinity, Math.log(0.5), Math.log(0.5)];
  const shifted = labelShifted(logits, { logTrainPriors: logPriors(counts), logTestPriors });

  assertEquals([argmax(shifted.subarray(0, 3)), argmax(shifted.subarray(3))], [1, 2]);
});

Deno.test("logits are shifted as a new array, and only where the priors fit them", () => {
  const before = Float32Array.from(logits);
  postHocAdjusted(logits, { logPriors: [-1, -2, -3] });

  assertEquals(logits, before);
  assertThrows(
    () => postHocAdjusted(logits, { logPriors: [-1, -2, -3, -4] }),
    RangeError,
    "6 logits are not as many for each of 4 classes",
  );
  assertThrows(() => postHocAdjusted(logits, { logPriors: [] }), RangeError, "each of 0 classes");
  assertThrows(
    () => labelShifted(logits, { logTrainPriors: logPriors(counts), logTestPriors: [0] }),
    RangeError,
    "1 test priors are not one for each of 3 classes",
  );
});
